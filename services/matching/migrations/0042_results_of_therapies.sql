-- How finished therapies went: counts for each therapist, readable with their own key, and what they add to a score.

CREATE TABLE outcome_count (
    therapist_id uuid  PRIMARY KEY REFERENCES therapist,
    counts       bytea NOT NULL
);
COMMENT ON TABLE outcome_count IS 'Finished and good cases by client group: a single case would say what its client did, so it is encrypted.';

CREATE TABLE outcome_counted (
    match_id uuid PRIMARY KEY REFERENCES match
);

CREATE TABLE strength (
    therapist_id uuid    NOT NULL REFERENCES therapist,
    client_group text    NOT NULL,
    points       integer NOT NULL CHECK (points BETWEEN 0 AND 1000),
    PRIMARY KEY (therapist_id, client_group)
);
COMMENT ON TABLE strength IS 'Only where a therapist has finished at least 15 cases of a client group; 500 is like all others.';
