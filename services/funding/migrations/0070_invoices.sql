-- Therapists' invoices for sessions that the ledger has paid, what was decided about them, and what clients added.

CREATE TABLE invoice_policy (
    valid_from         date        PRIMARY KEY,
    approved_by_one_to bigint      NOT NULL CHECK (approved_by_one_to >= 0),
    unpaid_until_asked integer     NOT NULL CHECK (unpaid_until_asked > 0),
    decided_at         timestamptz NOT NULL DEFAULT now(),
    decided_by         text        NOT NULL DEFAULT 'system'
);
COMMENT ON COLUMN invoice_policy.approved_by_one_to IS 'up to this amount one person may approve; above it takes two';
COMMENT ON COLUMN invoice_policy.unpaid_until_asked IS 'after so many sessions not paid by the client, means are looked at again';
INSERT INTO invoice_policy (valid_from, approved_by_one_to, unpaid_until_asked) VALUES ('2000-01-01', 50000, 2);

CREATE FUNCTION drawn_by(wanted uuid) RETURNS bigint LANGUAGE sql STABLE AS $$
    SELECT coalesce(sum(e.amount), 0)::bigint
      FROM public.ledger_transaction t JOIN public.ledger_entry e USING (transaction_id)
     WHERE t.session_id = wanted AND e.account = 'spent'
$$;
COMMENT ON FUNCTION drawn_by IS 'what the funds have paid for a session, corrections taken off';

CREATE TABLE invoice (
    invoice_id    uuid        PRIMARY KEY,
    number        bigint      GENERATED ALWAYS AS IDENTITY UNIQUE,
    therapist_id  uuid        NOT NULL,
    state         text        NOT NULL CHECK (state IN
        ('draft', 'submitted', 'questioned', 'approved', 'in-run', 'paid', 'bank-returned', 'cancelled')),
    live          boolean     NOT NULL GENERATED ALWAYS AS (state <> 'cancelled') STORED,
    made_by       text        NOT NULL,
    own_reference bytea,
    made_at       timestamptz NOT NULL,
    changed_at    timestamptz NOT NULL,
    UNIQUE (invoice_id, live)
);
CREATE INDEX invoice_of_therapist ON invoice (therapist_id, made_at);
CREATE INDEX invoice_by_state ON invoice (state, made_at);

CREATE TABLE invoice_line (
    line_id      uuid    PRIMARY KEY,
    invoice_id   uuid    NOT NULL,
    live         boolean NOT NULL DEFAULT true,
    kind         text    NOT NULL CHECK (kind IN ('session', 'credit')),
    session_id   uuid    NOT NULL,
    match_id     uuid    NOT NULL,
    held_on      date    NOT NULL,
    fee          bigint  NOT NULL,
    contribution bigint  NOT NULL CHECK (contribution >= 0),
    amount       bigint  NOT NULL,
    credits      uuid    REFERENCES invoice_line,
    taken_off    boolean NOT NULL DEFAULT false,
    credited     boolean NOT NULL DEFAULT false,
    FOREIGN KEY (invoice_id, live) REFERENCES invoice (invoice_id, live) ON UPDATE CASCADE,
    CONSTRAINT never_above_the_fee CHECK
        (CASE kind WHEN 'session' THEN amount > 0 AND amount + contribution <= fee ELSE amount < 0 END),
    CHECK ((kind = 'credit') = (credits IS NOT NULL)),
    CHECK (NOT (credited AND kind = 'credit'))
);
CREATE UNIQUE INDEX one_live_invoice_a_session ON invoice_line (session_id)
    WHERE kind = 'session' AND live AND NOT taken_off AND NOT credited;
CREATE UNIQUE INDEX one_credit_a_line ON invoice_line (credits) WHERE live AND NOT taken_off;
CREATE INDEX invoice_line_of_invoice ON invoice_line (invoice_id);
COMMENT ON COLUMN invoice_line.taken_off IS 'no longer counted, because the session was corrected before it was paid';
COMMENT ON COLUMN invoice_line.credited IS 'paid, and taken back by a credit on another invoice';

-- Even where the code is wrong, nobody invoices more than the ledger has paid, or somebody else's session.
CREATE FUNCTION require_spent_session() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.kind = 'session' AND NEW.amount > public.drawn_by(NEW.session_id) THEN
        RAISE EXCEPTION 'an invoice asks for no more than the ledger has paid' USING ERRCODE = 'check_violation';
    END IF;
    IF NOT EXISTS (
        SELECT 1 FROM public.invoice i JOIN public.therapy_course c USING (therapist_id)
         WHERE i.invoice_id = NEW.invoice_id AND c.match_id = NEW.match_id
    ) THEN
        RAISE EXCEPTION 'an invoice is for the therapist''s own sessions' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END;
$$;
CREATE TRIGGER spent_session BEFORE INSERT OR UPDATE OF amount, session_id, match_id ON invoice_line
    FOR EACH ROW EXECUTE FUNCTION require_spent_session();

CREATE TABLE invoice_decision (
    decision_id uuid        PRIMARY KEY,
    invoice_id  uuid        NOT NULL REFERENCES invoice,
    decided     text        NOT NULL CHECK (decided IN
        ('made', 'submitted', 'first-approval', 'approved', 'questioned', 'corrected', 'cancelled', 'in-run',
         'taken-out', 'paid', 'bank-returned', 'payable-again')),
    actor       text        NOT NULL,
    reason      bytea,
    decided_at  timestamptz NOT NULL
);
CREATE INDEX invoice_decision_of_invoice ON invoice_decision (invoice_id, decided_at);

CREATE TABLE contribution_note (
    note_id    uuid        PRIMARY KEY,
    session_id uuid        NOT NULL REFERENCES session_result,
    noted      text        NOT NULL CHECK (noted IN ('paid', 'not-paid', 'waived')),
    actor      text        NOT NULL,
    noted_at   timestamptz NOT NULL
);
CREATE INDEX contribution_note_of_session ON contribution_note (session_id, noted_at, note_id);
COMMENT ON TABLE contribution_note IS 'whether the client paid their part of a session; the last note counts';

CREATE INDEX therapy_course_of_therapist ON therapy_course (therapist_id);
CREATE TRIGGER only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON invoice_decision EXECUTE FUNCTION refuse_change();
CREATE TRIGGER only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON invoice_policy EXECUTE FUNCTION refuse_change();
CREATE TRIGGER only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON contribution_note EXECUTE FUNCTION refuse_change();
REVOKE UPDATE, DELETE, TRUNCATE ON invoice_decision, invoice_policy, contribution_note FROM funding;
REVOKE DELETE, TRUNCATE ON invoice, invoice_line FROM funding;
