"""Takes deliveries off the wire in bulk and hands them over directly, which costs a fraction of a task for each.

Stands in for aiormq's reader of frames, whose version is pinned; whatever is not a delivery to somebody who asked for
it here goes the library's own way. Frames are AMQP 0-9-1, sections 2.3.5 and 4.2 of its specification.
"""

import asyncio
import struct
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import aiormq.connection
import pamqp.decode
import pamqp.frame
from aiormq.exceptions import AMQPConnectionError, InvalidFrameError
from pamqp.exceptions import PAMQPException
from pamqp.heartbeat import Heartbeat

from shared.messaging.envelope import Delivery

Hear = Callable[[Delivery], None]

CHUNK = 65_536
METHOD, HEADER, BODY = 1, 2, 3
KINDS = frozenset({METHOD, HEADER, BODY, 8})
BASIC_DELIVER = b"\x00\x3c\x00\x3c"
BEGINNING = struct.Struct(">BHI")
NUMBER = struct.Struct(">Q")
SIZE = struct.Struct(">I")
CONTENT = struct.Struct(">HHQH")
TEXT = ord("S")
END = 1
SHORT_TEXT, TABLE, USER = -1, -2, -3
PROPERTIES = (
    (0x8000, SHORT_TEXT), (0x4000, SHORT_TEXT), (0x2000, TABLE), (0x1000, 1), (0x0800, 1), (0x0400, SHORT_TEXT),
    (0x0200, SHORT_TEXT), (0x0100, SHORT_TEXT), (0x0080, SHORT_TEXT), (0x0040, 8), (0x0020, SHORT_TEXT), (0x0010, USER),
)  # fmt: skip
"""A message's properties up to its sender, in the order of the wire: the flag of each and how many bytes it takes."""

_hearing: dict[bytes, Hear] = {}


def listen(consumer_tag: str, hear: Hear) -> None:
    """Have the deliveries of a consumer handed over directly; call it before consuming begins. `hear` must not wait."""
    _hearing[consumer_tag.encode()] = hear


def listen_no_more(consumer_tag: str) -> None:
    """Forget a consumer; nothing happens where it is not known."""
    _hearing.pop(consumer_tag.encode(), None)


@dataclass(slots=True)
class _Arriving:
    """A delivery whose header or body is still on its way."""

    hear: Hear
    tag: int
    size: int = 0
    headers: dict[str, Any] | None = None
    user: str | None = None
    body: bytes = b""

    def finish(self) -> None:
        headers = self.headers or {}
        count = headers.get("x-delivery-count", 0)
        self.hear(Delivery(self.body, headers, self.tag, self.user, count if isinstance(count, int) else 0))


class QuickReceiver(aiormq.connection.FrameReceiver):
    """Reads what has arrived in one go and parses it frame by frame."""

    def __init__(self, reader: asyncio.StreamReader) -> None:
        super().__init__(reader)
        self._data = b""
        self._at = 0
        self._arriving: dict[int, _Arriving] = {}

    async def get_frame(self) -> Any:  # noqa: ANN401 - the library's own type is not public
        """The next frame that is not part of a delivery to one of ours; a heartbeat when there were only such."""
        heard = False
        while True:
            frame = self._next()
            if frame is None:
                if heard:
                    return 0, 0, Heartbeat()
                await self._read()
                continue
            kind, channel, start, end = frame
            if self._is_ours(kind, channel, start, end):
                heard = True
                continue
            try:
                return pamqp.frame.unmarshal(self._data[start - BEGINNING.size : end + END])
            except PAMQPException as error:
                raise InvalidFrameError(str(error)) from error

    async def _read(self) -> None:
        try:
            chunk = await self.reader.read(CHUNK)
        except OSError as error:
            raise AMQPConnectionError(f"the connection broke: {error!r}") from error
        if not chunk:
            if self._at == len(self._data):
                raise StopAsyncIteration
            raise AMQPConnectionError("the connection was closed in the middle of a frame")
        self._data = self._data[self._at :] + chunk
        self._at = 0

    def _next(self) -> tuple[int, int, int, int] | None:
        data, start = self._data, self._at + BEGINNING.size
        if len(data) < start:
            return None
        kind, channel, size = BEGINNING.unpack_from(data, self._at)
        if kind not in KINDS:
            raise InvalidFrameError("what came is no frame")
        end = start + size
        if len(data) < end + END:
            return None
        self._at = end + END
        return kind, channel, start, end

    def _is_ours(self, kind: int, channel: int, start: int, end: int) -> bool:
        data = self._data
        if kind == METHOD:
            if data[start : start + 4] != BASIC_DELIVER:
                return False
            begin = start + 5
            until = begin + data[begin - 1]
            hear = _hearing.get(data[begin:until])
            if hear is None:
                return False
            self._arriving[channel] = _Arriving(hear, NUMBER.unpack_from(data, until)[0])
            return True
        arriving = self._arriving.get(channel)
        if arriving is None:
            return False
        if kind == HEADER:
            _read_header(arriving, data, start)
        else:
            arriving.body += data[start:end]
        if len(arriving.body) >= arriving.size:
            del self._arriving[channel]
            arriving.finish()
        return True


def _read_header(arriving: _Arriving, data: bytes, start: int) -> None:
    _, _, arriving.size, flags = CONTENT.unpack_from(data, start)
    at = start + CONTENT.size
    for flag, kind in PROPERTIES:
        if not flags & flag:
            continue
        if kind == TABLE:
            until = at + SIZE.size + SIZE.unpack_from(data, at)[0]
            arriving.headers = _table(data, at, until)
        elif kind > 0:
            until = at + kind
        else:
            until = at + 1 + data[at]
            if kind == USER:
                arriving.user = data[at + 1 : until].decode(errors="replace")
        at = until


def _table(data: bytes, start: int, end: int) -> dict[str, Any]:
    """The headers; where one is anything but text, the library reads them all."""
    table: dict[str, Any] = {}
    at = start + SIZE.size
    try:
        while at < end:
            until = at + 1 + data[at]
            if data[until] != TEXT:
                return dict(pamqp.decode.field_table(data[start:end])[1])
            begin = until + 5
            last = begin + SIZE.unpack_from(data, until + 1)[0]
            table[data[at + 1 : until].decode()] = data[begin:last].decode()
            at = last
    except UnicodeDecodeError:
        return dict(pamqp.decode.field_table(data[start:end])[1])
    return table


aiormq.connection.FrameReceiver = QuickReceiver  # type: ignore[misc]
