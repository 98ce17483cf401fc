-- Sessions draw awards: one movement a session, taken back by another where the session is corrected.

INSERT INTO movement_kind (kind, source, target) VALUES
    ('unspend', 'spent', 'committed'),
    ('refund', 'spent', 'available');

ALTER TABLE ledger_transaction
    ADD COLUMN session_id uuid,
    ADD COLUMN turn       integer,
    ADD CONSTRAINT spent_for_a_session
        CHECK ((kind IN ('spend', 'unspend', 'refund')) = (session_id IS NOT NULL)) NOT VALID,
    ADD CONSTRAINT spent_and_taken_back_by_turns
        CHECK (CASE WHEN session_id IS NULL THEN turn IS NULL ELSE (turn % 2 = 1) = (kind = 'spend') END);
CREATE UNIQUE INDEX one_movement_a_turn ON ledger_transaction (session_id, turn);
COMMENT ON COLUMN ledger_transaction.turn IS 'counts the movements of a session: odd ones spend, even ones take back';

-- The turn is counted here and nowhere else, so that a session can be paid for only while it is not.
CREATE OR REPLACE FUNCTION stamp_ledger_transaction() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.written_in := pg_current_xact_id();
    NEW.turn := CASE WHEN NEW.session_id IS NOT NULL THEN
        1 + (SELECT count(*) FROM public.ledger_transaction WHERE session_id = NEW.session_id) END;
    RETURN NEW;
END;
$$;

CREATE OR REPLACE FUNCTION require_balance() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF EXISTS (
        SELECT 1 FROM public.ledger_entry
         WHERE transaction_id = NEW.transaction_id AND fund_id = NEW.fund_id HAVING sum(amount) <> 0
    ) THEN
        RAISE EXCEPTION 'a ledger transaction must balance in every fund' USING ERRCODE = 'check_violation';
    END IF;
    -- A reservation can only give back, commit or spend what it took itself, never what is kept for somebody else.
    IF EXISTS (
        SELECT 1
          FROM public.ledger_transaction own
          JOIN public.ledger_transaction t ON t.reservation_id = own.reservation_id
          JOIN public.ledger_entry e ON e.transaction_id = t.transaction_id
         WHERE own.transaction_id = NEW.transaction_id AND e.fund_id = NEW.fund_id
           AND e.account IN ('reserved', 'committed', 'spent')
         GROUP BY e.account HAVING sum(e.amount) < 0
    ) THEN
        RAISE EXCEPTION 'a reservation has only its own money' USING ERRCODE = 'check_violation';
    END IF;
    -- What a corrected session gives back is what it drew: no penny more or less, and to the same fund.
    IF EXISTS (
        SELECT 1
          FROM public.ledger_transaction own
          JOIN public.ledger_transaction t ON t.session_id = own.session_id AND t.turn <= own.turn
          JOIN public.ledger_entry e ON e.transaction_id = t.transaction_id
         WHERE own.transaction_id = NEW.transaction_id AND own.turn % 2 = 0 AND e.account = 'spent'
         GROUP BY t.reservation_id, e.fund_id HAVING sum(e.amount) <> 0
    ) THEN
        RAISE EXCEPTION 'a session gives back exactly what it drew' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END;
$$;

CREATE TABLE session_result (
    session_id  uuid        PRIMARY KEY,
    match_id    uuid        NOT NULL,
    referral_id uuid        NOT NULL,
    result      text        NOT NULL CHECK (result IN ('attended', 'missed', 'cancelled')),
    held_on     date,
    heard_at    timestamptz NOT NULL,
    CHECK (held_on IS NOT NULL OR result = 'cancelled')
);
CREATE INDEX session_result_of_match ON session_result (match_id);
COMMENT ON TABLE session_result IS 'what was heard last about each session; the ledger keeps what it cost';

CREATE TABLE session_policy (
    valid_from     date    PRIMARY KEY,
    missed_is_paid boolean NOT NULL
);
COMMENT ON TABLE session_policy IS 'from a day on: whether a session that the client missed without cancelling is paid';
INSERT INTO session_policy (valid_from, missed_is_paid) VALUES ('2000-01-01', false);

ALTER TABLE award ADD COLUMN agreed_fee bigint CHECK (agreed_fee >= 0);
COMMENT ON COLUMN award.agreed_fee IS 'what the therapist who accepted asks, where that is less than was proposed';
ALTER TABLE award DROP CONSTRAINT award_state_check;
ALTER TABLE award ADD CONSTRAINT award_state_check CHECK (state IN
    ('requested', 'waiting', 'not-needed', 'reserved', 'awarded', 'drawing', 'exhausted', 'lapsed', 'expired', 'ended',
     'finished'));

REVOKE UPDATE, DELETE, TRUNCATE ON session_policy FROM funding;
