"""A proxy between the services and one of their servers, where connections are cut, silenced, or cut at a commit."""

import asyncio
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Self

HOST = "127.0.0.1"
COMMIT = b"COMMIT;"


@dataclass
class Proxy:
    """Passes on what comes to `port` to another port of this machine, in a thread of its own."""

    target: int
    port: int = 0
    lost_commits: int = 0
    _pairs: set[tuple[asyncio.StreamWriter, asyncio.StreamWriter]] = field(default_factory=set)
    _loop: asyncio.AbstractEventLoop = field(default_factory=asyncio.new_event_loop)
    _open: asyncio.Event = field(default_factory=asyncio.Event)
    _commits_to_lose: int = 0
    _thread: threading.Thread | None = None

    def __enter__(self) -> Self:
        """Begin to listen."""
        self._thread = threading.Thread(target=self._loop.run_forever, name="proxy")
        self._thread.start()
        self._do(self._listen)
        return self

    def __exit__(self, *_: object) -> None:
        """Cut everything and end."""
        self._do(self._close)
        self._loop.call_soon_threadsafe(self._loop.stop)
        assert self._thread is not None
        self._thread.join(120)
        self._loop.close()

    def through(self, url: str) -> str:
        """The address that leads to the same server through here; other addresses stay as they are."""
        return url.replace(f"@{HOST}:{self.target}/", f"@{HOST}:{self.port}/")

    def reset(self) -> int:
        """Cut every connection without a farewell; gives how many there were."""
        return int(self._do(self._reset))

    def silence(self, *, silent: bool) -> None:
        """Let nothing through, in neither direction, while every connection stays open; or let it through again."""
        self._do(self._silence, silent)

    def lose_commits(self, count: int) -> None:
        """Cut the connections over which the next commits go, after they reached the server and before it answers."""
        self._do(self._arm, count)

    def _do(self, work: Callable[..., Any], *arguments: object) -> Any:
        return asyncio.run_coroutine_threadsafe(work(*arguments), self._loop).result(120)

    async def _listen(self) -> None:
        self._open.set()
        self._server = await asyncio.start_server(self._connect, HOST, 0)
        self.port = self._server.sockets[0].getsockname()[1]

    async def _close(self) -> None:
        self._server.close()
        self._open.set()
        await self._reset()
        await asyncio.sleep(0.05)
        rest = asyncio.all_tasks() - {asyncio.current_task()}
        for task in rest:
            task.cancel()
        await asyncio.gather(*rest, return_exceptions=True)

    async def _reset(self) -> int:
        cut = list(self._pairs)
        for pair in cut:
            for writer in pair:
                writer.transport.abort()
        return len(cut)

    async def _silence(self, silent: bool) -> None:  # noqa: FBT001 - called from just above
        (self._open.clear if silent else self._open.set)()

    async def _arm(self, count: int) -> None:
        self._commits_to_lose = count

    async def _connect(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            there, onward = await asyncio.open_connection(HOST, self.target)
        except OSError:
            writer.transport.abort()
            return
        pair = (writer, onward)
        self._pairs.add(pair)
        try:
            await asyncio.gather(self._pump(reader, onward, pair), self._pump(there, writer, None))
        finally:
            self._pairs.discard(pair)

    async def _pump(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        cut: tuple[asyncio.StreamWriter, asyncio.StreamWriter] | None,
    ) -> None:
        with suppress(OSError):
            while piece := await reader.read(65_536):
                await self._open.wait()
                writer.write(piece)
                await writer.drain()
                if cut and self._commits_to_lose and COMMIT in piece:
                    self._commits_to_lose -= 1
                    self.lost_commits += 1
                    cut[0].transport.abort()
        with suppress(OSError):
            writer.close()
