"""How long clients wait for each point of their way, with pauses left out, and how that compares with the targets."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from services.matching.domain.working_days import DAY, Interval, WorkingDays, without

Milestone = Literal["received", "someone-free", "offered", "accepted", "contact", "first-session"]
Unit = Literal["working-days", "weeks"]
FEW = 10
"""Below so many episodes a share says little, and the page says so."""


@dataclass(frozen=True, slots=True)
class Target:
    """So many per cent of those who reach `start` should reach `end` within a time."""

    code: str
    words: str
    start: Milestone
    end: Milestone
    within: int
    unit: Unit
    per_cent: int


TARGETS: tuple[Target, ...] = (
    Target("offer", "A therapist is asked, once somebody suitable is free", "someone-free", "offered", 1,
           "working-days", 95),
    Target("acceptance", "A therapist has accepted", "received", "accepted", 5, "working-days", 95),
    Target("contact", "The therapist has reached the client after accepting", "accepted", "contact", 2,
           "working-days", 95),
    Target("first-contact", "The therapist has reached the client, from the day the referral arrived", "received",
           "contact", 7, "working-days", 95),
    Target("six-weeks", "The first session has taken place", "received", "first-session", 6, "weeks", 75),
    Target("eighteen-weeks", "The first session has taken place", "received", "first-session", 18, "weeks", 95),
)  # fmt: skip
"""The charity's own, and beside them what the NHS measures for talking therapies (75 % in 6 weeks, 95 % in 18).

First contact is measured twice: from acceptance, and from arrival, where the time allowed is that of both parts.
"""


@dataclass(frozen=True, slots=True)
class Episode:
    """One way through matching: what was reached when, what paused it, and when it ended if it has."""

    reached: Mapping[Milestone, datetime]
    pauses: tuple[Interval, ...] = ()
    over: bool = False


@dataclass(frozen=True, slots=True)
class Figure:
    """How a target stands: those who made it, those who did not, and those whose time still runs."""

    target: Target
    made: int
    missed: int
    running: int
    median: timedelta | None

    @property
    def counted(self) -> int:
        """How many the share is made from."""
        return self.made + self.missed

    @property
    def per_cent(self) -> int | None:
        """The share of those who made it, rounded down so that a target is never met by rounding; None without any."""
        return self.made * 100 // self.counted if self.counted else None

    @property
    def met(self) -> bool | None:
        """Whether the target is met; None where there is nobody to count."""
        return None if self.per_cent is None else self.per_cent >= self.target.per_cent

    @property
    def few(self) -> bool:
        """Whether there are too few to say much."""
        return self.counted < FEW


def took(start: datetime, end: datetime, pauses: Iterable[Interval], unit: Unit, days: WorkingDays) -> timedelta:
    """The time between two points without the pauses: in working time, or by the calendar."""
    if unit == "working-days":
        return days.between(start, end, pauses)
    return sum((ends - begins for begins, ends in without(start, end, pauses)), timedelta())


def figure(target: Target, episodes: Sequence[Episode], now: datetime, days: WorkingDays) -> Figure:
    """How a target stands at this moment; whoever left before their time was up counts neither way."""
    limit = target.within * (DAY if target.unit == "working-days" else 7 * DAY)
    made = missed = running = 0
    durations = []
    for episode in episodes:
        start, end = episode.reached.get(target.start), episode.reached.get(target.end)
        if start is None:
            continue
        duration = took(start, end or now, episode.pauses, target.unit, days)
        if end is not None:
            durations.append(duration)
        if end is not None and duration <= limit:
            made += 1
        elif end is not None or (duration > limit and not episode.over):
            missed += 1
        elif not episode.over:
            running += 1
    durations.sort()
    median = durations[(len(durations) - 1) // 2] if durations else None
    return Figure(target, made, missed, running, median)
