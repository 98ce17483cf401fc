"""When everyone who waits is placed together: at fixed hours, or whoever comes at once."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Literal

from services.matching.domain.london import LONDON
from services.matching.domain.vocabulary import Priority

Rhythm = Literal["immediate", "daily", "weekly"]
RHYTHMS: dict[Rhythm, str] = {
    "immediate": "Each client at once, when they come",
    "daily": "Every day",
    "weekly": "Every week",
}
GRACE = timedelta(hours=2)
"""Whoever waits for a run is looked at alone when it has not come so long after its time."""


@dataclass(frozen=True, slots=True)
class Runs:
    """How often there is a run, on which day (0 is Monday) and hour in London, and who does not wait for it."""

    rhythm: Rhythm = "immediate"
    weekday: int = 0
    hour: int = 6
    at_once: tuple[Priority, ...] = ("immediate", "urgent")
    seconds: float = 20.0

    def waits(self, priority: Priority) -> bool:
        """Whether a client who comes now waits for the next run."""
        return self.rhythm != "immediate" and priority not in self.at_once

    def next_run(self, now: datetime) -> datetime | None:
        """The first moment for a run after `now`, in the same zone; None where there are none."""
        if self.rhythm == "immediate":
            return None
        day = now.astimezone(LONDON).date()
        for ahead in range(9):
            candidate = day + timedelta(days=ahead)
            moment = datetime.combine(candidate, time(self.hour), LONDON).astimezone(now.tzinfo)
            if moment > now and (self.rhythm == "daily" or candidate.weekday() == self.weekday):
                return moment
        raise AssertionError("every week has each of its days")

    def look_by(self, now: datetime) -> datetime:
        """When somebody who waits for the next run is looked at even without one."""
        return (self.next_run(now) or now) + GRACE
