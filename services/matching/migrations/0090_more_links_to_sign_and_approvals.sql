-- A supervisor who is asked again may sign by any of the links; an approval that takes long is shown to coordinators.

CREATE TABLE supervision_link (
    token_hash     bytea       PRIMARY KEY,
    supervision_id uuid        NOT NULL REFERENCES supervision ON DELETE CASCADE,
    made_at        timestamptz NOT NULL
);
CREATE INDEX supervision_link_of ON supervision_link (supervision_id);
COMMENT ON COLUMN supervision_link.token_hash IS 'SHA-256 of the 256-bit token in a mail to the supervisor; good for one answer.';

INSERT INTO supervision_link (token_hash, supervision_id, made_at)
SELECT token_hash, supervision_id, entered_at FROM supervision;
ALTER TABLE supervision DROP COLUMN token_hash;

ALTER TABLE attention DROP CONSTRAINT attention_kind_check;
ALTER TABLE attention ADD CONSTRAINT attention_kind_check CHECK (kind IN (
    'funding-silent', 'no-contact', 'no-first-session', 'therapy-quiet', 'safeguarding', 'subsidy-ended', 'given-up',
    'decline-to-confirm', 'approval-waits'));
