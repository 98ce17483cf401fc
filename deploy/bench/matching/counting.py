"""Counts how often a transaction asks its database something."""

from collections.abc import Iterable, Sequence
from typing import Any

from shared.db import Connection


class Counting:
    """A connection that counts how often the database is asked something."""

    def __init__(self, db: Connection) -> None:
        self.db = db
        self.statements = 0

    async def fetch(self, query: str, /, *args: object) -> list[Any]:
        """All rows."""
        self.statements += 1
        return await self.db.fetch(query, *args)

    async def fetchrow(self, query: str, /, *args: object) -> Any:  # noqa: ANN401 - a record or None
        """The first row, or None."""
        self.statements += 1
        return await self.db.fetchrow(query, *args)

    async def fetchval(self, query: str, /, *args: object) -> Any:  # noqa: ANN401 - a column can hold anything
        """The first column of the first row, or None."""
        self.statements += 1
        return await self.db.fetchval(query, *args)

    async def execute(self, query: str, /, *args: object) -> str:
        """Run a statement."""
        self.statements += 1
        return await self.db.execute(query, *args)

    async def executemany(self, query: str, args: Iterable[Sequence[Any]], /) -> None:
        """Run a statement once for each row of arguments, in one exchange."""
        self.statements += 1
        await self.db.executemany(query, args)
