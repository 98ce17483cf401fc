"""Time is read from a clock that is handed in, so that a year can pass in a minute."""

from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """Where a service reads the time."""

    def now(self) -> datetime:
        """The present moment, aware, in UTC."""
        ...


class SystemClock:
    """The machine's own time."""

    def now(self) -> datetime:
        """The present moment, aware, in UTC."""
        return datetime.now(UTC)


class ManualClock:
    """A clock that moves only when told to."""

    def __init__(self, start: datetime) -> None:
        self._now = start

    def now(self) -> datetime:
        """The moment this clock was last moved to."""
        return self._now

    def advance(self, by: timedelta) -> datetime:
        """Move forward and return the new moment."""
        self._now += by
        return self._now
