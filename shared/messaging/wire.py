"""Puts many publishings on a channel with one write, which costs a fraction of one call for each.

Leans on aiormq's bookkeeping of confirms; frames are AMQP 0-9-1, sections 2.3.5 and 4.2 of its specification.
"""

import asyncio
import struct
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import lru_cache, partial
from typing import Any
from uuid import UUID

from aiormq.abc import ChannelFrame
from aiormq.channel import Channel

from shared.kernel.ids import ServiceName
from shared.messaging.envelope import CONTENT_TYPE, PREFIX, headers_of, routing_key
from shared.messaging.outbox_rows import Row
from shared.messaging.topology import EVENTS

BEGINNING, CONTENT, LENGTH = struct.Struct(">BHI"), struct.Struct(">HHQH"), struct.Struct(">I")
METHOD, HEADER, BODY = 1, 2, 3
END = b"\xce"
BASIC, PUBLISH = 60, 40
MANDATORY = b"\x01"
PERSISTENT = b"\x02"
JSON = bytes([len(CONTENT_TYPE)]) + CONTENT_TYPE.encode()
NOBODY = UUID(int=0)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
PROPERTIES = 0x8000 | 0x2000 | 0x1000 | 0x0080 | 0x0020 | 0x0010
"""Content type, headers, delivery mode, message id, type and user id."""


class Wire:
    """One channel with confirms, used for nothing else."""

    def __init__(self, channel: Channel, service: ServiceName) -> None:
        self._channel = channel
        self._service = service

    async def send(self, rows: Sequence[Row]) -> "list[asyncio.Future[Any]]":
        """Publish in this order; each future ends with the broker's confirm, or with why there is none."""
        channel, payload, futures = self._channel, [], []
        if channel.is_closed:
            raise ConnectionError("the channel is closed")
        for row in rows:
            channel.delivery_tag += 1
            tag, message_id = channel.delivery_tag, str(row.event_id)
            future = channel.create_future()
            channel.confirmations[tag] = future
            channel.message_id_delivery_tag[message_id] = tag
            future.add_done_callback(partial(self._forget, message_id))
            futures.append(future)
            payload.append(frames(row, self._service, channel.number, channel.max_content_size))
        await channel.write_queue.put(ChannelFrame(payload=b"".join(payload), should_close=False))
        return futures

    def _forget(self, message_id: str, _: "asyncio.Future[Any]") -> None:
        self._channel.message_id_delivery_tag.pop(message_id, None)


def frames(row: Row, service: ServiceName, channel: int, most: int) -> bytes:
    """One persistent, mandatory publishing as it goes over the wire, in pieces of at most `most` bytes of body."""
    event_id = str(row.event_id).encode()
    table = b"".join(
        (
            _lasting_fields(row.type),
            *(FIELD_ID, _long(event_id), FIELD_TIME, _time(row.created_at), FIELD_KEY, _long(row.key.encode())),
            *(FIELD_SEQUENCE, _long(b"%020d" % row.sequence)),
            *((FIELD_TRACE, _long(row.trace.encode())) if row.trace else ()),
        )
    )
    header = b"".join(
        (
            CONTENT.pack(BASIC, 0, len(row.body), PROPERTIES),
            *(JSON, _long(table), PERSISTENT, _short(event_id), _sender(row.type, service)),
        )
    )
    pieces = [BEGINNING.pack(HEADER, channel, len(header)), header]
    for start in range(0, len(row.body), most):
        body = row.body[start : start + most]
        pieces += (END, BEGINNING.pack(BODY, channel, len(body)), body)
    return b"".join((_method(row.type, row.shard, channel), *pieces, END))


def _short(text: bytes) -> bytes:
    return struct.pack(">B", len(text)) + text


def _long(text: bytes) -> bytes:
    return LENGTH.pack(len(text)) + text


def _field(name: str) -> bytes:
    return _short(f"{PREFIX}{name}".encode()) + b"S"


@lru_cache(maxsize=4096)
def _method(event_type: str, shard: int, channel: int) -> bytes:
    publish = (
        struct.pack(">HHH", BASIC, PUBLISH, 0)
        + _short(EVENTS.encode())
        + _short(routing_key(event_type, shard).encode())
        + MANDATORY
    )
    return BEGINNING.pack(METHOD, channel, len(publish)) + publish + END


@lru_cache(maxsize=256)
def _lasting_fields(event_type: str) -> bytes:
    """The attributes that are the same in every event of a type."""
    attributes = headers_of(NOBODY, event_type, EPOCH, "", 0, "")
    lasting = {name: attributes[f"{PREFIX}{name}"] for name in ("specversion", "source", "type")}
    return b"".join(_field(name) + _long(value.encode()) for name, value in lasting.items())


@lru_cache(maxsize=256)
def _sender(event_type: str, service: ServiceName) -> bytes:
    return _short(event_type.encode()) + _short(service.encode())


@lru_cache(maxsize=64)
def _time(moment: datetime) -> bytes:
    """The moment of a transaction, which all its events share."""
    return _long(headers_of(NOBODY, "", moment, "", 0, "")[f"{PREFIX}time"].encode())


FIELD_ID, FIELD_TIME, FIELD_KEY = _field("id"), _field("time"), _field("partitionkey")
FIELD_SEQUENCE, FIELD_TRACE = _field("sequence"), _field("traceparent")
