"""How fast work goes through so many connections at once, how long it takes, and what the database is asked."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from statistics import quantiles
from time import perf_counter, process_time
from typing import TypeVar

from deploy.bench.matching.counting import Counting
from shared.db import Connection, Database

T = TypeVar("T")
MONEY_LOCK = "SELECT pg_advisory_xact_lock(hashtextextended('funding money'"


class Watched(Counting):
    """Counts, and notes when the one lock for all money was got."""

    one_lock = True
    locked_at = 0.0

    async def execute(self, query: str, /, *args: object) -> str:
        """Run a statement; the lock for all money only where it is wanted."""
        if not query.startswith(MONEY_LOCK):
            return await super().execute(query, *args)
        if self.one_lock:
            await super().execute(query, *args)
            self.locked_at = self.locked_at or perf_counter()
        return ""


class LooserWatched(Watched):
    """Leaves out the one lock, to see what it costs: nobody but the checks on the balances guards the money then."""

    one_lock = False


class WatchedDatabase(Database):
    """Adds up what transactions ask, BEGIN and COMMIT among it, and for how long they keep others from all money."""

    watched: type[Watched] = Watched
    statements = 0
    locked = 0.0

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Connection]:
        """A connection inside one transaction."""
        async with super().transaction() as db:
            counted = self.watched(db)
            yield counted
        self.statements += counted.statements + 2
        if counted.locked_at:
            self.locked += perf_counter() - counted.locked_at

    def begin_anew(self) -> None:
        """Forget what was watched so far."""
        self.statements, self.locked = 0, 0.0


@dataclass(frozen=True, slots=True)
class Pace:
    """What one contestant did: reservations, seconds, and milliseconds for each piece of work."""

    who: str
    funds: int
    batch: int
    reservations: int
    seconds: float
    processor: float
    statements: float
    locked: float
    """For how many milliseconds a reservation keeps all others from money; of those in one transaction, its part."""

    p50: float
    p99: float

    @property
    def rate(self) -> float:
        """Reservations a second."""
        return self.reservations / self.seconds


@dataclass(frozen=True, slots=True)
class Spell:
    """How long a stretch of work took, by the clock and by our processor, and each piece of it in milliseconds."""

    seconds: float
    processor: float
    milliseconds: tuple[float, ...]

    def as_pace(self, who: str, database: WatchedDatabase, *, funds: int, batch: int, reservations: int) -> Pace:
        """The figures for a table."""
        hundredths = quantiles(self.milliseconds, n=100, method="inclusive")
        return Pace(
            *(who, funds, batch, reservations, self.seconds, self.processor),
            *(database.statements / reservations, database.locked / reservations * 1000),
            *(hundredths[49], hundredths[98]),
        )


async def at_once(work: Sequence[T], do: Callable[[T], Awaitable[object]], *, workers: int) -> Spell:
    """Do all pieces of work, so many of them at a time."""
    waiting, took = iter(work), []

    async def worker() -> None:
        for piece in waiting:
            began = perf_counter()
            await do(piece)
            took.append((perf_counter() - began) * 1000)

    began, used = perf_counter(), process_time()
    await asyncio.gather(*(worker() for _ in range(workers)))
    return Spell(perf_counter() - began, process_time() - used, tuple(took))
