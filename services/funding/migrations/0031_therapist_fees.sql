-- What therapists owe the charity, by a dated policy, and who settled it how.

CREATE TABLE fee_policy (
    valid_from       date      PRIMARY KEY,
    yearly_when      text      NOT NULL CHECK (yearly_when IN ('first-acceptance-of-year', 'never')),
    yearly_fee       bigint    NOT NULL CHECK (yearly_fee >= 0),
    referral_when    text      NOT NULL CHECK (referral_when IN ('each-client', 'never')),
    referral_fee     bigint    NOT NULL CHECK (referral_fee >= 0),
    reminder_days    integer[] NOT NULL CHECK (0 < ALL (reminder_days)),
    overdue_days     integer   NOT NULL CHECK (overdue_days > 0 AND overdue_days > ALL (reminder_days)),
    waived_by_one_to bigint    NOT NULL CHECK (waived_by_one_to >= 0),
    decided_at       timestamptz NOT NULL DEFAULT now(),
    decided_by       text      NOT NULL DEFAULT 'system'
);
COMMENT ON COLUMN fee_policy.reminder_days IS 'days after a fee arose; overdue_days too';
COMMENT ON COLUMN fee_policy.waived_by_one_to IS 'up to this amount one person may waive; above it takes two';
INSERT INTO fee_policy
       (valid_from, yearly_when, yearly_fee, referral_when, referral_fee, reminder_days, overdue_days, waived_by_one_to)
VALUES ('2000-01-01', 'first-acceptance-of-year', 5000, 'never', 0, '{14,28}', 42, 5000);

CREATE TABLE therapist_fee (
    fee_id        uuid        PRIMARY KEY,
    therapist_id  uuid        NOT NULL,
    kind          text        NOT NULL CHECK (kind IN ('yearly', 'referral')),
    year          integer     NOT NULL,
    referral_id   uuid,
    amount        bigint      NOT NULL CHECK (amount > 0),
    state         text        NOT NULL CHECK (state IN ('due', 'overdue', 'waiver-asked', 'paid', 'waived')),
    raised_on     date        NOT NULL,
    overdue_from  date        NOT NULL CHECK (overdue_from > raised_on),
    was_overdue   boolean     NOT NULL DEFAULT false,
    reminded      integer     NOT NULL DEFAULT 0,
    changed_at    timestamptz NOT NULL,
    CHECK ((kind = 'referral') = (referral_id IS NOT NULL))
);
CREATE UNIQUE INDEX one_yearly_fee ON therapist_fee (therapist_id, year) WHERE kind = 'yearly';
CREATE UNIQUE INDEX one_fee_a_client ON therapist_fee (therapist_id, referral_id) WHERE kind = 'referral';
CREATE INDEX therapist_fee_by_state ON therapist_fee (state, raised_on);

CREATE TABLE fee_decision (
    decision_id uuid        PRIMARY KEY,
    fee_id      uuid        NOT NULL REFERENCES therapist_fee,
    decided     text        NOT NULL CHECK (decided IN ('paid', 'waived', 'waiver-asked', 'waiver-refused')),
    actor       text        NOT NULL,
    reason      bytea,
    decided_at  timestamptz NOT NULL
);
CREATE INDEX fee_decision_of_fee ON fee_decision (fee_id, decided_at);
CREATE TRIGGER only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON fee_decision EXECUTE FUNCTION refuse_change();
CREATE TRIGGER only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON fee_policy EXECUTE FUNCTION refuse_change();
REVOKE UPDATE, DELETE, TRUNCATE ON fee_decision, fee_policy FROM funding;
