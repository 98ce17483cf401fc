-- What connects clients, as keyed hashes that nobody here can read, and the pairs that staff permitted all the same.

CREATE TABLE conflict_token (
    referral_id uuid NOT NULL REFERENCES need,
    token       text NOT NULL CHECK (token ~ '^(own-name|link):[0-9a-f]+(:[0-9a-f]+)?$'),
    base        text NOT NULL GENERATED ALWAYS AS (split_part(token, ':', 2)) STORED,
    PRIMARY KEY (referral_id, token)
);
CREATE INDEX conflict_token_base ON conflict_token (base);
COMMENT ON TABLE conflict_token IS 'Hashes under a key that only intake has; the same base in two referrals may be a conflict of interest.';

CREATE TABLE pair_permission (
    referral_id  uuid        NOT NULL REFERENCES need,
    therapist_id uuid        NOT NULL REFERENCES therapist,
    rule         text        NOT NULL CHECK (rule IN ('asked-before', 'no-conflict-of-interest')),
    reason       bytea       NOT NULL,
    permitted_by text        NOT NULL,
    permitted_at timestamptz NOT NULL,
    PRIMARY KEY (referral_id, therapist_id, rule)
);
COMMENT ON TABLE pair_permission IS 'Staff exempted a pair from one rule; the reason is encrypted under the key of the client.';
