-- What was last told about the kinds of case that money can serve.

CREATE TABLE money_outlook (
    outlook_id text        PRIMARY KEY CHECK (outlook_id = 'money'),
    version    bigint      NOT NULL CHECK (version > 0),
    lines      jsonb       NOT NULL,
    told_at    timestamptz NOT NULL
);
COMMENT ON TABLE money_outlook IS 'One row: levels of money by kind of case, never an amount, never a client.';
