"""A pool of connections to one service's own database."""

import json
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from typing import Any, Protocol

import asyncpg

from shared.db.safety import refuse_unsafe_settings


class Record(Protocol):
    """One row: by column name or position."""

    def __getitem__(self, column: str | int) -> Any: ...
    def get(self, column: str, default: Any = None, /) -> Any: ...
    def keys(self) -> Iterable[str]: ...
    def values(self) -> Iterable[Any]: ...


class Connection(Protocol):
    """What a store may do with the database; arguments are positional `$1`, `$2`."""

    async def fetch(self, query: str, /, *args: Any) -> list[Any]: ...
    async def fetchrow(self, query: str, /, *args: Any) -> Any: ...
    async def fetchval(self, query: str, /, *args: Any) -> Any: ...
    async def execute(self, query: str, /, *args: Any) -> str: ...
    async def executemany(self, query: str, args: Iterable[Sequence[Any]], /) -> None: ...


async def _prepare(connection: "asyncpg.Connection[Any]") -> None:
    for name in ("json", "jsonb"):
        await connection.set_type_codec(name, encoder=json.dumps, decoder=json.loads, schema="pg_catalog")


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
        self._pool = await asyncpg.create_pool(
            self.dsn,
            min_size=minimum,
            max_size=maximum,
            init=_prepare,
            command_timeout=60,
            server_settings={
                "application_name": self._application,
                "timezone": "UTC",
                "idle_in_transaction_session_timeout": "120000",
            },
        )
        async with self.reading() as db:
            await refuse_unsafe_settings(db)

    async def close(self) -> None:
        """Let the connections go."""
        if self._pool is not None:
            await self._pool.close()
            self._pool = None

    @property
    def _connections(self) -> "asyncpg.Pool[asyncpg.Record]":
        if self._pool is None:
            raise RuntimeError("the database is not open")
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
        connection = await asyncpg.connect(self.dsn, server_settings={"application_name": self._application})
        await _prepare(connection)
        try:
            yield connection
        finally:
            await connection.close(timeout=5)
