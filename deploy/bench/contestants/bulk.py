"""Many publishings in one write, below aio-pika: frames made by hand, and one wait for all their confirms."""

import asyncio
import struct
from collections.abc import Sequence
from uuid import UUID

from aiormq.abc import ChannelFrame
from aiormq.channel import Channel

from deploy.bench.contestants.relay import Publish

ID = "id"
BASIC, PUBLISH = 60, 40
MANDATORY, PERSISTENT = b"\x01", b"\x02"
HEADERS_MODE_AND_ID = 0x2000 | 0x1000 | 0x0080
END = b"\xce"
TEXT_BYTES = 36


def in_bulk(channel: Channel, queue: str) -> Publish:
    """Publish persistent, mandatory messages into one queue; their ids travel as a header too."""
    method = struct.pack(">HHHBB", BASIC, PUBLISH, 0, 0, len(queue)) + queue.encode() + MANDATORY
    begin = struct.pack(">BHI", 1, channel.number, len(method)) + method + END
    field = struct.pack(">B", len(ID)) + ID.encode() + b"S" + struct.pack(">I", TEXT_BYTES)
    table = struct.pack(">I", len(field) + TEXT_BYTES) + field
    header_bytes = 14 + len(table) + TEXT_BYTES + 2 + TEXT_BYTES
    content = begin + struct.pack(">BHI", 2, channel.number, header_bytes) + struct.pack(">HH", BASIC, 0)
    flags = struct.pack(">H", HEADERS_MODE_AND_ID) + table

    def frames(text: bytes, body: bytes) -> bytes:
        size = struct.pack(">Q", len(body))
        middle = flags + text + PERSISTENT + struct.pack(">B", TEXT_BYTES) + text + END
        return content + size + middle + struct.pack(">BHI", 3, channel.number, len(body)) + body + END

    async def publish(rows: Sequence[tuple[UUID, bytes]]) -> None:
        payload, futures = [], []
        for event_id, body in rows:
            channel.delivery_tag += 1
            future = channel.create_future()
            channel.confirmations[channel.delivery_tag] = future
            futures.append(future)
            payload.append(frames(str(event_id).encode(), body))
        await channel.write_queue.put(ChannelFrame(payload=b"".join(payload), should_close=False))
        await asyncio.gather(*futures)

    return publish
