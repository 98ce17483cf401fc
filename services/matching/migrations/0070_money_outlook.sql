-- For which kinds of case there is money, as funding told last.

CREATE TABLE money_outlook (
    outlook_id text        PRIMARY KEY CHECK (outlook_id = 'money'),
    version    bigint      NOT NULL,
    lines      jsonb       NOT NULL,
    heard_at   timestamptz NOT NULL
);
COMMENT ON TABLE money_outlook IS 'One row: levels of money by kind of case, never an amount, never a client.';
