-- By which dated thresholds a client's own share is worked out, who was asked what they live on, and what came of it.

CREATE TABLE means_policy (
    valid_from date        PRIMARY KEY,
    content    jsonb       NOT NULL,
    loaded_at  timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE means_policy IS 'holds from its day until the day of the next one; never changed once it is in';
CREATE TRIGGER only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON means_policy EXECUTE FUNCTION refuse_change();
REVOKE UPDATE, DELETE, TRUNCATE ON means_policy FROM funding;

CREATE TABLE means_test (
    means_test_id       uuid        PRIMARY KEY,
    referral_id         uuid        NOT NULL,
    state               text        NOT NULL CHECK (state IN ('asked', 'begun', 'done', 'closed')),
    asked_at            timestamptz NOT NULL,
    written             boolean     NOT NULL,
    reminded            integer     NOT NULL DEFAULT 0,
    answers             bytea,
    answered_by         text        NOT NULL DEFAULT '',
    completed_at        timestamptz,
    valid_until         date,
    policy_from         date        REFERENCES means_policy,
    verdict             text        CHECK (verdict IN ('contributes', 'full-fee')),
    band                text,
    per_session         bigint      CHECK (per_session >= 0),
    evidence            text        NOT NULL DEFAULT 'none' CHECK (evidence IN ('none', 'payslip', 'benefit-letter')),
    evidence_by         text        NOT NULL DEFAULT '',
    too_hard            boolean     NOT NULL DEFAULT false,
    decided_per_session bigint      CHECK (decided_per_session >= 0),
    decided_by          text        NOT NULL DEFAULT '',
    reason              bytea,
    changed_at          timestamptz NOT NULL,
    CHECK (state <> 'done'
           OR num_nulls(completed_at, valid_until, policy_from, verdict, band) = 0),
    CHECK ((verdict = 'contributes') = (per_session IS NOT NULL))
);
COMMENT ON COLUMN means_test.policy_from IS 'the policy by which it was worked out';
CREATE UNIQUE INDEX one_open_means_test ON means_test (referral_id) WHERE state IN ('asked', 'begun');
CREATE INDEX means_test_of_referral ON means_test (referral_id, completed_at);
CREATE INDEX means_test_by_state ON means_test (state, changed_at);

CREATE TABLE means_link (
    token_hash    text        PRIMARY KEY,
    means_test_id uuid        NOT NULL REFERENCES means_test ON DELETE CASCADE,
    made_at       timestamptz NOT NULL
);
CREATE INDEX means_link_of ON means_link (means_test_id);
