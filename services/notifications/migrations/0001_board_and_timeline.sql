-- The live board's read model and every referral's timeline, built from what the other services tell.

CREATE TABLE card (
    referral_id    uuid        NOT NULL PRIMARY KEY,
    short_id       text        NOT NULL,
    said           jsonb       NOT NULL,
    board_column   text        NOT NULL CHECK (board_column IN ('new', 'triage', 'waiting', 'matching', 'offered', 'accepted', 'in-therapy', 'closed')),
    reason         text,
    priority       text        NOT NULL,
    urgency        smallint    NOT NULL,
    since          timestamptz NOT NULL,
    last_at        timestamptz NOT NULL,
    deadline_kind  text,
    deadline_at    timestamptz,
    flags          text[]      NOT NULL DEFAULT '{}',
    open_concerns  integer     NOT NULL DEFAULT 0,
    concern_due    timestamptz,
    therapist_id   uuid,
    shortfall      bigint      NOT NULL DEFAULT 0,
    area           text,
    wrapped_key    bytea,
    profile        bytea,
    face_changes_at timestamptz
) WITH (fillfactor = 80);

CREATE INDEX card_column ON card (board_column, urgency, since);
CREATE INDEX card_closed ON card (last_at DESC) WHERE board_column = 'closed';
CREATE INDEX card_short ON card (short_id);
CREATE INDEX card_concern ON card (concern_due) WHERE open_concerns > 0;
CREATE INDEX card_face ON card (face_changes_at) WHERE face_changes_at IS NOT NULL;

COMMENT ON COLUMN card.profile IS 'client group, age band and setting, encrypted under the key of this referral: never searched by';

CREATE TABLE happening (
    subject  uuid        NOT NULL,
    speaker  text        NOT NULL,
    sequence bigint      NOT NULL,
    event_id uuid        NOT NULL,
    kind     text        NOT NULL,
    at       timestamptz NOT NULL,
    details  jsonb       NOT NULL,
    PRIMARY KEY (subject, speaker, sequence)
);

-- What an open board must look at again. Rows of concurrent transactions become visible out of order, so a row gets its number
-- only afterwards, by one numberer at a time: a reader that has seen number n has seen everything before it.
CREATE TABLE board_change (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    number      bigint UNIQUE,
    referral_id uuid,
    changed_at  timestamptz NOT NULL
);

CREATE INDEX board_change_fresh ON board_change (id) WHERE number IS NULL;
CREATE INDEX board_change_age ON board_change (changed_at);

INSERT INTO board_change (number, changed_at) VALUES (1, '2000-01-01T00:00:00Z');
