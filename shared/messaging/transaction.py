"""What a handler works in: the database inside one transaction, and what it wants to tell and be reminded of."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

from pydantic import BaseModel

from shared.db import Connection
from shared.events.event import Event
from shared.kernel.errors import Unprocessable
from shared.kernel.ids import EventId, ServiceName, uuid7
from shared.privacy import Keyring

M = TypeVar("M", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Told:
    """An event on its way into the outbox."""

    event_id: EventId
    event: Event


@dataclass(frozen=True, slots=True)
class Scheduled:
    """A timer to set; with no `due_at`, to take away."""

    kind: str
    key: str
    lock_key: str
    due_at: datetime | None
    payload: dict[str, Any]


@dataclass(slots=True)
class Transaction:
    """One unit of work. `actor` says who caused it: `system`, `client`, `staff:<id>` or `therapist:<id>`.

    `settings` are those of the service that runs it; `now` is the moment it began, in UTC.
    """

    db: Connection
    now: datetime
    keys: Keyring
    service: ServiceName
    actor: str = "system"
    lock_key: str = ""
    settings: Any = None
    told: list[Told] = field(default_factory=list)
    scheduled: dict[tuple[str, str], Scheduled] = field(default_factory=dict)

    def new_id(self) -> UUID:
        """A new UUIDv7 by the injected clock."""
        return uuid7(self.now)

    def emit(self, event: Event, *, seal: Mapping[ServiceName, BaseModel] | None = None) -> EventId:
        """Tell the others, once this transaction commits; `seal` encrypts a block for each recipient.

        Blocks are bound to the event's id. Raises TypeError where the event is not this service's own, or a block is
        not of the shape that the event declares.
        """
        if event.speaker() != self.service:
            raise TypeError(f"{self.service} may not tell {event.type}")
        event_id = EventId(self.new_id())
        if seal:
            for recipient, block in seal.items():
                if event.seals.get(recipient) is not type(block):
                    raise TypeError(f"{event.type} does not declare a {type(block).__name__} for {recipient}")
            sealed = {to: self.keys.seal_model(block, to, str(event_id)) for to, block in seal.items()}
            event = event.model_copy(update={"sealed": sealed})
        self.told.append(Told(event_id, event))
        return event_id

    def unseal(self, event: Event, model: type[M]) -> M:
        """The block of a received event that is addressed to this service; raises `Unprocessable` without one."""
        block = event.sealed.get(self.service)
        if block is None:
            raise Unprocessable("sealed-block-missing")
        return self.keys.open_model(block, str(event.origin.event_id), model)

    def schedule(
        self, kind: str, key: str, due_at: datetime, *, lock_key: str | None = None, **payload: object
    ) -> None:
        """Be reminded at `due_at`, under the lock of `lock_key` (this transaction's own unless told).

        There is one timer for each kind and key: a later call replaces it.
        """
        self.scheduled[kind, key] = Scheduled(kind, key, lock_key or self.lock_key or key, due_at, payload)

    def cancel(self, kind: str, key: str) -> None:
        """Take a timer away; nothing happens where there is none."""
        self.scheduled[kind, key] = Scheduled(kind, key, "", None, {})
