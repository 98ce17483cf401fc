"""Listens: one connection, one consumer for each group queue and for the dead-letter queue."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import structlog

from shared.messaging.broker import Ear, consuming_broker, started
from shared.messaging.envelope import Delivery
from shared.messaging.failpoints import reach
from shared.messaging.group import ISOLATE_FROM, Group
from shared.messaging.inbox import Inbox, Outcome
from shared.messaging.suspects import Suspects
from shared.messaging.topology import dead_letter_queue, group_queues

log = structlog.get_logger("stopso.messaging")

DEAD_LETTER_BATCH = 10
DATABASE_PAUSE = 1.0


@dataclass(slots=True)
class Consumer:
    """One service's way in. `run` works until something breaks; started again, it gets all that is unacknowledged."""

    inbox: Inbox
    broker_url: str
    batch_size: int = 100
    prefetch: int = 400
    stop_seconds: float = 15.0
    ears: dict[str, Ear] = field(default_factory=dict)
    stopping: asyncio.Event = field(default_factory=asyncio.Event)
    suspects: Suspects = field(init=False)

    def __post_init__(self) -> None:
        self.suspects = Suspects(self.inbox)

    async def run(self) -> None:
        """Hear until `stop`; raises what broke. Begins only when the database answers."""
        while not await self.inbox.database.answers():
            if self.stopping.is_set():
                return
            await asyncio.sleep(DATABASE_PAUSE)
        lost: asyncio.Future[None] = asyncio.get_running_loop().create_future()

        def lose(error: BaseException) -> None:
            if not lost.done():
                lost.set_exception(error)

        broker = consuming_broker(self.broker_url, f"{self.inbox.service} hears")
        groups = self._groups()
        ears = {group.queue: Ear(broker, group.queue, self.prefetch, hear=group.hear, lose=lose) for group in groups}
        try:
            async with started(broker):
                self.ears = ears
                log.info("broker.heard", count=len(ears))
                await self._work(groups, lost)
        finally:
            self.ears = {}
            lost.cancel()
            if lost.done() and not lost.cancelled():
                lost.exception()

    def stop(self) -> None:
        """Take nothing more, finish the batches in hand, acknowledge them, and end."""
        self.stopping.set()

    def _groups(self) -> list[Group]:
        service, database = self.inbox.service, self.inbox.database
        return [
            *(Group(queue, service, database, self._handle, self.batch_size) for queue in group_queues(service)),
            Group(dead_letter_queue(service), service, database, self._bury, DEAD_LETTER_BATCH),
        ]

    async def _handle(self, batch: list[Delivery], patient: bool) -> Outcome:  # noqa: FBT001 - the shape of a Handle
        if batch[0].delivery_count >= ISOLATE_FROM:
            return await self.suspects.process(batch[0], patient=patient)
        return await self.inbox.process(batch, patient=patient)

    async def _bury(self, batch: list[Delivery], _patient: bool) -> Outcome:  # noqa: FBT001 - the shape of a Handle
        total = Outcome()
        for delivery in batch:
            total.add(await self.inbox.bury(delivery, "returned-by-broker"))
        return total

    async def _work(self, groups: Sequence[Group], lost: "asyncio.Future[None]") -> None:
        workers = [asyncio.create_task(group.work(self.ears[group.queue]), name=group.queue) for group in groups]
        stopped = asyncio.create_task(self.stopping.wait())
        try:
            waits: list[asyncio.Future[Any]] = [*workers, stopped, lost]
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
            if self.stopping.is_set():
                await self._stop_gracefully(groups, workers)
                return
            for worker in workers:
                if worker.done():
                    worker.result()
            lost.result()
        finally:
            stopped.cancel()
            for worker in workers:
                worker.cancel()
            await asyncio.gather(*workers, return_exceptions=True)

    async def _stop_gracefully(self, groups: Sequence[Group], workers: "list[asyncio.Task[None]]") -> None:
        for group in groups:
            group.stop()
        await reach("stopping")
        await asyncio.wait(workers, timeout=self.stop_seconds)
