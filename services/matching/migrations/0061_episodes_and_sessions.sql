-- Therapies as they go on: what was noted of each, its sessions, and what staff corrected.

CREATE TABLE episode (
    match_id       uuid        PRIMARY KEY REFERENCES match,
    contact_at     timestamptz,
    started_at     timestamptz,
    reviewed_at    timestamptz,
    concern_at     timestamptz,
    ended_at       timestamptz,
    more_wanted_at timestamptz,
    more_reason    bytea,
    report         bytea,
    CHECK ((more_wanted_at IS NULL) = (more_reason IS NULL))
);
CREATE INDEX episode_wants_more ON episode (more_wanted_at) WHERE more_wanted_at IS NOT NULL;

INSERT INTO episode (match_id, started_at) SELECT match_id, changed_at FROM match WHERE state = 'in-therapy';

CREATE TABLE therapy_session (
    session_id  uuid        PRIMARY KEY,
    match_id    uuid        NOT NULL REFERENCES match,
    state       text        NOT NULL CHECK (state IN (
        'booked', 'attended', 'attended-late', 'did-not-attend', 'cancelled-by-client', 'cancelled-by-therapist',
        'rescheduled')),
    starts_at   timestamptz NOT NULL,
    replaces    uuid        UNIQUE REFERENCES therapy_session,
    booked_at   timestamptz NOT NULL,
    recorded_at timestamptz,
    CHECK ((state = 'booked') = (recorded_at IS NULL)),
    CHECK (replaces <> session_id)
);
CREATE INDEX therapy_session_match ON therapy_session (match_id, starts_at);
CREATE UNIQUE INDEX therapy_session_one_at_a_time ON therapy_session (match_id, starts_at)
    WHERE state IN ('booked', 'attended', 'attended-late', 'did-not-attend');

CREATE TABLE session_correction (
    correction_id uuid        PRIMARY KEY,
    session_id    uuid        NOT NULL REFERENCES therapy_session,
    before        text        NOT NULL,
    after         text        NOT NULL,
    reason        bytea       NOT NULL,
    corrected_at  timestamptz NOT NULL,
    corrected_by  text        NOT NULL
);
CREATE INDEX session_correction_session ON session_correction (session_id);
REVOKE UPDATE, DELETE, TRUNCATE ON session_correction FROM matching;
