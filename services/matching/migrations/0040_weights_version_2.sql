-- A second version of the weights: what a fee means for this client, preferences, and how finished therapies went.

ALTER TABLE weights
    ADD COLUMN affordable  integer NOT NULL DEFAULT 0 CHECK (affordable >= 0),
    ADD COLUMN preferences integer NOT NULL DEFAULT 0 CHECK (preferences >= 0),
    ADD COLUMN results     integer NOT NULL DEFAULT 0 CHECK (results >= 0);
INSERT INTO weights (version, distance, fee, free_places, specialism, affordable, preferences, results, published_at)
VALUES (2, 35, 0, 15, 10, 25, 5, 10, '2026-11-22T00:00:00Z');
