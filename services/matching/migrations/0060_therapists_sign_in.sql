-- Therapists sign in to the portal by a link sent to their address, which is found by a keyed hash.

CREATE TABLE sign_in_address (
    therapist_id uuid  PRIMARY KEY REFERENCES therapist,
    email_hash   bytea NOT NULL
);
CREATE INDEX sign_in_address_hash ON sign_in_address (email_hash);

CREATE TABLE sign_in_link (
    token_hash   text        PRIMARY KEY CHECK (token_hash ~ '^[0-9a-f]{64}$'),
    therapist_id uuid        NOT NULL REFERENCES therapist,
    browser_hash text        NOT NULL CHECK (browser_hash ~ '^[0-9a-f]{64}$'),
    made_at      timestamptz NOT NULL,
    expires_at   timestamptz NOT NULL CHECK (expires_at > made_at),
    used_at      timestamptz
);
CREATE INDEX sign_in_link_therapist ON sign_in_link (therapist_id);
COMMENT ON TABLE sign_in_link IS 'SHA-256 of the token in the mail and of the cookie of the browser that asked; each link is used once.';
