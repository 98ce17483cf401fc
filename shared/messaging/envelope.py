"""Events on the wire: CloudEvents 1.0 attributes as AMQP headers, the domain data alone as the JSON body."""

import re
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from shared.kernel.errors import Unprocessable
from shared.kernel.ids import EventId

SHARDS = 16
PREFIX = "cloudEvents_"
CONTENT_TYPE = "application/json"
_TYPE = re.compile(r"[a-z]+\.[a-z][a-z-]*\.v[0-9]+")
_KEY = re.compile(r"[!-~]{1,200}")
_TRACE = re.compile(r"[0-9a-f-]{0,100}")


def shard_of(key: str) -> int:
    """The shard, 0 to 15, that orders events of `key`."""
    return zlib.crc32(key.encode()) % SHARDS


def routing_key(event_type: str, shard: int) -> str:
    """Where an event of this type and shard is published, e.g. `matching.match-proposed.v1.p07`."""
    return f"{event_type}.p{shard:02d}"


@dataclass(frozen=True, slots=True)
class Delivery:
    """A message as the broker handed it over; `user` is the sender's name, which the broker has checked."""

    body: bytes
    headers: Mapping[str, Any]
    tag: int
    user: str | None
    delivery_count: int = 0


@dataclass(frozen=True, slots=True)
class Envelope:
    """The attributes of one event, read from a delivery; the body is still bytes."""

    event_id: EventId
    type: str
    source: str
    time: datetime
    key: str
    sequence: int
    trace: str
    body: bytes

    @property
    def speaker(self) -> str:
        """The service that the type names."""
        return self.type.split(".", 1)[0]

    def headers(self) -> dict[str, str]:
        """The attributes as AMQP headers."""
        return headers_of(self.event_id, self.type, self.time, self.key, self.sequence, self.trace)


def headers_of(event_id: UUID, event_type: str, time: datetime, key: str, sequence: int, trace: str) -> dict[str, str]:
    """CloudEvents context attributes (and the partitioning, sequence and tracing extensions) as AMQP headers."""
    headers = {
        f"{PREFIX}specversion": "1.0",
        f"{PREFIX}id": str(event_id),
        f"{PREFIX}source": f"/stopso/{event_type.split('.', 1)[0]}",
        f"{PREFIX}type": event_type,
        f"{PREFIX}time": time.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        f"{PREFIX}partitionkey": key,
        f"{PREFIX}sequence": f"{sequence:020d}",
    }
    if trace:
        headers[f"{PREFIX}traceparent"] = trace
    return headers


def read_envelope(delivery: Delivery) -> Envelope:
    """The attributes of a delivery.

    Raises `Unprocessable` where they are missing or malformed, or where the sender is not the speaker.
    """
    envelope = kept_envelope(delivery.headers, delivery.body)
    if delivery.user != envelope.speaker:
        raise Unprocessable("wrong-speaker", "The sender is not the service that this type of event belongs to.")
    return envelope


def kept_envelope(headers: Mapping[str, Any], body: bytes) -> Envelope:
    """The attributes of an event whose sender was checked before it was kept; raises `Unprocessable`."""
    try:
        envelope = Envelope(
            event_id=EventId(UUID(headers[f"{PREFIX}id"])),
            type=headers[f"{PREFIX}type"],
            source=headers[f"{PREFIX}source"],
            time=datetime.fromisoformat(headers[f"{PREFIX}time"]),
            key=headers[f"{PREFIX}partitionkey"],
            sequence=int(headers[f"{PREFIX}sequence"]),
            trace=headers.get(f"{PREFIX}traceparent", ""),
            body=body,
        )
        acceptable = (
            headers[f"{PREFIX}specversion"] == "1.0"
            and envelope.time.tzinfo is not None
            and _TYPE.fullmatch(envelope.type)
            and _KEY.fullmatch(envelope.key)
            and _TRACE.fullmatch(envelope.trace)
            and 0 < envelope.sequence < 2**63
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise Unprocessable("malformed-envelope") from error
    if not acceptable:
        raise Unprocessable("malformed-envelope")
    return envelope
