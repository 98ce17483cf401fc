"""Writes what a transaction told and scheduled into its own database, in one statement a table."""

from collections import Counter

from shared.db import Connection
from shared.messaging.envelope import shard_of
from shared.messaging.transaction import Scheduled, Told, Transaction
from shared.telemetry import traceparent


async def flush(*transactions: Transaction) -> int:
    """Store everything the transactions told and scheduled, in order; gives how many events.

    All must share one database transaction.
    """
    told = [item for tx in transactions for item in tx.told]
    scheduled = [item for tx in transactions for item in tx.scheduled.values()]
    if not (told or scheduled):
        return 0
    first = transactions[0]
    if told:
        await _store_events(first.db, told, first)
    if scheduled:
        await _store_timers(first.db, scheduled)
    return len(told)


async def _store_events(db: Connection, told: list[Told], tx: Transaction) -> None:
    counts = Counter(item.event.key_value for item in told)
    keys = sorted(counts)
    rows = await db.fetch(
        """
        INSERT INTO stream AS s (key, sequence)
        SELECT key, told FROM unnest($1::text[], $2::bigint[]) AS t (key, told) ORDER BY key
        ON CONFLICT (key) DO UPDATE SET sequence = s.sequence + excluded.sequence
        RETURNING key, sequence
        """,
        keys,
        [counts[key] for key in keys],
    )
    following = {row["key"]: row["sequence"] - counts[row["key"]] for row in rows}
    sequences = []
    for item in told:
        following[item.event.key_value] += 1
        sequences.append(following[item.event.key_value])
    trace = traceparent()
    await db.execute(
        """
        INSERT INTO outbox (shard, event_id, type, key, sequence, trace, created_at, body)
        SELECT shard, event_id, type, key, sequence, $7, $8, body
          FROM unnest($1::smallint[], $2::uuid[], $3::text[], $4::text[], $5::bigint[], $6::bytea[])
               WITH ORDINALITY AS t (shard, event_id, type, key, sequence, body, nth)
         ORDER BY nth
        """,
        [shard_of(item.event.key_value) for item in told],
        [item.event_id for item in told],
        [item.event.type for item in told],
        [item.event.key_value for item in told],
        sequences,
        [item.event.model_dump_json(exclude_defaults=False).encode() for item in told],
        trace,
        tx.now,
    )


async def _store_timers(db: Connection, scheduled: list[Scheduled]) -> None:
    latest = {(item.kind, item.key): item for item in scheduled}
    gone = sorted(pair for pair, item in latest.items() if item.due_at is None)
    kept = [latest[pair] for pair in sorted(latest) if latest[pair].due_at is not None]
    if gone:
        await db.execute(
            """
            DELETE FROM timer USING unnest($1::text[], $2::text[]) AS t (kind, key)
             WHERE timer.kind = t.kind AND timer.key = t.key
            """,
            [kind for kind, _ in gone],
            [key for _, key in gone],
        )
    if kept:
        await db.execute(
            """
            INSERT INTO timer (kind, key, lock_key, due_at, payload)
            SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::timestamptz[], $5::jsonb[])
            ON CONFLICT (kind, key) DO UPDATE
               SET lock_key = excluded.lock_key, due_at = excluded.due_at, payload = excluded.payload, attempts = 0
            """,
            [item.kind for item in kept],
            [item.key for item in kept],
            [item.lock_key for item in kept],
            [item.due_at for item in kept],
            [item.payload for item in kept],
        )
