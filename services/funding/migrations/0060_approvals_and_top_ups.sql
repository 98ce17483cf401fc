-- Above an amount others have to agree; money is kept meanwhile. Awards that run can be made larger.

CREATE TABLE approval_policy (
    valid_from date        NOT NULL,
    up_to      bigint      CHECK (up_to > 0),
    approvers  smallint    NOT NULL CHECK (approvers BETWEEN 0 AND 5),
    roles      text[]      NOT NULL DEFAULT '{}'
        CHECK (roles <@ ARRAY['coordinator', 'triage', 'safeguarding', 'registrar', 'finance', 'admin']),
    decided_at timestamptz NOT NULL DEFAULT now(),
    decided_by text        NOT NULL DEFAULT 'system',
    UNIQUE NULLS NOT DISTINCT (valid_from, up_to),
    CHECK ((approvers > 0) = (cardinality(roles) > 0))
);
COMMENT ON COLUMN approval_policy.up_to IS 'in pence, all that is promised to or spent on one client; none: everything above';

-- The rows of one day are one policy: it says what happens with every sum, and never asks fewer for more.
CREATE FUNCTION require_whole_approval_policy() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM public.approval_policy WHERE valid_from = NEW.valid_from AND up_to IS NULL) THEN
        RAISE EXCEPTION 'a policy for approvals must say who approves what is above its last amount'
            USING ERRCODE = 'check_violation';
    END IF;
    IF EXISTS (
        SELECT 1 FROM public.approval_policy low JOIN public.approval_policy high USING (valid_from)
         WHERE valid_from = NEW.valid_from AND low.approvers > high.approvers
           AND low.up_to IS NOT NULL AND (high.up_to IS NULL OR high.up_to > low.up_to)
    ) THEN
        RAISE EXCEPTION 'a policy for approvals must not ask fewer people for more money' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END;
$$;
CREATE CONSTRAINT TRIGGER whole AFTER INSERT ON approval_policy
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION require_whole_approval_policy();
INSERT INTO approval_policy (valid_from, up_to, approvers, roles) VALUES
    ('2000-01-01', 250000, 0, '{}'),
    ('2000-01-01', 500000, 1, '{finance,coordinator}'),
    ('2000-01-01', NULL,   2, '{finance,coordinator}');

ALTER TABLE award DROP CONSTRAINT award_state_check;
ALTER TABLE award ADD CONSTRAINT award_state_check CHECK (state IN
    ('requested', 'waiting', 'not-needed', 'to-approve', 'reserved', 'awarded', 'drawing', 'exhausted', 'lapsed',
     'expired', 'ended', 'finished'));
ALTER TABLE award DROP CONSTRAINT award_waits_for_check;
ALTER TABLE award ADD CONSTRAINT award_waits_for_check
    CHECK (waits_for IN ('profile', 'money', 'consent', 'means', 'another-look'));
ALTER TABLE award ADD COLUMN look_again_on date;
ALTER TABLE award ADD CONSTRAINT looked_at_again_on_a_day
    CHECK ((look_again_on IS NOT NULL) = (waits_for IS NOT DISTINCT FROM 'another-look'));
COMMENT ON COLUMN award.look_again_on IS 'nobody agreed: by this day it is put to them again';

CREATE TABLE proposal (
    proposal_id  uuid        PRIMARY KEY,
    award_id     uuid        NOT NULL REFERENCES award,
    kind         text        NOT NULL CHECK (kind IN ('award', 'top-up')),
    state        text        NOT NULL CHECK (state IN
        ('waiting', 'to-approve', 'granted', 'refused', 'expired', 'withdrawn')),
    sessions     integer     NOT NULL CHECK (sessions > 0),
    contribution bigint      NOT NULL CHECK (contribution >= 0),
    amount       bigint      NOT NULL CHECK (amount >= 0),
    approvers    smallint    NOT NULL CHECK (approvers >= 0),
    roles        text[]      NOT NULL,
    fund_id      uuid        REFERENCES fund,
    reason       bytea,
    prepared_by  text        NOT NULL,
    explanation  jsonb       NOT NULL DEFAULT '[]',
    asked_at     timestamptz NOT NULL,
    changed_at   timestamptz NOT NULL,
    CHECK (fund_id IS NULL OR approvers > 0)
);
CREATE UNIQUE INDEX one_open_proposal ON proposal (award_id) WHERE state IN ('waiting', 'to-approve');
CREATE INDEX proposal_of_award ON proposal (award_id, asked_at);
CREATE INDEX proposal_open ON proposal (state, asked_at) WHERE state IN ('waiting', 'to-approve');
COMMENT ON TABLE proposal IS 'money kept for an award or for making it larger, until as many have agreed as must';
COMMENT ON COLUMN proposal.sessions IS 'of a top-up: how many there are to be in all';
COMMENT ON COLUMN proposal.fund_id IS 'the fund that staff chose instead of the rules';

CREATE TABLE approval (
    proposal_id uuid        NOT NULL REFERENCES proposal,
    level       smallint    NOT NULL CHECK (level > 0),
    agreed      boolean     NOT NULL,
    actor       text        NOT NULL,
    reason      bytea,
    decided_at  timestamptz NOT NULL,
    PRIMARY KEY (proposal_id, level),
    CONSTRAINT nobody_decides_twice UNIQUE (proposal_id, actor)
);

CREATE TABLE preparation (
    referral_id uuid        NOT NULL,
    actor       text        NOT NULL,
    what        text        NOT NULL CHECK (what IN ('contribution', 'sessions', 'fund', 'top-up')),
    prepared_at timestamptz NOT NULL,
    PRIMARY KEY (referral_id, actor, what, prepared_at)
);
COMMENT ON TABLE preparation IS 'who had a hand in what a client is to get, and so may not approve it';

CREATE TRIGGER only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON approval_policy EXECUTE FUNCTION refuse_change();
CREATE TRIGGER only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON approval EXECUTE FUNCTION refuse_change();
CREATE TRIGGER only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON preparation EXECUTE FUNCTION refuse_change();
REVOKE UPDATE, DELETE, TRUNCATE ON approval_policy, approval, preparation FROM funding;
REVOKE DELETE, TRUNCATE ON proposal FROM funding;
