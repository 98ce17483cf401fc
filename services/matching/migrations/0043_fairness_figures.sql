-- Counts for watching fairness: each about one thing alone, so that nobody can be put together from them.

CREATE TABLE fairness_figure (
    quarter   date    NOT NULL,
    dimension text    NOT NULL CHECK (dimension IN ('region', 'client-group', 'age-band', 'payer')),
    value     text    NOT NULL,
    accepted  boolean NOT NULL,
    days      integer NOT NULL CHECK (days >= 0),
    n         integer NOT NULL CHECK (n > 0),
    PRIMARY KEY (quarter, dimension, value, accepted, days)
);
COMMENT ON TABLE fairness_figure IS 'Answered offers by one dimension at a time, with the days that the client had waited; no id leads to them.';

CREATE TABLE offer_counted (
    offer_id uuid PRIMARY KEY REFERENCES offer
);
