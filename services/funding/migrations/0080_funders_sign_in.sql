-- People at funders who are written to, and who sign in to read about the funds that they gave.

CREATE TABLE funder_contact (
    contact_id uuid        PRIMARY KEY,
    funder_id  uuid        NOT NULL REFERENCES funder,
    details    bytea       NOT NULL,
    email_hash bytea       NOT NULL,
    added_at   timestamptz NOT NULL,
    added_by   text        NOT NULL,
    UNIQUE (funder_id, email_hash)
);
CREATE INDEX funder_contact_hash ON funder_contact (email_hash);
COMMENT ON COLUMN funder_contact.details IS 'name and address, under the key of the funder';

CREATE TABLE funder_sign_in_link (
    token_hash   text        PRIMARY KEY CHECK (token_hash ~ '^[0-9a-f]{64}$'),
    contact_id   uuid        NOT NULL REFERENCES funder_contact ON DELETE CASCADE,
    browser_hash text        NOT NULL CHECK (browser_hash ~ '^[0-9a-f]{64}$'),
    made_at      timestamptz NOT NULL,
    expires_at   timestamptz NOT NULL CHECK (expires_at > made_at),
    used_at      timestamptz
);
CREATE INDEX funder_sign_in_link_contact ON funder_sign_in_link (contact_id);
COMMENT ON TABLE funder_sign_in_link IS 'SHA-256 of the token in the mail and of the cookie of the browser that asked; each link is used once.';

CREATE TABLE funder_session (
    session_hash text        PRIMARY KEY CHECK (session_hash ~ '^[0-9a-f]{64}$'),
    contact_id   uuid        NOT NULL REFERENCES funder_contact ON DELETE CASCADE,
    opened_at    timestamptz NOT NULL,
    expires_at   timestamptz NOT NULL CHECK (expires_at > opened_at)
);
CREATE INDEX funder_session_contact ON funder_session (contact_id);
