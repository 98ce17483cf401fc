-- Who gave what for which purpose, the double-entry ledger, and what is promised to whom.

CREATE TABLE funder (
    funder_id  uuid        PRIMARY KEY,
    name       text        NOT NULL UNIQUE CHECK (name <> ''),
    created_at timestamptz NOT NULL
);

CREATE TABLE fund (
    fund_id        uuid        PRIMARY KEY,
    funder_id      uuid        NOT NULL REFERENCES funder,
    name           text        NOT NULL CHECK (name <> ''),
    kind           text        NOT NULL CHECK (kind IN ('unrestricted', 'designated', 'restricted')),
    client_groups  text[]      NOT NULL DEFAULT '{}',
    regions        text[]      NOT NULL DEFAULT '{}',
    age_bands      text[]      NOT NULL DEFAULT '{}',
    available_from date,
    until          date,
    cap_per_client bigint      CHECK (cap_per_client > 0),
    share_of_fee   smallint    CHECK (share_of_fee BETWEEN 1 AND 100),
    created_at     timestamptz NOT NULL,
    UNIQUE (funder_id, name),
    CHECK (until >= available_from),
    CONSTRAINT unrestricted_means_unrestricted CHECK (
        kind <> 'unrestricted'
        OR (cardinality(client_groups || regions || age_bands) = 0
            AND num_nonnulls(available_from, until, cap_per_client, share_of_fee) = 0)
    )
);

CREATE TABLE subject_key (
    subject text  PRIMARY KEY,
    wrapped bytea NOT NULL
);
COMMENT ON TABLE subject_key IS 'The wrapped key of one referral; deleting the row erases what is encrypted under it.';

CREATE TABLE referral (
    referral_id    uuid        PRIMARY KEY,
    standing       text        NOT NULL CHECK (standing IN ('suitable', 'not-suitable', 'closed')),
    priority       text        NOT NULL CHECK (priority IN ('routine', 'urgent', 'immediate')),
    received_at    timestamptz NOT NULL,
    subsidy_agreed boolean     NOT NULL,
    profile        bytea
);

CREATE TABLE award (
    award_id     uuid        PRIMARY KEY,
    referral_id  uuid        NOT NULL,
    match_id     uuid        NOT NULL UNIQUE,
    state        text        NOT NULL CHECK (state IN
        ('requested', 'waiting', 'not-needed', 'reserved', 'awarded', 'expired', 'ended', 'finished')),
    waits_for    text        CHECK (waits_for IN ('profile', 'money', 'consent')),
    session_fee  bigint      NOT NULL CHECK (session_fee >= 0),
    sessions     integer     NOT NULL CHECK (sessions > 0),
    contribution bigint      CHECK (contribution BETWEEN 0 AND session_fee),
    shortfall    bigint      CHECK (shortfall > 0),
    needs_review boolean     NOT NULL DEFAULT false,
    accepted     boolean     NOT NULL DEFAULT false,
    valid_until  date,
    explanation  jsonb       NOT NULL DEFAULT '[]',
    requested_at timestamptz NOT NULL,
    changed_at   timestamptz NOT NULL,
    CHECK ((waits_for IS NOT NULL) = (state IN ('requested', 'waiting'))),
    CHECK ((shortfall IS NOT NULL) = (state = 'waiting'))
);
CREATE INDEX award_of_referral ON award (referral_id);
CREATE INDEX award_by_time ON award (requested_at);
CREATE INDEX award_waiting ON award (waits_for) WHERE state IN ('requested', 'waiting');

CREATE TABLE reservation (
    reservation_id uuid        PRIMARY KEY,
    award_id       uuid        NOT NULL REFERENCES award,
    made_at        timestamptz NOT NULL
);
CREATE INDEX reservation_of_award ON reservation (award_id);

CREATE TABLE movement_kind (
    kind   text PRIMARY KEY,
    source text NOT NULL,
    target text NOT NULL
);
INSERT INTO movement_kind (kind, source, target) VALUES
    ('receive', 'received', 'available'),
    ('reserve', 'available', 'reserved'),
    ('commit', 'reserved', 'committed'),
    ('release', 'reserved', 'available'),
    ('return', 'committed', 'available'),
    ('spend', 'committed', 'spent');

CREATE TABLE ledger_transaction (
    transaction_id uuid        PRIMARY KEY,
    kind           text        NOT NULL REFERENCES movement_kind,
    reservation_id uuid        REFERENCES reservation,
    happened_at    timestamptz NOT NULL,
    actor          text        NOT NULL,
    written_in     xid8        NOT NULL DEFAULT pg_current_xact_id(),
    CHECK ((kind = 'receive') = (reservation_id IS NULL))
);
CREATE UNIQUE INDEX reserved_once ON ledger_transaction (reservation_id) WHERE kind = 'reserve';
CREATE UNIQUE INDEX resolved_once ON ledger_transaction (reservation_id) WHERE kind IN ('commit', 'release');
CREATE UNIQUE INDEX returned_once ON ledger_transaction (reservation_id) WHERE kind = 'return';
CREATE INDEX ledger_transaction_of_reservation ON ledger_transaction (reservation_id);

CREATE TABLE ledger_entry (
    transaction_id uuid   NOT NULL REFERENCES ledger_transaction,
    fund_id        uuid   NOT NULL REFERENCES fund,
    account        text   NOT NULL CHECK (account IN ('received', 'available', 'reserved', 'committed', 'spent')),
    amount         bigint NOT NULL CHECK (amount <> 0),
    PRIMARY KEY (transaction_id, fund_id, account)
);
CREATE INDEX ledger_entry_of_fund ON ledger_entry (fund_id, transaction_id);

CREATE TABLE money_received (
    fund_id        uuid   NOT NULL REFERENCES fund,
    reference      text   NOT NULL CHECK (reference <> ''),
    amount         bigint NOT NULL CHECK (amount > 0),
    received_on    date   NOT NULL,
    transaction_id uuid   NOT NULL UNIQUE REFERENCES ledger_transaction,
    PRIMARY KEY (fund_id, reference)
);

CREATE TABLE fund_balance (
    fund_id uuid   NOT NULL REFERENCES fund,
    account text   NOT NULL,
    amount  bigint NOT NULL DEFAULT 0,
    PRIMARY KEY (fund_id, account),
    CONSTRAINT no_account_below_zero CHECK (CASE WHEN account = 'received' THEN amount <= 0 ELSE amount >= 0 END)
);

CREATE TABLE fund_threshold (
    fund_id    uuid        NOT NULL REFERENCES fund,
    percent    integer     NOT NULL CHECK (percent > 0),
    received   bigint      NOT NULL,
    crossed_at timestamptz NOT NULL,
    PRIMARY KEY (fund_id, percent, received)
);
