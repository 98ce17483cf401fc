-- Everyone who waits is placed together now and then; what came of it is kept, with what is needed to do it again.

CREATE TABLE match_run (
    run_id       uuid        PRIMARY KEY,
    cause        text        NOT NULL CHECK (cause IN ('schedule', 'staff', 'woken')),
    started_at   timestamptz NOT NULL,
    elapsed_ms   integer     NOT NULL,
    waiting      integer     NOT NULL,
    placed       integer     NOT NULL,
    placed_bound integer     NOT NULL,
    score        bigint      NOT NULL,
    score_bound  bigint      NOT NULL,
    optimal      boolean     NOT NULL,
    solver       text        NOT NULL,
    pairs        integer     NOT NULL,
    weights      integer     NOT NULL,
    content      bytea       NOT NULL,
    CONSTRAINT never_better_than_the_bound CHECK (placed <= placed_bound AND placed <= waiting)
);
CREATE INDEX match_run_latest ON match_run (started_at DESC, run_id);

CREATE TABLE match_run_outcome (
    run_id      uuid NOT NULL REFERENCES match_run,
    referral_id uuid NOT NULL REFERENCES need,
    match_id    uuid REFERENCES match,
    reason      text,
    PRIMARY KEY (run_id, referral_id),
    CONSTRAINT placed_or_waiting CHECK ((match_id IS NULL) <> (reason IS NULL))
);
