"""What a service's pages, timers and background work hold: the way to do work once, under a key's lock, and be sure that it is told."""

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TypeVar

from pydantic import BaseModel

from shared.db import Connection, Database, is_transient
from shared.kernel.clock import Clock
from shared.kernel.errors import Retry
from shared.kernel.ids import ServiceName
from shared.messaging.asks import Asker
from shared.messaging.inbox import Inbox
from shared.messaging.locks import lock_keys
from shared.messaging.outbox import flush
from shared.messaging.subscriptions import Subscriptions
from shared.messaging.timers import Timers
from shared.messaging.transaction import Transaction
from shared.privacy import Keyring

T = TypeVar("T")
M = TypeVar("M", bound=BaseModel)

ATTEMPTS = 4


@dataclass(slots=True)
class Kernel:
    """One service's means of doing things. `told` is set whenever a transaction stored events, so that the relay need not wait."""

    service: ServiceName
    database: Database
    keys: Keyring
    clock: Clock
    subscriptions: Subscriptions
    retry_limit: int = 10
    asker: Asker | None = None
    told: asyncio.Event = field(default_factory=asyncio.Event)
    scheduled: asyncio.Event = field(default_factory=asyncio.Event)
    inbox: Inbox = field(init=False)
    timers: Timers = field(init=False)

    def __post_init__(self) -> None:
        self.inbox = Inbox(self.service, self.database, self.subscriptions, self.keys, self.clock, self.retry_limit)
        self.timers = Timers(self.service, self.database, self.subscriptions, self.keys, self.clock)

    async def perform(self, key: str, work: Callable[[Transaction], Awaitable[T]], *, actor: str) -> T:
        """Do `work` in one transaction under the lock of `key`, with everything that it tells and schedules; gives its result.

        Passing database faults are tried again; raises `Retry` where they do not pass, and where the answer to the commit was lost
        (the work may or may not have happened: the same request must be safe to repeat).
        """
        for attempt in range(1, ATTEMPTS + 1):
            try:
                async with self.database.transaction() as db:
                    await lock_keys(db, {key})
                    tx = Transaction(db, self.clock.now(), self.keys, self.service, actor, key)
                    result = await work(tx)
                    stored = await flush(tx)
                if stored:
                    self.told.set()
                if tx.scheduled:
                    self.scheduled.set()
                return result
            except Exception as error:
                if not is_transient(error):
                    raise
                if attempt == ATTEMPTS:
                    raise Retry("database-unavailable", "We cannot save this right now. Please try again in a minute.") from error
                await asyncio.sleep(random.uniform(0.02, 0.1) * 2**attempt)  # noqa: S311 - jitter
        raise AssertionError("the loop returns or raises")

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[Connection]:
        """A connection for a page that only reads."""
        async with self.database.reading() as db:
            yield db

    async def ask(self, service: ServiceName, question: BaseModel, answer: type[M], *, deadline: float = 5.0) -> M:
        """Ask another service over the bus, sealed both ways; raises `Retry` when no answer comes within `deadline` seconds."""
        if self.asker is None:
            raise Retry("bus-unavailable", "The other part of the system cannot be reached right now.")
        return await self.asker.ask(service, question, answer, deadline=deadline)
