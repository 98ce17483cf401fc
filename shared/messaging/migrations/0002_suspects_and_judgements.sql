-- Which process is trying an event that may have killed others, and what people decided about dead letters.

CREATE TABLE suspect_event (
    event_id uuid    NOT NULL PRIMARY KEY,
    process  text    NOT NULL,
    deaths   integer NOT NULL DEFAULT 0
);

CREATE TABLE dead_letter_judgement (
    id        bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    judged_at timestamptz NOT NULL,
    actor     text        NOT NULL,
    verdict   text        NOT NULL CHECK (verdict IN ('replayed', 'dropped')),
    event_id  uuid        NOT NULL,
    key       text        NOT NULL,
    type      text        NOT NULL,
    cause     text        NOT NULL,
    reason    text        NOT NULL DEFAULT ''
);
