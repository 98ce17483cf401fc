"""Puts many publishings on a channel with one write, which costs a fraction of one call for each.

Leans on aiormq's bookkeeping of confirms; frames are AMQP 0-9-1, sections 2.3.5 and 4.2 of its specification.
"""

import asyncio
import struct
from collections.abc import Sequence
from functools import partial
from typing import Any

from aiormq.abc import ChannelFrame
from aiormq.channel import Channel

from shared.kernel.ids import ServiceName
from shared.messaging.envelope import CONTENT_TYPE, headers_of, routing_key
from shared.messaging.outbox_rows import Row
from shared.messaging.topology import EVENTS

METHOD, HEADER, BODY = 1, 2, 3
END = b"\xce"
BASIC, PUBLISH = 60, 40
MANDATORY = b"\x01"
PERSISTENT = b"\x02"
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
    publish = (
        struct.pack(">HHH", BASIC, PUBLISH, 0)
        + _short(EVENTS.encode())
        + _short(routing_key(row.type, row.shard).encode())
        + MANDATORY
    )
    attributes = headers_of(row.event_id, row.type, row.created_at, row.key, row.sequence, row.trace)
    table = b"".join(_short(name.encode()) + b"S" + _long(value.encode()) for name, value in attributes.items())
    header = (
        struct.pack(">HHQH", BASIC, 0, len(row.body), PROPERTIES)
        + _short(CONTENT_TYPE.encode())
        + _long(table)
        + PERSISTENT
        + _short(str(row.event_id).encode())
        + _short(row.type.encode())
        + _short(service.encode())
    )
    bodies = [row.body[start : start + most] for start in range(0, len(row.body), most)]
    pieces = [(METHOD, publish), (HEADER, header), *((BODY, body) for body in bodies)]
    return b"".join(struct.pack(">BHI", kind, channel, len(piece)) + piece + END for kind, piece in pieces)


def _short(text: bytes) -> bytes:
    return struct.pack(">B", len(text)) + text


def _long(text: bytes) -> bytes:
    return struct.pack(">I", len(text)) + text
