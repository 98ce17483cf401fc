-- Money that nobody tied may move to another such fund, when two people agree; unspent money may go back to its funder.

CREATE TABLE fund_transfer (
    transfer_id uuid        PRIMARY KEY,
    from_fund   uuid        NOT NULL REFERENCES fund,
    to_fund     uuid        NOT NULL REFERENCES fund,
    amount      bigint      NOT NULL CHECK (amount > 0),
    reason      bytea       NOT NULL,
    state       text        NOT NULL CHECK (state IN ('asked', 'done', 'refused')),
    asked_by    text        NOT NULL,
    asked_at    timestamptz NOT NULL,
    decided_by  text,
    decided_at  timestamptz,
    CHECK (from_fund <> to_fund),
    CHECK ((state = 'asked') = (decided_by IS NULL)),
    CHECK ((decided_by IS NULL) = (decided_at IS NULL)),
    CONSTRAINT two_people_agree CHECK (state <> 'done' OR decided_by <> asked_by)
);
CREATE INDEX fund_transfer_by_time ON fund_transfer (asked_at);

CREATE FUNCTION keep_transfer() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.state <> 'asked'
       OR (NEW.from_fund, NEW.to_fund, NEW.amount, NEW.reason, NEW.asked_by)
          IS DISTINCT FROM (OLD.from_fund, OLD.to_fund, OLD.amount, OLD.reason, OLD.asked_by) THEN
        RAISE EXCEPTION 'a transfer is decided once, as it was asked' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END;
$$;
CREATE TRIGGER keeps_what_was_asked BEFORE UPDATE ON fund_transfer FOR EACH ROW EXECUTE FUNCTION keep_transfer();

CREATE TABLE money_given_back (
    given_back_id uuid        PRIMARY KEY,
    fund_id       uuid        NOT NULL,
    grant_id      uuid        NOT NULL,
    amount        bigint      NOT NULL CHECK (amount > 0),
    reason        bytea       NOT NULL,
    actor         text        NOT NULL,
    given_at      timestamptz NOT NULL,
    FOREIGN KEY (grant_id, fund_id) REFERENCES funder_grant (grant_id, fund_id)
);
CREATE INDEX money_given_back_of_grant ON money_given_back (grant_id);
CREATE TRIGGER only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON money_given_back EXECUTE FUNCTION refuse_change();
REVOKE UPDATE, DELETE, TRUNCATE ON money_given_back FROM funding;
REVOKE DELETE, TRUNCATE ON fund_transfer FROM funding;

INSERT INTO movement_kind (kind, source, target) VALUES
    ('transfer-out', 'available', 'received'),
    ('transfer-in', 'received', 'available'),
    ('give-back', 'available', 'received');

ALTER TABLE ledger_transaction
    ADD COLUMN transfer_id   uuid REFERENCES fund_transfer,
    ADD COLUMN given_back_id uuid REFERENCES money_given_back,
    DROP CONSTRAINT ledger_transaction_check,
    ADD CONSTRAINT for_a_reservation_or_on_its_own
        CHECK ((kind IN ('receive', 'transfer-out', 'transfer-in', 'give-back')) = (reservation_id IS NULL)) NOT VALID,
    ADD CONSTRAINT moved_as_agreed
        CHECK ((kind IN ('transfer-out', 'transfer-in')) = (transfer_id IS NOT NULL)) NOT VALID,
    ADD CONSTRAINT given_back_with_a_reason CHECK ((kind = 'give-back') = (given_back_id IS NOT NULL)) NOT VALID;
CREATE UNIQUE INDEX moved_once ON ledger_transaction (transfer_id, kind) WHERE transfer_id IS NOT NULL;
CREATE UNIQUE INDEX given_back_once ON ledger_transaction (given_back_id) WHERE given_back_id IS NOT NULL;

-- A line of a transfer, or of money given back, can be no other than what was agreed: its fund, and to the penny.
CREATE OR REPLACE FUNCTION post_ledger_entry() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    movement record;
BEGIN
    SELECT k.source, k.target, t.kind, t.written_in, t.transfer_id, t.given_back_id INTO STRICT movement
      FROM public.ledger_transaction t JOIN public.movement_kind k USING (kind)
     WHERE t.transaction_id = NEW.transaction_id;
    IF movement.written_in <> pg_current_xact_id() THEN
        RAISE EXCEPTION 'a ledger transaction is closed once it is committed' USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.account <> (CASE WHEN NEW.amount < 0 THEN movement.source ELSE movement.target END) THEN
        RAISE EXCEPTION 'this kind of movement does not touch that account' USING ERRCODE = 'check_violation';
    END IF;
    IF movement.transfer_id IS NOT NULL AND NOT EXISTS (
        SELECT 1
          FROM public.fund_transfer agreed JOIN public.fund ON fund.fund_id = NEW.fund_id
         WHERE agreed.transfer_id = movement.transfer_id AND agreed.state = 'done'
           AND agreed.amount = abs(NEW.amount) AND fund.kind IN ('unrestricted', 'designated')
           AND fund.fund_id = CASE movement.kind WHEN 'transfer-out' THEN agreed.from_fund ELSE agreed.to_fund END
    ) THEN
        RAISE EXCEPTION 'only money that no funder tied moves to another fund, as two people agreed'
            USING ERRCODE = 'check_violation';
    END IF;
    IF movement.given_back_id IS NOT NULL AND NOT EXISTS (
        SELECT 1
          FROM public.money_given_back agreed
         WHERE agreed.given_back_id = movement.given_back_id
           AND agreed.amount = abs(NEW.amount) AND agreed.fund_id = NEW.fund_id
    ) THEN
        RAISE EXCEPTION 'what goes back to a funder is what was noted, from that fund' USING ERRCODE = 'check_violation';
    END IF;
    UPDATE public.fund_balance SET amount = amount + NEW.amount WHERE fund_id = NEW.fund_id AND account = NEW.account;
    RETURN NULL;
END;
$$;

-- At commit: what left one fund has reached the other.
CREATE FUNCTION require_both_halves() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF (SELECT count(*) FROM public.ledger_transaction WHERE transfer_id = NEW.transfer_id) <> 2 THEN
        RAISE EXCEPTION 'what leaves one fund must reach another' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END;
$$;
CREATE CONSTRAINT TRIGGER both_halves AFTER INSERT ON ledger_transaction
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (NEW.transfer_id IS NOT NULL) EXECUTE FUNCTION require_both_halves();
