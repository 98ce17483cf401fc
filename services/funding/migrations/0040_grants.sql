-- What funders agreed to give and on which terms, and how funds are opened, changed and closed.

ALTER TABLE funder ADD COLUMN notes bytea;
ALTER TABLE fund ADD COLUMN closed_on date;

-- Whose money it is and how tightly it is tied was agreed once: another agreement is another fund.
CREATE FUNCTION keep_kind_of_fund() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a fund keeps its funder and its kind, and stays closed' USING ERRCODE = 'check_violation';
END;
$$;
CREATE TRIGGER keeps_its_kind BEFORE UPDATE ON fund FOR EACH ROW
    WHEN (OLD.kind <> NEW.kind OR OLD.funder_id <> NEW.funder_id OR OLD.closed_on <> NEW.closed_on
          OR (OLD.closed_on IS NOT NULL AND NEW.closed_on IS NULL))
    EXECUTE FUNCTION keep_kind_of_fund();

CREATE TABLE funder_grant (
    grant_id    uuid        PRIMARY KEY,
    fund_id     uuid        NOT NULL REFERENCES fund,
    funder_id   uuid        NOT NULL REFERENCES funder,
    reference   text        NOT NULL CHECK (reference <> ''),
    amount      bigint      NOT NULL CHECK (amount > 0),
    agreed_on   date        NOT NULL,
    from_day    date        NOT NULL,
    last_day    date        NOT NULL,
    target_kind text        CHECK (target_kind IN ('people', 'sessions')),
    target      integer     CHECK (target > 0),
    created_at  timestamptz NOT NULL,
    created_by  text        NOT NULL,
    UNIQUE (funder_id, reference),
    UNIQUE (grant_id, fund_id),
    CHECK (last_day >= from_day),
    CHECK ((target IS NULL) = (target_kind IS NULL))
);
CREATE INDEX funder_grant_of_fund ON funder_grant (fund_id);
COMMENT ON COLUMN funder_grant.reference IS 'the funder''s own, by which a grant that is entered twice is known';

CREATE TABLE grant_condition (
    condition_id uuid        PRIMARY KEY,
    grant_id     uuid        NOT NULL REFERENCES funder_grant,
    words        bytea       NOT NULL,
    met_at       timestamptz,
    met_by       text,
    CHECK ((met_at IS NULL) = (met_by IS NULL))
);
CREATE INDEX grant_condition_of_grant ON grant_condition (grant_id);

CREATE TABLE grant_instalment (
    instalment_id uuid   PRIMARY KEY,
    grant_id      uuid   NOT NULL,
    fund_id       uuid   NOT NULL,
    due_on        date   NOT NULL,
    amount        bigint NOT NULL CHECK (amount > 0),
    FOREIGN KEY (grant_id, fund_id) REFERENCES funder_grant (grant_id, fund_id),
    UNIQUE (instalment_id, fund_id)
);
CREATE INDEX grant_instalment_of_grant ON grant_instalment (grant_id);

CREATE TABLE instalment_receipt (
    fund_id       uuid NOT NULL,
    reference     text NOT NULL,
    instalment_id uuid NOT NULL,
    PRIMARY KEY (fund_id, reference),
    FOREIGN KEY (fund_id, reference) REFERENCES money_received (fund_id, reference),
    FOREIGN KEY (instalment_id, fund_id) REFERENCES grant_instalment (instalment_id, fund_id)
);
CREATE INDEX instalment_receipt_of_instalment ON instalment_receipt (instalment_id);

CREATE TABLE grant_report (
    report_date_id uuid        PRIMARY KEY,
    grant_id       uuid        NOT NULL REFERENCES funder_grant,
    due_on         date        NOT NULL,
    from_day       date        NOT NULL,
    until_day      date        NOT NULL,
    sent_at        timestamptz,
    sent_by        text,
    UNIQUE (grant_id, from_day, until_day),
    CHECK (until_day > from_day AND due_on >= until_day),
    CHECK ((sent_at IS NULL) = (sent_by IS NULL))
);
COMMENT ON COLUMN grant_report.until_day IS 'the first day that is not in the report';

CREATE TABLE fund_change (
    change_id  uuid        PRIMARY KEY,
    fund_id    uuid        NOT NULL REFERENCES fund,
    grant_id   uuid        REFERENCES funder_grant,
    what       text        NOT NULL CHECK (what <> ''),
    said       bytea       NOT NULL,
    actor      text        NOT NULL,
    changed_at timestamptz NOT NULL
);
CREATE INDEX fund_change_of_fund ON fund_change (fund_id, changed_at);
COMMENT ON COLUMN fund_change.said IS 'the reason and each change from what to what, under the key of the fund';

CREATE TRIGGER only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON fund_change EXECUTE FUNCTION refuse_change();
CREATE TRIGGER only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON instalment_receipt EXECUTE FUNCTION refuse_change();
REVOKE UPDATE, DELETE, TRUNCATE ON fund_change, instalment_receipt FROM funding;
REVOKE DELETE, TRUNCATE ON funder_grant FROM funding;
