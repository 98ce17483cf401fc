-- Everything that is sent to anybody, each attempt at it, and where funders want to be told.

CREATE TABLE delivery (
    delivery_id  uuid        NOT NULL PRIMARY KEY,
    purpose      text        NOT NULL CHECK (purpose IN ('acknowledgement', 'offer', 'offer-reminder', 'safeguarding-alert', 'webhook')),
    event_id     uuid        NOT NULL,
    recipient    text        NOT NULL,
    referral_id  uuid,
    state        text        NOT NULL CHECK (state IN ('queued', 'sent', 'delivered', 'failed', 'retried', 'given_up', 'suppressed')),
    reason       text        NOT NULL DEFAULT '',
    attempts     integer     NOT NULL DEFAULT 0,
    round_began  integer     NOT NULL DEFAULT 0,
    due_at       timestamptz,
    lease        uuid,
    leased_until timestamptz,
    message_id   text        NOT NULL,
    wrapped_key  bytea,
    letter       bytea,
    payload      text,
    created_at   timestamptz NOT NULL,
    changed_at   timestamptz NOT NULL,
    UNIQUE (event_id, purpose, recipient),
    CHECK ((state IN ('queued', 'failed', 'retried')) = (due_at IS NOT NULL))
);

CREATE INDEX delivery_due ON delivery (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX delivery_log ON delivery (created_at DESC, delivery_id DESC);
CREATE INDEX delivery_referral ON delivery (referral_id);

COMMENT ON COLUMN delivery.recipient IS 'client, therapist:<id>, staff:<id>, mailbox or endpoint:<id>; never an address';
COMMENT ON COLUMN delivery.letter IS 'an offer''s address and link, encrypted, wiped with its key once it is sent';

CREATE TABLE delivery_attempt (
    delivery_id uuid        NOT NULL REFERENCES delivery,
    attempt     integer     NOT NULL,
    began_at    timestamptz NOT NULL,
    ended_at    timestamptz,
    outcome     text        NOT NULL DEFAULT 'unknown',
    PRIMARY KEY (delivery_id, attempt)
);

CREATE TABLE endpoint (
    endpoint_id uuid        NOT NULL PRIMARY KEY,
    funder_id   uuid        NOT NULL,
    url         text        NOT NULL,
    wrapped_key bytea       NOT NULL,
    secret      bytea       NOT NULL,
    state       text        NOT NULL DEFAULT 'active' CHECK (state IN ('active', 'disabled')),
    reason      text        NOT NULL DEFAULT '',
    created_by  text        NOT NULL,
    created_at  timestamptz NOT NULL,
    UNIQUE (funder_id, url)
);

CREATE TABLE caught_mail (
    mail_id     uuid        NOT NULL PRIMARY KEY,
    message_id  text        NOT NULL UNIQUE,
    times       integer     NOT NULL DEFAULT 1,
    wrapped_key bytea       NOT NULL,
    content     bytea       NOT NULL,
    caught_at   timestamptz NOT NULL
);

COMMENT ON TABLE caught_mail IS 'demonstrations only: what would have been sent, encrypted, the latest few hundred';
