-- Where therapists are paid to, runs of payments, and what the bank answered.

CREATE TABLE bank_account (
    account_id   uuid        PRIMARY KEY,
    therapist_id uuid        NOT NULL,
    details      bytea       NOT NULL,
    state        text        NOT NULL CHECK (state IN ('waiting', 'confirmed', 'refused', 'replaced')),
    entered_by   text        NOT NULL,
    entered_at   timestamptz NOT NULL,
    decided_by   text,
    decided_at   timestamptz,
    CONSTRAINT confirmed_by_a_second_person CHECK
        (state <> 'confirmed' OR (decided_by IS NOT NULL AND decided_by <> entered_by))
);
CREATE UNIQUE INDEX one_confirmed_account ON bank_account (therapist_id) WHERE state = 'confirmed';
CREATE UNIQUE INDEX one_waiting_account ON bank_account (therapist_id) WHERE state = 'waiting';
CREATE INDEX bank_account_of_therapist ON bank_account (therapist_id, entered_at);

CREATE TABLE payment_run (
    run_id      uuid        PRIMARY KEY,
    number      bigint      GENERATED ALWAYS AS IDENTITY UNIQUE,
    state       text        NOT NULL CHECK (state IN ('made', 'released', 'cancelled')),
    pays_on     date        NOT NULL,
    made_by     text        NOT NULL,
    made_at     timestamptz NOT NULL,
    released_by text,
    released_at timestamptz,
    CONSTRAINT released_by_a_second_person CHECK
        (state <> 'released' OR (released_by IS NOT NULL AND released_by <> made_by))
);
CREATE INDEX payment_run_by_time ON payment_run (made_at);

CREATE TABLE payment (
    payment_id uuid    PRIMARY KEY,
    run_id     uuid    NOT NULL REFERENCES payment_run,
    invoice_id uuid    NOT NULL REFERENCES invoice,
    account_id uuid    NOT NULL REFERENCES bank_account,
    amount     bigint  NOT NULL CHECK (amount > 0),
    reference  text    NOT NULL UNIQUE CHECK (reference ~ '^[A-Z0-9-]{1,18}$'),
    state      text    NOT NULL CHECK (state IN ('waiting', 'paid', 'returned', 'taken-out')),
    settled_on date,
    reason     bytea,
    CHECK ((settled_on IS NOT NULL) = (state IN ('paid', 'returned')))
);
CREATE UNIQUE INDEX one_live_run_an_invoice ON payment (invoice_id) WHERE state IN ('waiting', 'paid');
CREATE INDEX payment_of_run ON payment (run_id);

CREATE TABLE bank_answer (
    file_hash text        PRIMARY KEY,
    lines     integer     NOT NULL CHECK (lines > 0),
    taken_by  text        NOT NULL,
    taken_at  timestamptz NOT NULL
);
COMMENT ON TABLE bank_answer IS 'files of the bank that were taken in; the same file again changes nothing';
CREATE TRIGGER only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON bank_answer EXECUTE FUNCTION refuse_change();
REVOKE UPDATE, DELETE, TRUNCATE ON bank_answer FROM funding;
REVOKE DELETE, TRUNCATE ON bank_account, payment_run, payment FROM funding;
