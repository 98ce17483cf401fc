"""As quick as aio-pika and asyncpg can be made to go: all in batches, nothing checked, no fault provided for.

It reads and writes frames in bulk as our own messaging does, because the ceiling must not hang lower than it could.
"""

import asyncio
import json
from collections import deque
from collections.abc import Sequence
from datetime import UTC, datetime
from uuid import UUID

import aio_pika
import asyncpg
from aiormq.abc import DeliveredMessage

from deploy.bench.channels import publishing_channel
from deploy.bench.contestants.bulk import ID, in_bulk
from deploy.bench.contestants.pool import connections
from deploy.bench.contestants.relay import Relay
from deploy.bench.place import Place
from deploy.bench.work import Tally, body_of
from shared.kernel.ids import uuid7
from shared.messaging.envelope import Delivery
from shared.messaging.receiving import listen

BATCH = 250
PREFETCH = 1000
TAKE_IN = "INSERT INTO inbox (event_id) SELECT unnest($1::uuid[]) ON CONFLICT DO NOTHING RETURNING event_id"
READ = "SELECT subject, count, last, checksum FROM tally WHERE subject = ANY($1::text[]) FOR UPDATE"
WRITE = """
    INSERT INTO tally (subject, count, last, checksum)
    SELECT * FROM unnest($1::text[], $2::bigint[], $3::bigint[], $4::bigint[])
    ON CONFLICT (subject) DO UPDATE SET count = excluded.count, last = excluded.last, checksum = excluded.checksum
"""
TELL = "INSERT INTO outbox (event_id, body) SELECT * FROM unnest($1::uuid[], $2::bytea[])"


async def run_stage(place: Place) -> None:
    """Hear until cancelled."""
    async with (
        connections(place.database_url, 2) as pool,
        await aio_pika.connect(place.broker_url) as connection,
        publishing_channel(place.broker_url) as publishing,
    ):
        consuming = await (await connection.channel(publisher_confirms=False)).get_underlay_channel()
        relay = Relay(pool, in_bulk(publishing, place.fills))
        arrived: deque[Delivery] = deque()
        wake = asyncio.Event()

        def hear(delivery: Delivery) -> None:
            arrived.append(delivery)
            wake.set()

        async def hear_slowly(_: DeliveredMessage) -> None:
            raise RuntimeError("deliveries do not arrive in bulk")

        async def work() -> None:
            while True:
                await wake.wait()
                batch = [arrived.popleft() for _ in range(min(len(arrived), BATCH))]
                if not arrived:
                    wake.clear()
                async with pool.acquire() as db, db.transaction():
                    await handle_all(db, batch)
                relay.told.set()
                await consuming.basic_ack(batch[-1].tag, multiple=True, wait=False)

        await consuming.basic_qos(prefetch_count=PREFETCH)
        listen("ceiling", hear)
        await consuming.basic_consume(place.hears, hear_slowly, consumer_tag="ceiling")
        await asyncio.gather(relay.run(), work())


async def handle_all(db: "asyncpg.pool.PoolConnectionProxy[asyncpg.Record]", batch: Sequence[Delivery]) -> None:
    """Take a batch in: one statement for each of the four things that have to be done."""
    bodies = {UUID(delivery.headers[ID]): delivery.body for delivery in batch}
    fresh = {row[0] for row in await db.fetch(TAKE_IN, list(bodies))}
    steps = [(cause, json.loads(body)) for cause, body in bodies.items() if cause in fresh]
    if not steps:
        return
    subjects = list({step["subject"] for _, step in steps})
    tallies = {row[0]: Tally(*row[1:]) for row in await db.fetch(READ, subjects)}
    now = datetime.now(UTC)
    told = []
    for cause, step in steps:
        subject, number = step["subject"], step["number"]
        tallies[subject] = tallies.get(subject, Tally()).after(number)
        told.append((uuid7(now), body_of(subject, number, cause)))
    columns = zip(*((tally.count, tally.last, tally.checksum) for tally in tallies.values()), strict=True)
    await db.execute(WRITE, list(tallies), *map(list, columns))
    await db.execute(TELL, [event_id for event_id, _ in told], [body for _, body in told])
