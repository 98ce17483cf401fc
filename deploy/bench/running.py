"""The whole race: every contestant in turn, first everything at once, then at each fixed rate."""

import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Literal

from deploy.bench.chain import StageEnded
from deploy.bench.contestant import Contestant
from deploy.bench.measuring import Burst, Failed, Run, Steady
from deploy.bench.servers import Servers
from deploy.bench.work import Planned, plan


@dataclass(frozen=True, slots=True)
class Race:
    """How the contestants are measured."""

    events: int = 20_000
    subjects: int = 2_000
    seed: int = 20_261
    rates: tuple[float, ...] = (200.0,)
    steady_seconds: float = 15.0

    def steady_events(self, rate: float) -> int:
        """How many events a run at this rate takes."""
        return max(2, int(rate * self.steady_seconds))


@dataclass(slots=True)
class Row:
    """What is known about one contestant."""

    contestant: Contestant
    burst: Burst | Failed | None = None
    steady: dict[float, Steady | Failed] = field(default_factory=dict)
    loads: list[float] = field(default_factory=list)
    """The machine's load before each run: what else it had to do."""

    @property
    def problems(self) -> list[str]:
        """Why a figure is missing."""
        runs = [self.burst, *self.steady.values()]
        return [problem for run in runs if isinstance(run, Failed) for problem in run.problems]


Told = Callable[[Contestant, str, int, int], None]
"""Called with the contestant, what is being measured, how many events are through, and of how many."""


async def race(race: Race, lineup: Sequence[Contestant], servers: Servers, told: Told) -> list[Row]:
    """Measure everybody, one after the other."""
    rows = []
    for contestant in lineup:
        row = Row(contestant)
        await _measure(row, race, servers, told)
        rows.append(row)
    return rows


async def _measure(row: Row, race: Race, servers: Servers, told: Told) -> None:
    if not row.contestant.is_installed:
        row.burst = Failed(["not installed: pip install -r requirements-bench.lock"])
        return
    await _attempt(row, "burst", plan(race.events, race.subjects, race.seed), servers, told)
    for rate in race.rates:
        await _attempt(row, rate, plan(race.steady_events(rate), race.subjects, race.seed), servers, told)


async def _attempt(
    row: Row, mode: float | Literal["burst"], planned: list[Planned], servers: Servers, told: Told
) -> None:
    row.loads.append(os.getloadavg()[0])
    what = mode if mode == "burst" else f"{mode:g}/s"

    def progress(done: int) -> None:
        told(row.contestant, what, done, len(planned))

    run = Run(row.contestant, servers, planned, progress)
    progress(0)
    try:
        if mode == "burst":
            row.burst = await run.burst()
        else:
            row.steady[mode] = await run.steady(mode)
    except (StageEnded, TimeoutError) as error:
        failed = Failed([str(error) or "it took too long"])
        if mode == "burst":
            row.burst = failed
        else:
            row.steady[mode] = failed


def chosen(lineup: Iterable[Contestant], only: Sequence[str]) -> list[Contestant]:
    """Those of the lineup that were asked for; all when nobody was."""
    return [contestant for contestant in lineup if not only or contestant.name in only]
