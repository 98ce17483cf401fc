"""A pool of connections to one service's own database."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from typing import Any, Protocol

import asyncpg

from shared.db.safety import refuse_unsafe_settings

CONNECT_SECONDS = 10
COMMAND_SECONDS = 60
CLOSE_SECONDS = 10


class Record(Protocol):
    """One row: by column name or position."""

    def __getitem__(self, column: str | int) -> Any:  # noqa: ANN401 - a column can hold anything
        """The value of a column."""

    def get(self, column: str, default: object = None, /) -> Any:  # noqa: ANN401 - a column can hold anything
        """The value of a column, or `default` where there is none of this name."""

    def keys(self) -> Iterable[str]:
        """The names of the columns."""

    def values(self) -> Iterable[Any]:
        """The values, in the order of the columns."""


class Connection(Protocol):
    """What a store may do with the database; arguments are positional `$1`, `$2`."""

    async def fetch(self, query: str, /, *args: object) -> list[Any]:
        """All rows."""

    async def fetchrow(self, query: str, /, *args: object) -> Any:  # noqa: ANN401 - a record or None
        """The first row, or None."""

    async def fetchval(self, query: str, /, *args: object) -> Any:  # noqa: ANN401 - a column can hold anything
        """The first column of the first row, or None."""

    async def execute(self, query: str, /, *args: object) -> str:
        """Run a statement; gives its tag, e.g. `UPDATE 1`."""

    async def executemany(self, query: str, args: Iterable[Sequence[Any]], /) -> None:
        """Run a statement once for each row of arguments."""


async def _prepare(connection: "asyncpg.Connection[Any]") -> None:
    for name in ("json", "jsonb"):
        await connection.set_type_codec(name, encoder=json.dumps, decoder=json.loads, schema="pg_catalog")


async def _leave_as_it_is(_: object) -> None:
    """Nobody changes a pooled connection for longer than a transaction, so giving it back asks the server nothing."""


class Database:
    """One service's store. `open` before use, `close` at the end; every connection speaks UTC and READ COMMITTED."""

    def __init__(self, dsn: str, *, minimum: int = 1, maximum: int = 8, application: str = "stopso") -> None:
        self.dsn = dsn
        self._sizes = (minimum, maximum)
        self._application = application
        self._pool: asyncpg.Pool[asyncpg.Record] | None = None

    async def open(self) -> None:
        """Connect; raises `UnsafeDatabase` where the server would lose acknowledged work."""
        minimum, maximum = self._sizes
        pool = await asyncpg.create_pool(
            self.dsn,
            min_size=minimum,
            max_size=maximum,
            init=_prepare,
            reset=_leave_as_it_is,
            timeout=CONNECT_SECONDS,
            command_timeout=COMMAND_SECONDS,
            server_settings={
                "application_name": self._application,
                "timezone": "UTC",
                "idle_in_transaction_session_timeout": "120000",
            },
        )
        try:
            async with pool.acquire() as connection:
                await refuse_unsafe_settings(connection)
        except BaseException:
            pool.terminate()
            raise
        self._pool = pool

    async def close(self) -> None:
        """Let the connections go; those still at work after a few seconds are cut."""
        pool, self._pool = self._pool, None
        if pool is not None:
            try:
                async with asyncio.timeout(CLOSE_SECONDS):
                    await pool.close()
            except TimeoutError:
                pool.terminate()

    @property
    def is_open(self) -> bool:
        """Whether `open` succeeded and `close` was not called since."""
        return self._pool is not None

    async def answers(self) -> bool:
        """Whether the server answers a question now."""
        try:
            async with asyncio.timeout(CONNECT_SECONDS), self.reading() as db:
                return bool(await db.fetchval("SELECT NOT pg_is_in_recovery()"))
        except Exception:  # noqa: BLE001 - whatever it is, it is not an answer
            return False

    @property
    def _connections(self) -> "asyncpg.Pool[asyncpg.Record]":
        if self._pool is None:
            raise ConnectionError("the database is not open")
        return self._pool

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[Connection]:
        """A connection for statements that stand alone."""
        async with self._connections.acquire() as connection:
            yield connection

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Connection]:
        """A connection inside one transaction: committed at the end, rolled back if anything raises."""
        async with self._connections.acquire() as connection, connection.transaction():
            yield connection

    @asynccontextmanager
    async def session(self) -> AsyncIterator["asyncpg.Connection[Any]"]:
        """A connection of one's own outside the pool, for LISTEN and session-long advisory locks."""
        connection = await asyncpg.connect(
            self.dsn,
            timeout=CONNECT_SECONDS,
            command_timeout=COMMAND_SECONDS,
            server_settings={
                "application_name": self._application,
                "timezone": "UTC",
                "tcp_keepalives_idle": "10",
                "tcp_keepalives_interval": "5",
                "tcp_keepalives_count": "3",
                "tcp_user_timeout": "30000",
            },
        )
        await _prepare(connection)
        try:
            yield connection
        finally:
            try:
                await connection.close(timeout=5)
            except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError):
                connection.terminate()
