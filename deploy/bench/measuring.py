"""One run of one contestant: lay out, feed, wait, check, and only then a figure."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from statistics import quantiles
from typing import TypeVar

import asyncpg

from deploy.bench.chain import START_SECONDS, Chain, laid_out
from deploy.bench.checks import problems_of
from deploy.bench.contestant import Contestant
from deploy.bench.durability import broken_promises
from deploy.bench.results import Results, results_of
from deploy.bench.servers import Servers
from deploy.bench.source import source_of
from deploy.bench.spending import Roots, Spent
from deploy.bench.work import STAGES, Planned

LOOK_EVERY = 0.1
BEGIN_EVERY = 0.02
MEMORY_EVERY = 1.0
COUNT = "SELECT coalesce(sum(count), 0)::bigint, NOT EXISTS (SELECT 1 FROM outbox) FROM tally"
Progress = Callable[[int], None]
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Burst:
    """Everything was there at once: how long it took through the whole chain, and what it cost."""

    events: int
    seconds: float
    spent: Spent
    memory: float

    @property
    def rate(self) -> float:
        """Events a second."""
        return self.events / self.seconds


@dataclass(frozen=True, slots=True)
class Steady:
    """Events came at a fixed rate: milliseconds from the first stage's commit to the last stage's."""

    events: int
    rate: float
    p50: float
    p99: float
    spent: Spent


@dataclass(frozen=True, slots=True)
class Failed:
    """A run without a figure, and why."""

    problems: list[str]


@dataclass(slots=True)
class Run:
    """One run; `patience` is how many seconds without any progress are taken for the end."""

    contestant: Contestant
    servers: Servers
    planned: list[Planned]
    progress: Progress
    patience: float = 20.0
    memory: float = 0.0

    async def burst(self) -> Burst | Failed:
        """Queue everything up before the first stage, then start it."""
        async with laid_out(self.contestant, self.servers) as chain:
            for stage in range(1, STAGES):
                chain.start(stage)
            await chain.hears(*range(1, STAGES))
            async with source_of(self.contestant, self._source_url(chain)) as source:
                await source.send_all(self.planned)
            chain.start(0)
            await self._first_commit(chain)
            spent = await self._watch(chain)
            return await self._judged(chain, lambda results: self._burst(results, spent))

    async def steady(self, rate: float) -> Steady | Failed:
        """Start everything, then send at a fixed rate; the first second is left out of the figures."""
        async with laid_out(self.contestant, self.servers) as chain:
            for stage in range(STAGES):
                chain.start(stage)
            await chain.hears(*range(STAGES))
            async with source_of(self.contestant, self._source_url(chain)) as source:
                sending = asyncio.create_task(source.send_steadily(self.planned, rate))
                spent = await self._watch(chain)
                await sending
            return await self._judged(chain, lambda results: self._steady(results, rate, spent))

    def _source_url(self, chain: Chain) -> str:
        """The last stage's user closes the circle: its events are what the first one hears."""
        return chain.broker_url(STAGES - 1)

    async def _first_commit(self, chain: Chain) -> None:
        db = await asyncpg.connect(self.servers.administrator_dsn(0))
        try:
            async with asyncio.timeout(START_SECONDS):
                while not await db.fetchval("SELECT EXISTS (SELECT 1 FROM tally)"):
                    chain.check_alive()
                    await asyncio.sleep(BEGIN_EVERY)
        finally:
            await db.close()

    async def _watch(self, chain: Chain) -> Spent:
        """Wait until the last stage has done everything, or nothing happens any more; gives what was spent."""
        roots = Roots(tuple(chain.pids.values()), self.servers.broker.pid or 0, self.servers.database.pid or 0)
        before = roots.spent()
        db = await asyncpg.connect(self.servers.administrator_dsn(STAGES - 1))
        try:
            done, moved = 0, time.monotonic()
            looked = 0.0
            while time.monotonic() < moved + self.patience:
                count, empty = (await db.fetch(COUNT))[0]
                if count != done:
                    done, moved = count, time.monotonic()
                    self.progress(done)
                if count >= len(self.planned) and empty:
                    break
                if time.monotonic() > looked + MEMORY_EVERY:
                    looked = time.monotonic()
                    chain.check_alive()
                    self.memory = max(self.memory, roots.memory())
                await asyncio.sleep(LOOK_EVERY)
        finally:
            await db.close()
        self.memory = max(self.memory, roots.memory())
        return roots.spent().since(before)

    async def _judged(self, chain: Chain, figure: Callable[[Results], T]) -> T | Failed:
        chain.check_alive()
        broken = await broken_promises(chain)
        results = await results_of(chain)
        problems = broken + problems_of(self.planned, results)
        return Failed(problems) if problems else figure(results)

    def _burst(self, results: Results, spent: Spent) -> Burst:
        took = max(results.last_commits().values()) - min(results.first_commits().values())
        return Burst(len(self.planned), took.total_seconds(), spent, self.memory)

    def _steady(self, results: Results, rate: float, spent: Spent) -> Steady:
        first, last = results.first_commits(), results.last_commits()
        settled = self.planned[int(min(rate, len(self.planned) / 2)) :]
        waits = [last[event.subject, event.number] - first[event.event_id] for event in settled]
        hundredths = quantiles([wait / timedelta(milliseconds=1) for wait in waits], n=100, method="inclusive")
        return Steady(len(self.planned), rate, hundredths[49], hundredths[98], spent)
