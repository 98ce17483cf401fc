"""Lets several events be handled at once while those of one subject keep the order in which they were delivered."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field


@dataclass(slots=True)
class InTurn:
    """A queue at every subject's door.

    A library that starts a task for each delivery may let a later one overtake an earlier one before the handler is
    reached; where deliveries are numbered from one, `at_turn` puts them right.
    """

    next_number: int = 1
    early: "dict[int, asyncio.Future[None]]" = field(default_factory=dict)
    last: "dict[str, asyncio.Future[None]]" = field(default_factory=dict)

    @asynccontextmanager
    async def of(self, subject: str) -> AsyncIterator[None]:
        """Wait for those of the same subject who came here earlier."""
        before, mine = self.last.get(subject), asyncio.get_running_loop().create_future()
        self.last[subject] = mine
        try:
            if before is not None:
                await before
            yield
        finally:
            mine.set_result(None)
            if self.last[subject] is mine:
                del self.last[subject]

    @asynccontextmanager
    async def at_turn(self, subject: str, number: int) -> AsyncIterator[None]:
        """Wait for those of the same subject who were delivered earlier."""
        if number != self.next_number:
            self.early[number] = asyncio.get_running_loop().create_future()
            await self.early[number]
        self.next_number += 1
        if (following := self.early.pop(self.next_number, None)) is not None:
            following.set_result(None)
        async with self.of(subject):
            yield
