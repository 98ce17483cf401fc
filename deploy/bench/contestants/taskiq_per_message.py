"""taskiq with taskiq-aio-pika: one task, one transaction and one acknowledgement per message, the same statements."""

import asyncio
import json
from collections.abc import Sequence
from typing import Annotated, Any
from uuid import UUID

from taskiq import Context, TaskiqDepends
from taskiq.acks import AcknowledgeType
from taskiq.kicker import AsyncKicker
from taskiq.receiver import Receiver
from taskiq_aio_pika import AioPikaBroker
from taskiq_aio_pika.queue import Queue

from deploy.bench.contestants.in_turn import InTurn
from deploy.bench.contestants.one_by_one import handle_one
from deploy.bench.contestants.pool import connections
from deploy.bench.contestants.relay import Relay
from deploy.bench.place import Place

AT_ONCE = 20
TASK = "step"


async def run_stage(place: Place) -> None:
    """Work on tasks until cancelled; what they store is kicked on, many at a time."""
    hearing = AioPikaBroker(place.broker_url, qos=AT_ONCE).with_queues(Queue(name=place.hears, declare=False))
    telling = AioPikaBroker(place.broker_url).with_queues(Queue(name=place.fills, declare=False))
    hearing.is_worker_process = True
    in_turn = InTurn()
    async with connections(place.database_url, AT_ONCE) as pool:

        async def publish(rows: Sequence[tuple[UUID, bytes]]) -> None:
            await asyncio.gather(*(kick(event_id, body) for event_id, body in rows))

        async def kick(event_id: UUID, body: bytes) -> None:
            await AsyncKicker(TASK, telling, {}).with_task_id(str(event_id)).kiq(json.loads(body))

        async def step(body: dict[str, Any], context: Annotated[Context, TaskiqDepends()]) -> None:
            async with in_turn.of(body["subject"]):
                await handle_one(pool, UUID(context.message.task_id), body["subject"], body["number"])
            await context.ack()
            relay.told.set()

        relay = Relay(pool, publish)
        hearing.register_task(step, TASK)
        await hearing.startup()
        await telling.startup()
        receiver = Receiver(
            hearing, run_startup=False, max_async_tasks=AT_ONCE, max_prefetch=AT_ONCE, ack_type=AcknowledgeType.MANUAL
        )
        try:
            await asyncio.gather(receiver.listen(asyncio.Event()), relay.run())
        finally:
            await hearing.shutdown()
            await telling.shutdown()
