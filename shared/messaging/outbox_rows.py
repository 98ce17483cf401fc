"""An event on its way out, as the outbox keeps it."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the outbox."""

    position: int
    shard: int
    event_id: UUID
    type: str
    key: str
    sequence: int
    trace: str
    created_at: datetime
    body: bytes
