"""When money runs out: what was promised in the weeks behind us, carried on, with room for chance and for not knowing.

In t weeks about t·m is promised, where m is the mean of the n weeks that are known. That differs from what will happen
by chance (t weeks vary by t·s²) and because m is itself only estimated (t²·s²/n); both together are spread like
Student's t with n − 1 degrees of freedom. Four times in five the truth is to lie within what is said.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from math import sqrt
from statistics import NormalDist, fmean, stdev

from services.funding.domain.funds import NOTHING
from shared.kernel.money import Pence

WEEKS = 26
"""How far back is looked: half a year, so that a change shows within months."""
FEWEST = 8
"""Below so many weeks nothing is said."""
YEAR = 365
"""How far ahead is looked, in days."""
WITHIN = 0.8
WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Expected:
    """Money that is to come on a day, or to be lost, below zero."""

    day: date
    amount: Pence


@dataclass(frozen=True, slots=True)
class Rate:
    """What is promised in a week, less what comes back: its mean and spread in pence, over so many weeks."""

    mean: float
    spread: float
    weeks: int

    @property
    def a_week(self) -> Pence:
        """The mean in whole pence."""
        return Pence(round(self.mean))

    def after(self, weeks: float) -> tuple[float, float]:
        """What is promised in so many weeks, and how far off that may be either way."""
        chance = weeks + weeks * weeks / self.weeks
        return self.mean * weeks, students_t(self.weeks - 1) * self.spread * sqrt(chance)


@dataclass(frozen=True, slots=True)
class Point:
    """What is left at the end of a day: at least, most likely, and at most."""

    day: date
    least: Pence
    likely: Pence
    most: Pence


@dataclass(frozen=True, slots=True)
class TooLittle:
    """Too few weeks are known to say anything."""

    weeks: int


@dataclass(frozen=True, slots=True)
class Empty:
    """There is nothing left to promise today."""


@dataclass(frozen=True, slots=True)
class RunsOut:
    """The day from which nothing is left; no `latest` where it may last for a year, or until its `last_day`.

    `unused` is what may be left on that last day.
    """

    day: date
    earliest: date
    latest: date | None
    last_day: date | None = None
    unused: Pence = NOTHING


@dataclass(frozen=True, slots=True)
class Lasts:
    """Not within a year; `earliest` is when it could run out all the same."""

    earliest: date | None


@dataclass(frozen=True, slots=True)
class Unused:
    """Its last day comes first: so much will not have been promised by then."""

    last_day: date
    least: Pence
    likely: Pence
    most: Pence


Outcome = TooLittle | Empty | RunsOut | Lasts | Unused


@dataclass(frozen=True, slots=True)
class Forecast:
    """What is to be expected, at which rate, and what is left week by week; no path without a rate."""

    outcome: Outcome
    rate: Rate | None = None
    path: tuple[Point, ...] = ()


@cache
def students_t(freedom: int) -> float:
    """How many standard errors hold `WITHIN` of what may happen (Cornish and Fisher's series for Student's t)."""
    z = NormalDist().inv_cdf((1 + WITHIN) / 2)
    first = (z**3 + z) / (4 * freedom)
    second = (5 * z**5 + 16 * z**3 + 3 * z) / (96 * freedom**2)
    third = (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / (384 * freedom**3)
    return z + first + second + third


def rate_of(weeks: Sequence[Pence]) -> Rate | None:
    """The rate of these weeks; None where there are too few."""
    return None if len(weeks) < FEWEST else Rate(fmean(weeks), stdev(weeks), len(weeks))


def forecast(
    available: Pence,
    weeks: Sequence[Pence],
    today: date,
    *,
    expected: Iterable[Expected] = (),
    last_day: date | None = None,
) -> Forecast:
    """How long the money lasts: `weeks` is what was promised in each, less what came back, in whole pence.

    What is `expected` before today is not counted: it is late, and nobody knows whether it comes.
    """
    coming = sorted((one for one in expected if one.day >= today), key=lambda one: one.day)
    rate = rate_of(weeks)
    if available <= 0 and (rate is None or not coming):
        return Forecast(Empty(), rate)
    if rate is None:
        return Forecast(TooLittle(len(weeks)))
    end = today + timedelta(days=YEAR)
    if last_day is not None:
        end = min(end, last_day)
    days = [today + timedelta(days=passed) for passed in range(max(0, (end - today).days) + 1)]
    points = [_point(available, coming, rate, today, day) for day in days]
    shown = tuple(point for point in points if (point.day - today).days % 7 == 0 or point.day == end)
    if available <= 0:
        return Forecast(Empty(), rate, shown)
    return Forecast(_outcome(points, last_day if last_day == end else None), rate, shown)


def _point(available: Pence, coming: Sequence[Expected], rate: Rate, today: date, day: date) -> Point:
    there = available + sum(one.amount for one in coming if one.day <= day)
    used, margin = rate.after((day - today) / WEEK)
    most = min(there, round(there - used + margin))
    return Point(day, *(Pence(max(0, left)) for left in (round(there - used - margin), round(there - used), most)))


def _outcome(points: Sequence[Point], last_day: date | None) -> Outcome:
    earliest = next((point.day for point in points if point.least == NOTHING), None)
    likely = next((point.day for point in points if point.likely == NOTHING), None)
    latest = next((point.day for point in points if point.most == NOTHING), None)
    if likely is not None and earliest is not None:
        return RunsOut(likely, earliest, latest, last_day, points[-1].most if last_day else NOTHING)
    if last_day is not None:
        return Unused(last_day, points[-1].least, points[-1].likely, points[-1].most)
    return Lasts(earliest)
