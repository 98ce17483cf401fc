"""What pages, timers and background work hold: the way to do work once, under a key's lock, and have it told."""

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from pydantic import BaseModel

from shared.db import Connection, Database, is_transient
from shared.kernel.clock import Clock
from shared.kernel.errors import Retry
from shared.kernel.ids import ServiceName
from shared.messaging.asks import Asker
from shared.messaging.inbox import Inbox
from shared.messaging.locks import lock_keys
from shared.messaging.outbox import flush
from shared.messaging.retries import Retries
from shared.messaging.subscriptions import Subscriptions
from shared.messaging.timers import Timers
from shared.messaging.transaction import Transaction
from shared.privacy import Keyring

T = TypeVar("T")
M = TypeVar("M", bound=BaseModel)

ATTEMPTS = 4


@dataclass(slots=True)
class Kernel:
    """One service's means of doing things. `told` is set when a transaction stored events, to wake the relay."""

    service: ServiceName
    database: Database
    keys: Keyring
    clock: Clock
    subscriptions: Subscriptions
    retry_limit: int = 10
    settings: Any = None
    asker: Asker | None = None
    told: asyncio.Event = field(default_factory=asyncio.Event)
    scheduled: asyncio.Event = field(default_factory=asyncio.Event)
    inbox: Inbox = field(init=False)
    retries: Retries = field(init=False)
    timers: Timers = field(init=False)

    def __post_init__(self) -> None:
        self.inbox = Inbox(
            self.service, self.database, self.subscriptions, self.keys, self.clock, self.retry_limit, self.settings,
            self.told, self.scheduled,
        )  # fmt: skip
        self.retries = Retries(self.inbox)
        self.timers = Timers(
            self.service, self.database, self.subscriptions, self.keys, self.clock, self.settings, self.told
        )

    async def perform(self, key: str, work: Callable[[Transaction], Awaitable[T]], *, actor: str) -> T:
        """Do `work` once, in one transaction under the lock of `key`, with all that it tells; gives its result.

        Passing database faults are tried again. Where the answer to the commit is lost, the database is asked whether
        it happened. Raises `Retry` where the fault does not pass; the code `outcome-unknown` says that it may have
        happened.
        """
        for attempt in range(1, ATTEMPTS + 1):
            done: _Done[T] | None = None
            try:
                async with self.database.transaction() as db:
                    number = await lock_keys(db, {key})
                    tx = Transaction(db, self.clock.now(), self.keys, self.service, actor, key, self.settings)
                    result = await work(tx)
                    done = _Done(number, result, await flush(tx), bool(tx.scheduled))
            except Exception as error:
                if not is_transient(error):
                    raise
                if done is None or not await self._happened(done, error):
                    await self._pause(attempt, error)
                    continue
            self._wake(done)
            return done.result
        raise AssertionError("the loop returns or raises")

    async def _happened(self, done: "_Done[T]", error: Exception) -> bool:
        """Whether a transaction whose commit was not answered took effect."""
        for attempt in range(1, ATTEMPTS + 1):
            try:
                async with self.database.reading() as db:
                    status = await db.fetchval("SELECT pg_xact_status($1::text::xid8)", done.number)
            except Exception as again:
                if not is_transient(again):
                    raise
                status = None
            if status in ("committed", "aborted"):
                return bool(status == "committed")
            await asyncio.sleep(0.1 * 2**attempt)
        raise Retry(
            "outcome-unknown", "We are not sure that this was saved. Please look before you try again."
        ) from error

    async def _pause(self, attempt: int, error: Exception) -> None:
        if attempt == ATTEMPTS:
            raise Retry(
                "database-unavailable", "We cannot save this right now. Please try again in a minute."
            ) from error
        await asyncio.sleep(random.uniform(0.02, 0.1) * 2**attempt)  # noqa: S311 - jitter

    def _wake(self, done: "_Done[T]") -> None:
        if done.told:
            self.told.set()
        if done.scheduled:
            self.scheduled.set()

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[Connection]:
        """A connection for a page that only reads; raises `Retry` while the database is away."""
        try:
            async with self.database.reading() as db:
                yield db
        except Exception as error:
            if is_transient(error):
                raise Retry(
                    "database-unavailable", "We cannot look this up right now. Please try again in a minute."
                ) from error
            raise

    async def ask(self, service: ServiceName, question: BaseModel, answer: type[M], *, deadline: float = 5.0) -> M:
        """Ask another service, sealed both ways; raises `Retry` when no answer comes within `deadline` seconds."""
        if self.asker is None:
            raise Retry("bus-unavailable", "The other part of the system cannot be reached right now.")
        return await self.asker.ask(service, question, answer, deadline=deadline)


@dataclass(frozen=True, slots=True)
class _Done(Generic[T]):
    number: str
    result: T
    told: int
    scheduled: bool
