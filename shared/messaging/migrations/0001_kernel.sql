-- Once-only, order, retry and timers: the same tables in every service's database.

CREATE TABLE inbox (
    event_id    uuid        NOT NULL PRIMARY KEY,
    received_at timestamptz NOT NULL DEFAULT now()
) PARTITION BY RANGE (event_id);

CREATE TABLE inbox_rest PARTITION OF inbox DEFAULT;

CREATE TABLE stream (
    key      text   NOT NULL PRIMARY KEY,
    sequence bigint NOT NULL
) WITH (fillfactor = 70);

CREATE TABLE outbox (
    position   bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    shard      smallint    NOT NULL,
    event_id   uuid        NOT NULL,
    type       text        NOT NULL,
    key        text        NOT NULL,
    sequence   bigint      NOT NULL,
    trace      text        NOT NULL DEFAULT '',
    created_at timestamptz NOT NULL,
    body       bytea       NOT NULL
) WITH (autovacuum_vacuum_scale_factor = 0.0, autovacuum_vacuum_threshold = 5000);

CREATE TABLE parked_event (
    position   bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    event_id   uuid        NOT NULL,
    key        text        NOT NULL,
    type       text        NOT NULL,
    state      text        NOT NULL CHECK (state IN ('retrying', 'behind', 'dead')),
    attempts   integer     NOT NULL,
    due_at     timestamptz NOT NULL,
    parked_at  timestamptz NOT NULL,
    reason     text        NOT NULL,
    stack      text        NOT NULL DEFAULT '',
    headers    jsonb       NOT NULL,
    body       bytea       NOT NULL
);

CREATE INDEX parked_event_key ON parked_event (key, position);
CREATE INDEX parked_event_due ON parked_event (due_at) WHERE state = 'retrying';

CREATE TABLE timer (
    kind     text        NOT NULL,
    key      text        NOT NULL,
    lock_key text        NOT NULL,
    due_at   timestamptz NOT NULL,
    attempts integer     NOT NULL DEFAULT 0,
    payload  jsonb       NOT NULL DEFAULT '{}',
    PRIMARY KEY (kind, key)
);

CREATE INDEX timer_due ON timer (due_at);

-- The process has no right to create or drop tables, so the owner lends it exactly this: months ahead are made, months that are over are dropped.
CREATE FUNCTION tend_inbox(present timestamptz, keep interval) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    month timestamptz := date_trunc('month', present, 'UTC');
    lower_bound uuid;
    upper_bound uuid;
    partition text;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('tend_inbox', 0));
    FOR i IN 0..2 LOOP
        lower_bound := (lpad(to_hex((extract(epoch FROM month + make_interval(months => i)) * 1000)::bigint), 12, '0') || repeat('0', 20))::uuid;
        upper_bound := (lpad(to_hex((extract(epoch FROM month + make_interval(months => i + 1)) * 1000)::bigint), 12, '0') || repeat('0', 20))::uuid;
        partition := 'inbox_' || to_char((month + make_interval(months => i)) AT TIME ZONE 'UTC', 'YYYYMM');
        CONTINUE WHEN to_regclass('public.' || partition) IS NOT NULL;
        CONTINUE WHEN EXISTS (SELECT 1 FROM public.inbox_rest WHERE event_id >= lower_bound AND event_id < upper_bound);
        EXECUTE format('CREATE TABLE public.%I PARTITION OF public.inbox FOR VALUES FROM (%L) TO (%L)', partition, lower_bound, upper_bound);
    END LOOP;
    FOR partition IN
        SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
         WHERE i.inhparent = 'public.inbox'::regclass AND c.relname ~ '^inbox_[0-9]{6}$'
           AND to_timestamp(right(c.relname, 6) || '01', 'YYYYMMDD') + interval '1 month' < present - keep
    LOOP
        EXECUTE format('DROP TABLE public.%I', partition);
    END LOOP;
END;
$$;
