"""FastStream with the faststream-outbox library: its table, its publishing inside the transaction, its relay."""

import asyncio
from contextlib import AsyncExitStack
from typing import Any
from uuid import UUID

from faststream import AckPolicy
from faststream.rabbit import Channel, QueueType, RabbitBroker, RabbitQueue
from faststream_outbox import OutboxBroker, make_outbox_table
from sqlalchemy import MetaData, text
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from deploy.bench.contestants.faststream_per_message import AT_ONCE, Step, message_of
from deploy.bench.contestants.in_turn import InTurn
from deploy.bench.place import Place
from deploy.bench.work import Tally, body_of
from shared.db import refuse_unsafe_settings
from shared.kernel.clock import SystemClock
from shared.kernel.ids import uuid7

LANES = 4
"""Rows of one lane leave in order, one after the other: the library keeps no order between workers."""
ID = "event-id"
CLOCK = SystemClock()
TAKE_IN = text("INSERT INTO inbox (event_id) VALUES (:event_id) ON CONFLICT DO NOTHING")
READ = text("SELECT count, last, checksum FROM tally WHERE subject = :subject FOR UPDATE")
WRITE = text(
    """
    INSERT INTO tally (subject, count, last, checksum) VALUES (:subject, :count, :last, :checksum)
    ON CONFLICT (subject) DO UPDATE SET count = excluded.count, last = excluded.last, checksum = excluded.checksum
    """
)


async def run_stage(place: Place) -> None:
    """Hear until cancelled."""
    engine = _engine(place)
    table = make_outbox_table(MetaData())
    async with engine.connect() as db:
        await refuse_unsafe_settings((await db.get_raw_connection()).driver_connection)
    outbox = OutboxBroker(engine, outbox_table=table, logger=None)
    rabbit = RabbitBroker(
        place.broker_url, default_channel=Channel(prefetch_count=AT_ONCE, on_return_raises=True), logger=None
    )
    in_turn = InTurn()

    async def relay(_: Any) -> None:  # noqa: ANN401 - whatever it is, it is passed on as it came
        message = outbox.context.get_local("message")
        await rabbit.publish(message.body, place.fills, message_id=message.headers[ID], persist=True, mandatory=True)

    async def handle(step: Step) -> None:
        message = message_of(rabbit)
        async with in_turn.at_turn(step.subject, message.raw_message.delivery_tag or 0), engine.begin() as db:
            cause = UUID(message.message_id)
            if (await db.execute(TAKE_IN, {"event_id": cause})).rowcount == 0:
                return
            row = (await db.execute(READ, {"subject": step.subject})).first()
            tally = (Tally(*row) if row else Tally()).after(step.number)
            await db.execute(
                WRITE,
                {"subject": step.subject, "count": tally.count, "last": tally.last, "checksum": tally.checksum},
            )
            await outbox.publish(
                body_of(step.subject, step.number, cause),
                queue=_lane(step.subject),
                session=db,
                headers={ID: str(uuid7(CLOCK.now()))},
            )

    for lane in range(LANES):
        outbox.subscriber(
            f"lane-{lane}",
            max_workers=1,
            fetch_batch_size=100,
            terminal_flush_batch_size=50,
            lease_ttl_seconds=10.0,
        )(relay)
    queue = RabbitQueue(place.hears, queue_type=QueueType.QUORUM, durable=True, declare=False)
    rabbit.subscriber(queue, ack_policy=AckPolicy.NACK_ON_ERROR, no_reply=True)(handle)
    async with AsyncExitStack() as stack:
        stack.push_async_callback(engine.dispose)
        await stack.enter_async_context(rabbit)
        await stack.enter_async_context(outbox)
        await rabbit.start()
        await asyncio.Event().wait()


def _engine(place: Place) -> AsyncEngine:
    address = place.database_url.replace("postgresql://", "postgresql+asyncpg://", 1)
    return create_async_engine(address, pool_size=AT_ONCE + 2 * LANES, max_overflow=0)


def _lane(subject: str) -> str:
    return f"lane-{int(subject[:8], 16) % LANES}"
