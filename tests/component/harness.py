"""One service alone: a real database, events in by `hears`, events out by `told`, time by `passes`."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from pydantic import BaseModel

from shared.db import Database
from shared.events import EVENTS, Event
from shared.events.event import Origin
from shared.kernel.clock import ManualClock
from shared.kernel.ids import SERVICES, EventId, ServiceName, uuid7
from shared.messaging.envelope import Delivery, headers_of
from shared.messaging.inbox import Outcome
from shared.messaging.kernel import Kernel
from shared.messaging.subscriptions import Subscriptions
from shared.messaging.transaction import Transaction
from shared.privacy import Keyring

E = TypeVar("E", bound=Event)
M = TypeVar("M", bound=BaseModel)
T = TypeVar("T")

MONDAY_MORNING = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
KEYRINGS = Keyring.generate(SERVICES)


@dataclass
class Component:
    """A service's kernel on its own database, without a broker."""

    kernel: Kernel
    clock: ManualClock
    sequence: int = 0
    last: list[Delivery] = field(default_factory=list)

    @classmethod
    async def start(
        cls,
        service: ServiceName,
        dsn: str,
        subscriptions: Subscriptions,
        *,
        retry_limit: int = 10,
        settings: Any = None,
    ) -> "Component":
        """Open the store; call `stop` at the end."""
        clock = ManualClock(MONDAY_MORNING)
        database = Database(dsn, minimum=1, maximum=4, application=f"test-{service}")
        await database.open()
        return cls(Kernel(service, database, KEYRINGS[service], clock, subscriptions, retry_limit, settings), clock)

    async def stop(self) -> None:
        """Close the store."""
        await self.kernel.database.close()

    def delivery(
        self, event: Event, *, seal: Mapping[ServiceName, BaseModel] | None = None, event_id: EventId | None = None
    ) -> Delivery:
        """The event as the broker would hand it over, sealed blocks included."""
        self.sequence += 1
        identity = event_id or EventId(uuid7(self.clock.now()))
        speaker = KEYRINGS[event.speaker()]
        if seal:
            event = event.model_copy(
                update={"sealed": {to: speaker.seal_model(block, to, str(identity)) for to, block in seal.items()}}
            )
        headers = headers_of(identity, event.type, self.clock.now(), event.key_value, self.sequence, "")
        return Delivery(event.model_dump_json().encode(), headers, self.sequence, event.speaker())

    async def hears(self, *events: Event, seal: Mapping[ServiceName, BaseModel] | None = None) -> Outcome:
        """Deliver events, as one batch."""
        self.last = [self.delivery(event, seal=seal) for event in events]
        return await self.kernel.inbox.process(self.last)

    async def hears_again(self) -> Outcome:
        """Deliver the last batch once more, ids and all."""
        return await self.kernel.inbox.process(self.last)

    async def told(self, event: type[E]) -> list[E]:
        """Every event of this type that the service has told, in order, read back from its outbox."""
        async with self.kernel.reading() as db:
            rows = await db.fetch(
                "SELECT event_id, sequence, created_at, body FROM outbox WHERE type = $1 ORDER BY position", event.type
            )
        found = []
        for row in rows:
            read = event.model_validate_json(row["body"])
            read.received(Origin(EventId(row["event_id"]), row["created_at"], row["sequence"]))
            found.append(read)
        return found

    async def told_types(self) -> list[str]:
        """The types of everything told, in order."""
        async with self.kernel.reading() as db:
            rows = await db.fetch("SELECT type FROM outbox ORDER BY position")
        return [EVENTS[row["type"]].__name__ for row in rows]

    def opened(self, event: Event, recipient: ServiceName, model: type[M]) -> M:
        """The sealed block of a told event, as its recipient reads it."""
        return KEYRINGS[recipient].open_model(event.sealed[recipient], str(event.origin.event_id), model)

    async def passes(self, time: timedelta) -> None:
        """Let time pass: timers that come due on the way run at their own moment, in order."""
        end = self.clock.now() + time
        while (due := await self.kernel.timers.next_due()) is not None and due <= end:
            if due > self.clock.now():
                self.clock.advance(due - self.clock.now())
            if not await self.kernel.timers.run_due():
                break
        if end > self.clock.now():
            self.clock.advance(end - self.clock.now())
        await self.kernel.timers.run_due()
        await self.kernel.retries.retry_due()

    async def perform(self, key: str, work: Callable[[Transaction], Awaitable[T]], *, actor: str = "system") -> T:
        """Do work as a page would."""
        return await self.kernel.perform(key, work, actor=actor)
