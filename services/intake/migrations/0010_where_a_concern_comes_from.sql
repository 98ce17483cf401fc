-- Concerns are raised in therapies and evaluation forms too: where one comes from, which report it is for, and its words.

ALTER TABLE concern ADD COLUMN source text NOT NULL DEFAULT 'referral' CHECK (source IN ('referral', 'therapist', 'evaluation'));
ALTER TABLE concern ADD COLUMN report_id uuid;
ALTER TABLE concern ADD COLUMN words bytea;

CREATE UNIQUE INDEX concern_report ON concern (source, report_id) WHERE report_id IS NOT NULL;

COMMENT ON COLUMN concern.report_id IS 'the event or the form in which it was noticed: one concern for each';
COMMENT ON COLUMN concern.words IS 'what whoever raised it wrote, encrypted under the referral''s key';
