"""A service's kernel as a process would run it, but in the test: its own database, a real broker, no pages."""

import asyncio
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from types import ModuleType
from uuid import UUID

import psycopg

from shared.db import Database
from shared.events import Event
from shared.events.intake import ReferralClosed, ReferralReceived
from shared.kernel.clock import SystemClock
from shared.kernel.errors import Retry
from shared.kernel.ids import ReferralId, ServiceName, uuid7
from shared.messaging.answering import Answerer
from shared.messaging.asks import BusAsker
from shared.messaging.consumer import Consumer
from shared.messaging.kernel import Kernel
from shared.messaging.process import Process
from shared.messaging.relay import Relay
from shared.messaging.subscriptions import Subscriptions, collect, subscribes
from shared.messaging.transaction import Transaction
from tests.component.harness import KEYRINGS

EFFECT = (
    "CREATE TABLE IF NOT EXISTS effect (nth bigserial PRIMARY KEY, event_id uuid, key text, sequence bigint, type text)"
)
GRANT = "GRANT SELECT, INSERT, DELETE ON effect TO {service}; GRANT USAGE ON SEQUENCE effect_nth_seq TO {service}"
PATIENCE = 180.0
"""How many seconds anything may take; only a fault, or a machine that stands still, waits so long."""
Fault = Callable[[Event, Transaction], Awaitable[None]]


async def no_fault(event: Event, tx: Transaction) -> None:
    """All is well."""


@dataclass
class Node:
    """One process's worth of kernel. `fault` runs inside every handler and may raise."""

    service: ServiceName
    dsn: str
    url: str
    fault: Fault = no_fault
    batch_size: int = 100
    retry_limit: int = 10
    process: Process = field(init=False)

    def __post_init__(self) -> None:
        self.process = self._process(collect([self._consumers()]))

    def use(self, subscriptions: Subscriptions) -> None:
        """Listen to something else; before it runs."""
        self.process = self._process(subscriptions)

    def _consumers(self) -> ModuleType:
        consumers = ModuleType("consumers")
        hears = (ReferralReceived, ReferralClosed) if self.service == "matching" else ()

        @subscribes(*hears)
        async def on_event(event: Event, tx: Transaction) -> None:
            await tx.db.execute(
                "INSERT INTO effect (event_id, key, sequence, type) VALUES ($1, $2, $3, $4)",
                event.origin.event_id,
                event.key_value,
                event.origin.sequence,
                event.type,
            )
            await self.fault(event, tx)

        consumers.on_event = on_event  # type: ignore[attr-defined]
        return consumers

    def _process(self, subscriptions: Subscriptions) -> Process:
        database = Database(self.dsn, minimum=1, maximum=8, application=f"node-{self.service}")
        kernel = Kernel(
            self.service, database, KEYRINGS[self.service], SystemClock(), subscriptions, retry_limit=self.retry_limit
        )
        return Process(
            kernel=kernel,
            consumer=Consumer(kernel.inbox, self.url, batch_size=self.batch_size, stop_seconds=5.0),
            relay=Relay(self.service, database, self.url, kernel.told),
            asker=BusAsker(self.service, kernel.keys, self.url),
            answerer=Answerer(kernel, self.url) if subscriptions.answers else None,
            stop_seconds=8.0,
        )

    @property
    def kernel(self) -> Kernel:
        """The kernel of the running process."""
        return self.process.kernel

    @asynccontextmanager
    async def running(self) -> AsyncIterator["Node"]:
        """The node at work; stopped gracefully at the end."""
        await self.process.start()
        try:
            await eventually(self.is_ready)
            yield self
        finally:
            await self.process.stop()

    async def is_ready(self) -> bool:
        """Whether readiness says so."""
        return bool((await self.process.standing.look())["ready"])

    async def tell(self, *events: Event) -> None:
        """Tell events, each in a transaction of its own."""
        for event in events:

            async def work(tx: Transaction, event: Event = event) -> None:
                tx.emit(event)

            await self.kernel.perform(event.key_value, work, actor="system")

    async def tell_together(self, *events: Event) -> None:
        """Tell many events in one transaction."""

        async def work(tx: Transaction) -> None:
            for event in events:
                tx.emit(event)

        await self.kernel.perform("many", work, actor="system")


def received(referral_id: UUID | None = None) -> ReferralReceived:
    """A referral that came in."""
    now = SystemClock().now()
    return ReferralReceived(
        referral_id=ReferralId(referral_id or uuid7(now)), channel="web", source="self", received_at=now
    )


def closed(referral_id: UUID) -> ReferralClosed:
    """A referral that ended."""
    return ReferralClosed(referral_id=ReferralId(referral_id), ended_by="client", reason="no-longer-wanted")


async def eventually(check: Callable[[], Awaitable[bool]], *, seconds: float = PATIENCE) -> None:
    """Wait until `check` holds; an AssertionError when it does not in time. Where it cannot look, it looks again."""
    until = time.monotonic() + seconds
    while True:
        with suppress(Retry, OSError):
            if await check():
                return
        assert time.monotonic() < until, "it did not happen in time"
        await asyncio.sleep(0.05)


@dataclass(frozen=True, slots=True)
class Effects:
    """What handlers did, read from their database by its owner."""

    owner_dsn: str
    service: str = "matching"

    def prepare(self) -> None:
        """Make the table that handlers write to."""
        with psycopg.connect(self.owner_dsn, autocommit=True) as connection:
            connection.execute(EFFECT)
            connection.execute(GRANT.format(service=self.service))

    def rows(self) -> list[tuple[UUID, str, int]]:
        """Event, key and number, in the order of handling."""
        with psycopg.connect(self.owner_dsn) as connection:
            return connection.execute("SELECT event_id, key, sequence FROM effect ORDER BY nth").fetchall()

    async def count(self) -> int:
        """How many effects there are."""
        return len(await asyncio.to_thread(self.rows))

    async def reaches(self, count: int, *, seconds: float = PATIENCE) -> None:
        """Wait for so many effects."""

        async def enough() -> bool:
            return await self.count() >= count

        await eventually(enough, seconds=seconds)

    def sequences(self) -> dict[str, list[int]]:
        """The numbers of each key, in the order of handling."""
        found: dict[str, list[int]] = defaultdict(list)
        for _, key, sequence in self.rows():
            found[key].append(sequence)
        return dict(found)

    def everything_once_in_order(self) -> bool:
        """Whether each key's numbers are 1, 2, 3… without gap or repetition."""
        return all(numbers == list(range(1, len(numbers) + 1)) for numbers in self.sequences().values())
