CREATE TABLE inbox (
    event_id uuid NOT NULL PRIMARY KEY
);
