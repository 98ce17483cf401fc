-- People who apply to the register, what they send, who vouches for them, and what was done about it.

CREATE TABLE application_draft (
    visit_hash     text        PRIMARY KEY,
    application_id uuid        NOT NULL UNIQUE,
    wrapped        bytea,
    answers        bytea,
    sent           boolean     NOT NULL DEFAULT false,
    expires_at     timestamptz NOT NULL
);
COMMENT ON TABLE application_draft IS 'The form in the making, under a key of its own; once sent, only that it was sent.';

CREATE TABLE application (
    application_id    uuid        PRIMARY KEY,
    state             text        NOT NULL CHECK (state IN (
        'applied', 'documents-pending', 'under-review', 'approved', 'refused', 'withdrawn')),
    registration_hash bytea       NOT NULL,
    answers           bytea       NOT NULL,
    submitted_at      timestamptz NOT NULL,
    progress_at       timestamptz NOT NULL,
    quiet             boolean     NOT NULL DEFAULT false,
    asked_for         text[]      NOT NULL DEFAULT '{}',
    decided_at        timestamptz,
    reason            bytea,
    therapist_id      uuid        REFERENCES therapist ON DELETE SET NULL,
    CONSTRAINT decided_when_it_is_over
        CHECK ((decided_at IS NULL) = (state IN ('applied', 'documents-pending', 'under-review')))
);
CREATE UNIQUE INDEX application_one_open_per_registration ON application (registration_hash)
    WHERE state IN ('applied', 'documents-pending', 'under-review');
CREATE INDEX application_progress ON application (progress_at);

CREATE TABLE application_link (
    token_hash     bytea       PRIMARY KEY,
    application_id uuid        NOT NULL REFERENCES application ON DELETE CASCADE,
    made_at        timestamptz NOT NULL
);
CREATE INDEX application_link_application ON application_link (application_id);
COMMENT ON TABLE application_link IS 'SHA-256 of the 256-bit tokens in letters to an applicant; the tokens themselves are not kept.';

CREATE TABLE application_document (
    document_id    uuid        PRIMARY KEY,
    application_id uuid        NOT NULL REFERENCES application ON DELETE CASCADE,
    kind           text        NOT NULL CHECK (kind IN (
        'qualification', 'insurance', 'clearance', 'training-certificate', 'body-membership', 'supervision-statement')),
    media_type     text        NOT NULL CHECK (media_type IN ('application/pdf', 'image/jpeg', 'image/png')),
    size           integer     NOT NULL,
    content        bytea       NOT NULL,
    received_at    timestamptz NOT NULL,
    seen_at        timestamptz
);
ALTER TABLE application_document ALTER COLUMN content SET STORAGE EXTERNAL;
CREATE INDEX application_document_application ON application_document (application_id);

CREATE TABLE application_step (
    application_id uuid        NOT NULL REFERENCES application ON DELETE CASCADE,
    step           text        NOT NULL CHECK (step IN (
        'qualification', 'insurance', 'clearance', 'training-certificate', 'body-membership', 'supervision-statement',
        'references', 'interview')),
    done_at        timestamptz NOT NULL,
    done_by        uuid        NOT NULL,
    done_by_name   bytea       NOT NULL,
    note           bytea       NOT NULL,
    PRIMARY KEY (application_id, step)
);

CREATE TABLE reference_request (
    reference_id   uuid        PRIMARY KEY,
    application_id uuid        NOT NULL REFERENCES application ON DELETE CASCADE,
    role           text        NOT NULL CHECK (role IN ('supervisor', 'professional')),
    state          text        NOT NULL CHECK (state IN ('asked', 'received', 'expired', 'replaced')),
    name           bytea       NOT NULL,
    email          bytea       NOT NULL,
    asked_at       timestamptz NOT NULL,
    expires_at     timestamptz NOT NULL,
    answered_at    timestamptz,
    statement      bytea
);
CREATE UNIQUE INDEX reference_request_one_a_role ON reference_request (application_id, role)
    WHERE state IN ('asked', 'received', 'expired');

CREATE TABLE reference_link (
    token_hash   bytea       PRIMARY KEY,
    reference_id uuid        NOT NULL REFERENCES reference_request ON DELETE CASCADE,
    made_at      timestamptz NOT NULL
);
CREATE INDEX reference_link_reference ON reference_link (reference_id);
COMMENT ON TABLE reference_link IS 'SHA-256 of the 256-bit tokens in letters to referees; the tokens themselves are not kept.';
