-- Reports for funders, frozen when they are published, and the days on which they are due.

CREATE TABLE report (
    report_id    uuid        PRIMARY KEY,
    fund_id      uuid        NOT NULL REFERENCES fund,
    from_day     date        NOT NULL,
    until_day    date        NOT NULL,
    snapshot     text        NOT NULL CHECK (snapshot <> ''),
    sha256       text        NOT NULL CHECK (sha256 ~ '^[0-9a-f]{64}$'),
    published_at timestamptz NOT NULL,
    published_by text        NOT NULL,
    UNIQUE (fund_id, from_day, until_day),
    CHECK (until_day > from_day)
);
COMMENT ON COLUMN report.until_day IS 'the first day that is not in the report';

CREATE TABLE report_due (
    fund_id   uuid NOT NULL REFERENCES fund,
    due_on    date NOT NULL,
    from_day  date NOT NULL,
    until_day date NOT NULL,
    PRIMARY KEY (fund_id, due_on),
    CHECK (until_day > from_day AND due_on >= until_day)
);

CREATE TRIGGER only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON report EXECUTE FUNCTION refuse_change();
REVOKE UPDATE, DELETE, TRUNCATE ON report FROM funding;
