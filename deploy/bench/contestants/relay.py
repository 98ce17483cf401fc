"""A quick way from the outbox table to a queue: many rows at a time, every one confirmed before it is deleted."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from uuid import UUID

import asyncpg
from aiormq.channel import Channel
from pamqp.commands import Basic

BATCH = 250
IDLE_SECONDS = 1.0
NEXT = f"SELECT position, event_id, body FROM outbox ORDER BY position LIMIT {BATCH}"  # noqa: S608 - a constant
DONE = "DELETE FROM outbox WHERE position = ANY($1::bigint[])"

Publish = Callable[[Sequence[tuple[UUID, bytes]]], Awaitable[None]]


@dataclass(slots=True)
class Relay:
    """Empties the outbox through `publish`, which returns when everything it was given is confirmed."""

    pool: "asyncpg.Pool[asyncpg.Record]"
    publish: Publish
    told: asyncio.Event = field(default_factory=asyncio.Event)

    async def run(self) -> None:
        """Work until cancelled."""
        while True:
            self.told.clear()
            rows = await self.pool.fetch(NEXT)
            if rows:
                await self.publish([(row["event_id"], row["body"]) for row in rows])
                await self.pool.execute(DONE, [row["position"] for row in rows])
                continue
            with suppress(TimeoutError):
                async with asyncio.timeout(IDLE_SECONDS):
                    await self.told.wait()


def to_queue(channel: Channel, queue: str) -> Publish:
    """Publish persistent messages into one queue with all their confirms in flight."""

    async def publish(rows: Sequence[tuple[UUID, bytes]]) -> None:
        await asyncio.gather(*(one(event_id, body) for event_id, body in rows))

    async def one(event_id: UUID, body: bytes) -> None:
        properties = Basic.Properties(content_type="application/json", delivery_mode=2, message_id=str(event_id))
        await channel.basic_publish(body, routing_key=queue, properties=properties, mandatory=True, wait=False)

    return publish
