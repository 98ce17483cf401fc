-- Receipts for therapists' fees: numbered year by year when a fee is paid, and frozen from then on.

CREATE TABLE fee_receipt (
    year       integer NOT NULL,
    number     integer NOT NULL CHECK (number > 0),
    fee_id     uuid    NOT NULL REFERENCES therapist_fee,
    paid_on    date    NOT NULL,
    undone_on  date,
    made_out_to bytea,
    PRIMARY KEY (year, number),
    CHECK (year = extract(year FROM paid_on)),
    CHECK (undone_on >= paid_on)
);
CREATE UNIQUE INDEX one_good_receipt_a_fee ON fee_receipt (fee_id) WHERE undone_on IS NULL;
COMMENT ON COLUMN fee_receipt.made_out_to IS 'the name of the therapist when the receipt was first opened, under their own key';

INSERT INTO fee_receipt (year, number, fee_id, paid_on)
SELECT extract(year FROM paid_on), row_number() OVER (PARTITION BY extract(year FROM paid_on) ORDER BY decided_at, fee_id),
       fee_id, paid_on
  FROM (SELECT fee_id, min(decided_at) AS decided_at, (min(decided_at) AT TIME ZONE 'Europe/London')::date AS paid_on
          FROM fee_decision WHERE decided = 'paid' GROUP BY fee_id) paid;

ALTER TABLE fee_decision DROP CONSTRAINT fee_decision_decided_check;
ALTER TABLE fee_decision ADD CONSTRAINT fee_decision_decided_check
      CHECK (decided IN ('paid', 'payment-undone', 'waived', 'waiver-asked', 'waiver-refused'));

-- A receipt keeps what it says: only its being undone and its name may follow, each once.
CREATE FUNCTION keep_receipt() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.year, NEW.number, NEW.fee_id, NEW.paid_on) IS DISTINCT FROM (OLD.year, OLD.number, OLD.fee_id, OLD.paid_on)
       OR (OLD.undone_on IS NOT NULL AND NEW.undone_on IS DISTINCT FROM OLD.undone_on)
       OR (OLD.made_out_to IS NOT NULL AND NEW.made_out_to IS DISTINCT FROM OLD.made_out_to) THEN
        RAISE EXCEPTION 'a receipt keeps what it says' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END;
$$;
CREATE TRIGGER keep BEFORE UPDATE ON fee_receipt FOR EACH ROW EXECUTE FUNCTION keep_receipt();
REVOKE DELETE, TRUNCATE ON fee_receipt FROM funding;
