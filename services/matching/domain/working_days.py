"""Counts in working days of England and Wales: Monday to Friday, without the bank holidays that it is given."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

LONDON = ZoneInfo("Europe/London")
DAY = timedelta(days=1)
Interval = tuple[datetime, datetime]


@dataclass(frozen=True, slots=True)
class WorkingDays:
    """The calendar of those who work here; a working day is a whole day by London's clock."""

    bank_holidays: frozenset[date] = frozenset()

    def is_working(self, day: date) -> bool:
        """Whether people work on this day."""
        return day.weekday() < 5 and day not in self.bank_holidays

    def after(self, moment: datetime, days: int) -> datetime:
        """The same time of day so many working days later; what begins on a free day begins when work does."""
        local = moment.astimezone(LONDON)
        if not self.is_working(local.date()):
            local = datetime.combine(local.date(), time(), LONDON)
            days += 1
        day = local.date()
        for _ in range(days):
            day += DAY
            while not self.is_working(day):
                day += DAY
        return datetime.combine(day, local.time(), LONDON).astimezone(moment.tzinfo)

    def between(self, start: datetime, end: datetime, pauses: Iterable[Interval] = ()) -> timedelta:
        """How long it was on working days from one moment to another, pauses left out."""
        return sum(
            (self._in_one_piece(piece_start, piece_end) for piece_start, piece_end in without(start, end, pauses)),
            timedelta(),
        )

    def _in_one_piece(self, start: datetime, end: datetime) -> timedelta:
        worked, day = timedelta(), start.astimezone(LONDON).date()
        while (midnight := datetime.combine(day, time(), LONDON).astimezone(start.tzinfo)) < end:
            following = datetime.combine(day + DAY, time(), LONDON).astimezone(start.tzinfo)
            if self.is_working(day):
                worked += min(end, following) - max(start, midnight)
            day += DAY
        return worked


def without(start: datetime, end: datetime, pauses: Iterable[Interval]) -> list[Interval]:
    """The pieces of a stretch of time that lie in none of the pauses, in order."""
    pieces, position = [], start
    for pause_start, pause_end in sorted(pauses):
        if pause_start > position:
            pieces.append((position, min(pause_start, end)))
        position = max(position, pause_end)
        if position >= end:
            break
    if position < end:
        pieces.append((position, end))
    return [(begins, ends) for begins, ends in pieces if begins < ends]
