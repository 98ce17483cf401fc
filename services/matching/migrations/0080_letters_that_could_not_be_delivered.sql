-- Whom no letter reaches: registrars must write or call another way.

CREATE TABLE unreached (
    letter_id  uuid        PRIMARY KEY,
    subject_id uuid        NOT NULL,
    kind       text        NOT NULL,
    since      timestamptz NOT NULL
);
CREATE INDEX unreached_subject ON unreached (subject_id, since DESC);
COMMENT ON TABLE unreached IS 'The subject is a therapist or an application, whichever the letter was about.';
