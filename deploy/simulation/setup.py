"""What a simulated year is made of, and where its chance comes from."""

import csv
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path
from random import Random
from typing import Literal

import services.matching
from services.matching.domain.distance import Point
from services.matching.domain.scoring import Weights

PolicyName = Literal["weekly", "daily", "immediate", "greedy", "first-come"]
POLICIES: tuple[PolicyName, ...] = ("weekly", "daily", "immediate", "greedy", "first-come")
FIRST_DAY = datetime(2026, 1, 5, 9, tzinfo=UTC)
"""A Monday; day 0 of every simulation."""
WEIGHTS = Weights(2, distance=35, fee=0, free_places=15, specialism=10, affordable=25, preferences=5, results=10)
"""Those published with version 2, as the migration writes them."""
SETTLING_WEEKS = 8
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Setup:
    """One world: the same setup always gives the same arrivals, therapists and answers.

    `arrivals` is the number in a year at the rate of its middle, which rises by `rise_percent` from the first day to
    the last; `income` is the pence the funds are given in a year.
    """

    seed: int = 1
    weeks: int = 52
    arrivals: int = 1200
    therapists: int = 160
    income: int = 400_000_00
    rise_percent: int = 15

    @property
    def days(self) -> int:
        """For how long people arrive."""
        return self.weeks * 7

    @property
    def all_weeks(self) -> int:
        """How long the simulation lasts: the last to arrive have as good a chance as the first."""
        return self.weeks + SETTLING_WEEKS

    def draw(self, *what: object) -> Random:
        """Chance of its own for each thing, so that one policy's course does not change another's luck."""
        return Random(":".join(map(str, (self.seed, *what))))  # noqa: S311 - fiction, and it must repeat


@dataclass(frozen=True, slots=True)
class Run:
    """How the clients of a world are matched."""

    setup: Setup
    policy: PolicyName = "weekly"
    hold_back: bool = False
    weights: Weights = field(default=WEIGHTS)

    @property
    def name(self) -> str:
        """The words for it in a table."""
        return f"{self.policy}, holding back" if self.hold_back else self.policy


def moment(day: int) -> datetime:
    """Nine o'clock on a day of the simulation."""
    return FIRST_DAY + timedelta(days=day)


def date_of(day: int) -> date:
    """A day of the simulation in the calendar."""
    return moment(day).date()


@cache
def outward_codes() -> tuple[tuple[str, ...], tuple[int, ...], dict[str, Point]]:
    """Every outward code, how many postcodes are behind each, and where it lies."""
    path = Path(services.matching.__file__).parent / "data" / "outcodes" / "uk_outcodes.csv"
    with path.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    points = {row["outcode"]: Point(float(row["latitude"]), float(row["longitude"])) for row in rows}
    return tuple(points), tuple(int(row["postcodes"]) for row in rows), points
