-- Therapists who are signed in to the portal: kept by matching, and by every service that shows them pages of its own.

CREATE TABLE therapist_session (
    session_hash text        NOT NULL PRIMARY KEY CHECK (session_hash ~ '^[0-9a-f]{64}$'),
    therapist_id uuid        NOT NULL,
    wrapped_key  bytea       NOT NULL,
    display_name bytea       NOT NULL,
    opened_at    timestamptz NOT NULL,
    expires_at   timestamptz NOT NULL CHECK (expires_at > opened_at)
);

CREATE INDEX therapist_session_of_therapist ON therapist_session (therapist_id);

COMMENT ON COLUMN therapist_session.display_name IS 'encrypted under a key of the session''s own, and gone with it';
