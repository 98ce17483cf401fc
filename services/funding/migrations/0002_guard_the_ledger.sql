-- What the ledger promises even where the code is wrong: it only grows, it balances, and no fund is ever overdrawn.

CREATE FUNCTION open_fund_accounts() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    INSERT INTO public.fund_balance (fund_id, account)
    SELECT NEW.fund_id, unnest(ARRAY['received', 'available', 'reserved', 'committed', 'spent']);
    RETURN NULL;
END;
$$;
CREATE TRIGGER open_accounts AFTER INSERT ON fund FOR EACH ROW EXECUTE FUNCTION open_fund_accounts();

-- Every line changes the balance of its account at once; the check on the balance refuses what is not there.
CREATE FUNCTION post_ledger_entry() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    movement record;
BEGIN
    SELECT k.source, k.target, t.written_in INTO STRICT movement
      FROM public.ledger_transaction t JOIN public.movement_kind k USING (kind)
     WHERE t.transaction_id = NEW.transaction_id;
    IF movement.written_in <> pg_current_xact_id() THEN
        RAISE EXCEPTION 'a ledger transaction is closed once it is committed' USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.account <> (CASE WHEN NEW.amount < 0 THEN movement.source ELSE movement.target END) THEN
        RAISE EXCEPTION 'this kind of movement does not touch that account' USING ERRCODE = 'check_violation';
    END IF;
    UPDATE public.fund_balance SET amount = amount + NEW.amount WHERE fund_id = NEW.fund_id AND account = NEW.account;
    RETURN NULL;
END;
$$;
CREATE TRIGGER post AFTER INSERT ON ledger_entry FOR EACH ROW EXECUTE FUNCTION post_ledger_entry();

-- At commit: what leaves one account of a fund has reached another of the same fund, so money never changes its purpose.
CREATE FUNCTION require_balance() RETURNS trigger
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
         WHERE own.transaction_id = NEW.transaction_id AND e.fund_id = NEW.fund_id AND e.account IN ('reserved', 'committed')
         GROUP BY e.account HAVING sum(e.amount) < 0
    ) THEN
        RAISE EXCEPTION 'a reservation has only its own money' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END;
$$;
CREATE CONSTRAINT TRIGGER balances AFTER INSERT ON ledger_entry
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION require_balance();

CREATE FUNCTION require_entries() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM public.ledger_entry WHERE transaction_id = NEW.transaction_id) THEN
        RAISE EXCEPTION 'a ledger transaction needs entries' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END;
$$;
CREATE CONSTRAINT TRIGGER has_entries AFTER INSERT ON ledger_transaction
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION require_entries();

CREATE FUNCTION stamp_ledger_transaction() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.written_in := pg_current_xact_id();
    RETURN NEW;
END;
$$;
CREATE TRIGGER stamp BEFORE INSERT ON ledger_transaction FOR EACH ROW EXECUTE FUNCTION stamp_ledger_transaction();

CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% only grows', TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
END;
$$;
CREATE TRIGGER only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger_transaction EXECUTE FUNCTION refuse_change();
CREATE TRIGGER only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger_entry EXECUTE FUNCTION refuse_change();
CREATE TRIGGER only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON money_received EXECUTE FUNCTION refuse_change();
CREATE TRIGGER only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON reservation EXECUTE FUNCTION refuse_change();

REVOKE UPDATE, DELETE, TRUNCATE ON ledger_transaction, ledger_entry, money_received, reservation, fund_threshold FROM funding;
REVOKE INSERT, UPDATE, DELETE, TRUNCATE ON fund_balance, movement_kind FROM funding;
REVOKE DELETE, TRUNCATE ON fund, funder, award FROM funding;
