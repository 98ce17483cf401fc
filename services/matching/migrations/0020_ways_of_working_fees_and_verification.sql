-- How therapists work, what they ask of those who cannot pay, since when and until when, and who has checked their entry.

ALTER TABLE therapist
    ADD COLUMN modalities     text[]  NOT NULL DEFAULT '{}',
    ADD COLUMN concession_fee integer CHECK (concession_fee BETWEEN 0 AND 100000),
    ADD COLUMN fees_overdue   boolean NOT NULL DEFAULT false,
    ADD COLUMN paused_until   date,
    ADD COLUMN verified_on    date,
    ADD COLUMN verified_by    bytea,
    ADD COLUMN file_fee       integer NOT NULL DEFAULT 0,
    ADD CONSTRAINT concession_is_lower CHECK (concession_fee < session_fee);
UPDATE therapist SET file_fee = session_fee;
ALTER TABLE therapist ALTER COLUMN file_fee DROP DEFAULT;
COMMENT ON COLUMN therapist.session_fee IS 'The fee in force today; fees to come are in therapist_fee.';
COMMENT ON COLUMN therapist.concession_fee IS 'What clients who cannot pay the fee are asked for; null where the therapist makes no concession.';
COMMENT ON COLUMN therapist.fees_overdue IS 'The therapist owes the charity a fee, so no new offers go out: a hold beside the standing.';

CREATE TABLE therapist_fee (
    therapist_id   uuid    NOT NULL REFERENCES therapist,
    valid_from     date    NOT NULL,
    session_fee    integer NOT NULL CHECK (session_fee BETWEEN 0 AND 100000),
    concession_fee integer CHECK (concession_fee >= 0 AND concession_fee < session_fee),
    PRIMARY KEY (therapist_id, valid_from)
);
INSERT INTO therapist_fee (therapist_id, valid_from, session_fee)
SELECT therapist_id, (joined_at AT TIME ZONE 'Europe/London')::date, session_fee FROM therapist;
