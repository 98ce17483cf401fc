-- depends:

CREATE TABLE api_key (
    api_key_id   uuid        PRIMARY KEY,
    organisation text        NOT NULL,
    key_hash     bytea       NOT NULL UNIQUE,
    created_at   timestamptz NOT NULL,
    created_by   text        NOT NULL,
    revoked_at   timestamptz
);

CREATE TABLE referral (
    referral_id   uuid        PRIMARY KEY,
    state         text        NOT NULL CHECK (state IN ('submitted', 'in_triage', 'suitable', 'more_info_needed', 'not_ready',
                                  'not_suitable', 'signposted', 'matching', 'offered', 'accepted', 'in_therapy', 'completed',
                                  'waiting', 'on_hold', 'withdrawn', 'ended_early', 'entered_in_error')),
    wait_reason   text,
    state_since   timestamptz NOT NULL,
    look_by       timestamptz,
    version       integer     NOT NULL DEFAULT 1,
    channel       text        NOT NULL,
    source        text        NOT NULL,
    priority      text        NOT NULL CHECK (priority IN ('routine', 'urgent', 'immediate')),
    received_at   timestamptz NOT NULL,
    received_by   text        NOT NULL,
    api_key_id    uuid        REFERENCES api_key,
    receipt_hash  bytea       UNIQUE,
    unreachable   boolean     NOT NULL DEFAULT false,
    offered_match uuid,
    ended_by      text,
    close_reason  text,
    CHECK ((wait_reason IS NOT NULL) = (state = 'waiting')),
    CHECK ((ended_by IS NULL) = (close_reason IS NULL))
);

CREATE INDEX referral_to_look_at ON referral (look_by) WHERE state IN ('in_triage', 'more_info_needed', 'not_ready') OR unreachable;
CREATE INDEX referral_api_key ON referral (api_key_id) WHERE api_key_id IS NOT NULL;

CREATE TABLE subject_key (
    referral_id uuid  PRIMARY KEY REFERENCES referral,
    wrapped     bytea NOT NULL
);

CREATE TABLE vault (
    referral_id uuid  PRIMARY KEY REFERENCES referral,
    need        bytea NOT NULL,
    contact     bytea NOT NULL,
    words       bytea,
    referrer    bytea,
    reasons     bytea NOT NULL
);

CREATE TABLE consent (
    referral_id  uuid        NOT NULL REFERENCES referral,
    purpose      text        NOT NULL CHECK (purpose IN ('referral', 'sharing', 'subsidy', 'evaluation', 'statistics', 'contact-again')),
    version      integer     NOT NULL,
    given_at     timestamptz NOT NULL,
    withdrawn_at timestamptz
);

CREATE UNIQUE INDEX consent_in_force ON consent (referral_id, purpose) WHERE withdrawn_at IS NULL;

CREATE TABLE decision (
    decision_id uuid        PRIMARY KEY,
    referral_id uuid        NOT NULL REFERENCES referral,
    outcome     text        NOT NULL,
    priority    text        NOT NULL,
    proposed    text        NOT NULL,
    decided_by  text        NOT NULL,
    decided_at  timestamptz NOT NULL,
    reason      bytea
);

CREATE INDEX decision_referral ON decision (referral_id, decided_at);

CREATE TABLE message (
    message_id  uuid        PRIMARY KEY,
    referral_id uuid        NOT NULL REFERENCES referral,
    written_at  timestamptz NOT NULL,
    written_by  text        NOT NULL,
    by_client   boolean     NOT NULL,
    body        bytea       NOT NULL
);

CREATE INDEX message_referral ON message (referral_id, written_at);

CREATE TABLE concern (
    concern_id      uuid        PRIMARY KEY,
    referral_id     uuid        NOT NULL REFERENCES referral,
    state           text        NOT NULL CHECK (state IN ('open', 'acknowledged', 'decided', 'closing', 'closed')),
    level           integer     NOT NULL DEFAULT 0,
    raised_at       timestamptz NOT NULL,
    raised_by       text        NOT NULL,
    act_by          timestamptz,
    acknowledged_by text,
    acknowledged_at timestamptz,
    disclosure      text        CHECK (disclosure IN ('told', 'not-told', 'nothing-to-tell')),
    told_body       bytea,
    told_at         timestamptz,
    note            bytea,
    decided_by      text,
    decided_at      timestamptz,
    proposed_by     text,
    proposed_at     timestamptz,
    closed_by       text,
    closed_at       timestamptz,
    CHECK (closed_by IS NULL OR closed_by <> proposed_by)
);

CREATE INDEX concern_referral ON concern (referral_id);
CREATE INDEX concern_clock ON concern (act_by) WHERE state <> 'closed';

CREATE TABLE access_log (
    access_id   uuid        PRIMARY KEY,
    referral_id uuid        NOT NULL,
    looked_at   timestamptz NOT NULL,
    looked_by   text        NOT NULL,
    what        text        NOT NULL,
    reason      bytea
);

CREATE INDEX access_log_referral ON access_log (referral_id, looked_at);
REVOKE UPDATE, DELETE, TRUNCATE ON access_log FROM intake;

CREATE TABLE draft (
    visit_hash  text        PRIMARY KEY,
    referral_id uuid        NOT NULL,
    wrapped     bytea,
    answers     bytea,
    submitted   boolean     NOT NULL DEFAULT false,
    expires_at  timestamptz NOT NULL
);

CREATE TABLE return_visit (
    visit_hash  text        PRIMARY KEY,
    referral_id uuid        NOT NULL REFERENCES referral,
    expires_at  timestamptz NOT NULL
);

CREATE TABLE idempotent_request (
    api_key_id  uuid        NOT NULL REFERENCES api_key,
    request_key bytea       NOT NULL,
    body_hash   bytea       NOT NULL,
    referral_id uuid        NOT NULL REFERENCES referral,
    received_at timestamptz NOT NULL,
    PRIMARY KEY (api_key_id, request_key)
);

CREATE TABLE imported_row (
    source      text        NOT NULL,
    row_hash    bytea       NOT NULL,
    body_hash   bytea       NOT NULL,
    referral_id uuid        NOT NULL REFERENCES referral,
    imported_at timestamptz NOT NULL,
    PRIMARY KEY (source, row_hash)
);
