"""The lasting tasks of one service's process, started together and stopped in the order that loses nothing."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import timedelta

import structlog

from shared.db import UnsafeDatabase
from shared.messaging.answering import Answerer
from shared.messaging.asks import BusAsker
from shared.messaging.consumer import Consumer
from shared.messaging.kernel import Kernel
from shared.messaging.relay import Relay
from shared.messaging.standing import Standing
from shared.messaging.subscriptions import Background
from shared.messaging.supervision import Supervisor

log = structlog.get_logger("stopso.process")

LASTING = ("open", "ask", "send")
RETRY_POLL = 0.5
TIMER_POLL = 5.0
LOOK_EVERY = 10.0
INBOX_KEPT = timedelta(days=90)
TEND_EVERY = 6 * 3600.0


@dataclass(slots=True)
class Process:
    """Everything that goes on in a service beside its pages. Neither broker nor database need be there at the start."""

    kernel: Kernel
    consumer: Consumer
    relay: Relay
    asker: BusAsker
    answerer: Answerer | None
    stop_seconds: float = 20.0
    supervisor: Supervisor = field(init=False)
    standing: Standing = field(init=False)
    ending: asyncio.Event = field(default_factory=asyncio.Event)
    unsafe: UnsafeDatabase | None = None
    found_unsafe: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        self.supervisor = Supervisor(self.kernel.service)
        self.standing = Standing(self.kernel, self.supervisor, self.consumer, self.relay)
        self.kernel.asker = self.asker

    async def start(self) -> None:
        """Begin everything; returns at once."""
        self.supervisor.keep("open", self._open)

    async def stop(self) -> None:
        """Hear nothing more and finish what is in hand, then stop timers and the rest, then send what is told."""
        log.info("process.stopping")
        keep = self.supervisor
        keep.stopping = True
        self.consumer.stop()
        self.ending.set()
        if self.answerer is not None:
            self.answerer.stop()
        await keep.stop(*(name for name in keep.loops if name not in LASTING), seconds=self.stop_seconds)
        self.relay.stop()
        await keep.stop("send", seconds=self.stop_seconds / 2)
        await keep.stop("open", "ask", seconds=0.0)
        await self.kernel.database.close()
        log.info("process.stopped")

    async def _open(self) -> None:
        """Open the database, however long that takes, then begin the rest; ends only when the process does."""
        if not self.kernel.database.is_open:
            try:
                await self.kernel.database.open()
            except UnsafeDatabase as error:
                self.unsafe = error
                self.found_unsafe.set()
                raise
            log.info("database.opened")
        keep = self.supervisor.keep
        keep("hear", self.consumer.run)
        keep("send", self.relay.run)
        keep("ask", self.asker.run)
        if self.answerer is not None:
            keep("answer", self.answerer.run)
        keep("retry", self._retry)
        keep("timers", self._timers)
        keep("look", self._look)
        keep("tend", self._tend)
        for background in self.kernel.subscriptions.backgrounds:
            keep(background.work.__name__, self._repeat(background))
        await asyncio.Event().wait()

    async def _retry(self) -> None:
        while not self.ending.is_set():
            if not await self.kernel.retries.retry_due():
                await self._pause(RETRY_POLL)

    async def _timers(self) -> None:
        kernel = self.kernel
        while not self.ending.is_set():
            kernel.scheduled.clear()
            if await kernel.timers.run_due():
                continue
            due = await kernel.timers.next_due()
            wait = TIMER_POLL if due is None else (due - kernel.clock.now()).total_seconds()
            await _first_of(kernel.scheduled, self.ending, seconds=min(TIMER_POLL, max(0.05, wait)))

    async def _look(self) -> None:
        while not self.ending.is_set():
            await self.standing.look()
            await self._pause(LOOK_EVERY)

    async def _tend(self) -> None:
        while not self.ending.is_set():
            async with self.kernel.database.reading() as db:
                await db.execute("SELECT tend_inbox($1, $2)", self.kernel.clock.now(), INBOX_KEPT)
            await self._pause(TEND_EVERY)

    def _repeat(self, background: Background) -> Callable[[], Awaitable[None]]:
        async def repeat() -> None:
            while not self.ending.is_set():
                await background.work(self.kernel)
                await self._pause(background.every.total_seconds())

        return repeat

    async def _pause(self, seconds: float) -> None:
        await _first_of(self.ending, seconds=seconds)


async def _first_of(*events: asyncio.Event, seconds: float) -> None:
    """Wait until one of the events is set, or so long."""
    waits = [asyncio.ensure_future(event.wait()) for event in events]
    try:
        await asyncio.wait(waits, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for wait in waits:
            wait.cancel()
