-- Who is signed in, known to every service; and the accounts themselves, which only notifications fills.

CREATE TABLE staff_session (
    session_hash text        NOT NULL PRIMARY KEY CHECK (session_hash ~ '^[0-9a-f]{64}$'),
    staff_id     uuid        NOT NULL,
    display_name text        NOT NULL,
    roles        text[]      NOT NULL,
    opened_at    timestamptz NOT NULL,
    expires_at   timestamptz NOT NULL CHECK (expires_at > opened_at)
);

CREATE INDEX staff_session_of_staff ON staff_session (staff_id);

CREATE TABLE account (
    account_id    uuid        NOT NULL PRIMARY KEY,
    kind          text        NOT NULL CHECK (kind IN ('staff', 'therapist', 'funder')),
    sign_in_name  text        NOT NULL UNIQUE CHECK (sign_in_name = lower(sign_in_name)),
    display_name  text        NOT NULL,
    roles         text[]      NOT NULL
        CHECK (roles <@ ARRAY['coordinator', 'triage', 'safeguarding', 'registrar', 'finance', 'admin']),
    password_hash text        NOT NULL CHECK (password_hash LIKE '$argon2id$%'),
    disabled      boolean     NOT NULL DEFAULT false,
    created_at    timestamptz NOT NULL,
    CHECK ((kind = 'staff') = (cardinality(roles) > 0))
);
