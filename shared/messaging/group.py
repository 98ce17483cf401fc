"""Works through one queue: takes what has arrived in batches, handles each, then acknowledges it as a whole."""

import asyncio
import random
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Protocol

import structlog

from shared.db import Database, is_transient
from shared.kernel.ids import ServiceName
from shared.messaging.broker import Lost
from shared.messaging.envelope import Delivery
from shared.messaging.failpoints import is_armed, reach
from shared.messaging.figures import observe_batch
from shared.messaging.inbox import Outcome

log = structlog.get_logger("stopso.messaging")

IMPATIENT_AFTER = 5
ISOLATE_FROM = 3
"""A delivery that came back so often may be what killed the process: it is handled alone."""


class DatabaseAway(Exception):
    """The database stays away: give the deliveries back and wait for it."""


class Channel(Protocol):
    """What a group needs of its way to the broker."""

    async def acknowledge(self, tag: int) -> None:
        """Acknowledge everything up to `tag`."""
        ...

    async def refuse(self, tag: int) -> None:
        """Send one delivery to the dead-letter queue."""
        ...


Handle = Callable[[list[Delivery], bool], Awaitable[Outcome]]
"""Handles a batch; the second argument says whether passing faults are to be raised (see `Inbox.process`)."""


@dataclass(slots=True)
class Group:
    """The deliveries of one queue on their way through the inbox."""

    queue: str
    service: ServiceName
    database: Database
    handle: Handle
    batch_size: int
    arrived: deque[Delivery] = field(default_factory=deque)
    wake: asyncio.Event = field(default_factory=asyncio.Event)
    stopping: bool = False
    in_order: bool = True
    last_tag: int = 0

    def hear(self, delivery: Delivery) -> None:
        """Take a delivery in; it waits for its batch."""
        if delivery.tag != self.last_tag + 1:
            self.in_order = False
        self.last_tag = delivery.tag
        self.arrived.append(delivery)
        self.wake.set()

    def stop(self) -> None:
        """Finish the batch in hand and no more; what is left goes back to the queue."""
        self.stopping = True
        self.wake.set()

    async def work(self, channel: Channel) -> None:
        """Work until `stop`. Raises `Lost` or `DatabaseAway`, after which nothing is half done."""
        while not self.stopping:
            if not self.arrived:
                self.wake.clear()
                await self.wake.wait()
                continue
            if not self.in_order:
                raise Lost(f"deliveries of {self.queue} came out of order")
            batch = self._next_batch()
            try:
                with observe_batch(self.queue, self.service, batch) as observed:
                    observed.outcome = await self._handle(batch)
            except (DatabaseAway, asyncio.CancelledError):
                raise
            except Exception:
                log.exception("batch.refused", queue=self.queue, size=len(batch))
                await self._refuse_what_fails(batch, channel)
                continue
            if len(batch) > 1 and is_armed("half-acked"):
                await channel.acknowledge(batch[len(batch) // 2].tag)
                await reach("half-acked")
            await channel.acknowledge(batch[-1].tag)

    def _next_batch(self) -> list[Delivery]:
        batch = [self.arrived.popleft()]
        if batch[0].delivery_count >= ISOLATE_FROM:
            return batch
        while self.arrived and len(batch) < self.batch_size and self.arrived[0].delivery_count < ISOLATE_FROM:
            batch.append(self.arrived.popleft())
        return batch

    async def _handle(self, batch: list[Delivery]) -> Outcome:
        for attempt in range(1, 2 * IMPATIENT_AFTER + 1):
            patient = attempt <= IMPATIENT_AFTER
            try:
                return await self.handle(batch, patient)
            except Exception as error:
                if not is_transient(error):
                    raise
                log.warning("batch.postponed", queue=self.queue, size=len(batch), attempt=attempt, exc_info=error)
                await asyncio.sleep(random.uniform(0.3, 1.0) * min(0.05 * 2**attempt, 2.0))  # noqa: S311 - jitter
                if not patient or (attempt == IMPATIENT_AFTER and not await self.database.answers()):
                    break
        raise DatabaseAway(self.queue)

    async def _refuse_what_fails(self, batch: list[Delivery], channel: Channel) -> None:
        """The last resort: what cannot even be put aside goes to the dead-letter queue, the others are handled."""
        for delivery in batch:
            try:
                await self._handle([delivery])
            except DatabaseAway:
                raise
            except Exception:
                log.exception("event.refused", queue=self.queue)
                await channel.refuse(delivery.tag)
            else:
                await channel.acknowledge(delivery.tag)
