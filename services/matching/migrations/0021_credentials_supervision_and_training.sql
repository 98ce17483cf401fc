-- What therapists must be able to show, what they have shown, how their standing moved, and who supervises and trains them.

CREATE TABLE credential_requirement (
    kind                 text    NOT NULL CHECK (kind IN (
        'specialist-training', 'insurance', 'development-hours', 'practice-hours', 'specialist-supervision',
        'clearance', 'body-membership')),
    valid_from           date    NOT NULL,
    required             boolean NOT NULL,
    minimum              bigint,
    minimum_on_this_work bigint,
    lasts_months         integer CHECK (lasts_months > 0),
    needs_expiry         boolean NOT NULL DEFAULT false,
    grace_days           integer NOT NULL DEFAULT 0 CHECK (grace_days >= 0),
    warn_days            integer[] NOT NULL DEFAULT '{}',
    PRIMARY KEY (kind, valid_from)
);
COMMENT ON TABLE credential_requirement IS 'Policy: of each kind the row with the latest valid_from that has begun holds. Units: days of training, pence of cover, hours, minutes of supervision a month.';
INSERT INTO credential_requirement
    (kind, valid_from, required, minimum, minimum_on_this_work, lasts_months, needs_expiry, grace_days, warn_days)
VALUES
    ('specialist-training',    '2000-01-01', true, 3,         NULL, NULL, false, 0,  '{}'),
    ('insurance',              '2000-01-01', true, 200000000, NULL, NULL, true,  0,  '{60,14}'),
    ('development-hours',      '2000-01-01', true, 30,        8,    12,   false, 0,  '{60,14}'),
    ('practice-hours',         '2000-01-01', true, 100,       NULL, 12,   false, 0,  '{60,14}'),
    ('specialist-supervision', '2000-01-01', true, 60,        NULL, NULL, false, 14, '{14,7}'),
    ('clearance',              '2000-01-01', true, NULL,      NULL, NULL, true,  0,  '{60,14}'),
    ('body-membership',        '2000-01-01', true, NULL,      NULL, NULL, true,  0,  '{60,14}');

CREATE TABLE credential (
    credential_id uuid        PRIMARY KEY,
    therapist_id  uuid        NOT NULL REFERENCES therapist,
    kind          text        NOT NULL,
    issued_on     date        NOT NULL,
    expires_on    date        CHECK (expires_on >= issued_on),
    amount        bigint,
    on_this_work  bigint,
    level         text        CHECK (level IN ('basic', 'standard', 'enhanced')),
    recorded_at   timestamptz NOT NULL,
    details       bytea       NOT NULL,
    withdrawn_at  timestamptz
);
CREATE INDEX credential_therapist ON credential (therapist_id, kind);

CREATE TABLE credential_warning (
    therapist_id uuid        NOT NULL REFERENCES therapist,
    kind         text        NOT NULL,
    runs_out_on  date        NOT NULL,
    days         integer     NOT NULL,
    told_at      timestamptz NOT NULL,
    PRIMARY KEY (therapist_id, kind, runs_out_on)
);
COMMENT ON TABLE credential_warning IS 'The last warning given before a credential runs out: so many days before.';

CREATE TABLE standing_change (
    change_id    uuid        PRIMARY KEY,
    therapist_id uuid        NOT NULL REFERENCES therapist,
    before       text,
    after        text        NOT NULL,
    cause        text        NOT NULL,
    actor_kind   text        NOT NULL,
    changed_at   timestamptz NOT NULL,
    details      bytea       NOT NULL
);
CREATE INDEX standing_change_therapist ON standing_change (therapist_id, changed_at);

CREATE TABLE supervisor (
    supervisor_id     uuid        PRIMARY KEY,
    registration_hash bytea       NOT NULL UNIQUE,
    registration      bytea       NOT NULL,
    name              bytea       NOT NULL,
    email             bytea       NOT NULL,
    added_at          timestamptz NOT NULL
);

CREATE TABLE supervised_by (
    therapist_id  uuid NOT NULL REFERENCES therapist,
    supervisor_id uuid NOT NULL REFERENCES supervisor,
    since         date NOT NULL,
    PRIMARY KEY (therapist_id, supervisor_id)
);

CREATE TABLE supervision (
    supervision_id uuid        PRIMARY KEY,
    therapist_id   uuid        NOT NULL REFERENCES therapist,
    supervisor_id  uuid        NOT NULL REFERENCES supervisor,
    held_on        date        NOT NULL,
    minutes        integer     NOT NULL CHECK (minutes BETWEEN 15 AND 600),
    state          text        NOT NULL CHECK (state IN ('to-sign', 'signed', 'refused')),
    entered_at     timestamptz NOT NULL,
    answered_at    timestamptz,
    token_hash     bytea       NOT NULL UNIQUE,
    UNIQUE (therapist_id, supervisor_id, held_on)
);
COMMENT ON COLUMN supervision.token_hash IS 'SHA-256 of the 256-bit token in the mail to the supervisor; good for one answer.';

CREATE TABLE training (
    training_id uuid PRIMARY KEY,
    title       text    NOT NULL,
    held_on     date    NOT NULL,
    days        integer NOT NULL CHECK (days BETWEEN 1 AND 20),
    UNIQUE (title, held_on)
);

CREATE TABLE training_attended (
    training_id  uuid    NOT NULL REFERENCES training,
    therapist_id uuid    NOT NULL REFERENCES therapist,
    days         integer NOT NULL CHECK (days BETWEEN 1 AND 20),
    PRIMARY KEY (training_id, therapist_id)
);
CREATE INDEX training_attended_therapist ON training_attended (therapist_id);

ALTER TABLE therapist ADD COLUMN support_group_since date;

-- Whoever is in the register already is asked about their places when these have become stale.
INSERT INTO timer (kind, key, lock_key, due_at)
SELECT 'capacity-stale', therapist_id::text, therapist_id::text,
       (capacity_as_of + 30)::timestamp AT TIME ZONE 'Europe/London'
  FROM therapist;
