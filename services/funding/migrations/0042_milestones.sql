-- What was told about the course of a fund or a grant, so that each thing is told once.

CREATE TABLE milestone_told (
    fund_id   uuid        NOT NULL REFERENCES fund,
    milestone text        NOT NULL CHECK (milestone IN ('target-met', 'money-expiring', 'report-due', 'instalment-late')),
    subject   uuid        NOT NULL,
    mark      text        NOT NULL CHECK (mark <> ''),
    told_at   timestamptz NOT NULL,
    PRIMARY KEY (fund_id, milestone, subject, mark)
);
COMMENT ON COLUMN milestone_told.subject IS 'the funder, grant, instalment or report date that it is about';
COMMENT ON COLUMN milestone_told.mark IS 'the day or number it was told for: moved, it may be told again';
REVOKE UPDATE, DELETE, TRUNCATE ON milestone_told FROM funding;
