"""Which day it is for the charity: funds begin and end at midnight in London."""

from calendar import monthrange
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

LONDON = ZoneInfo("Europe/London")
FIRST_DAY, LAST_DAY = date(2000, 1, 1), date(2199, 12, 31)


def day_of(moment: datetime) -> date:
    """The calendar day of an aware moment."""
    return moment.astimezone(LONDON).date()


def likely_day(day: date) -> date:
    """The day, where its year can be meant; raises ValueError with a sentence for people.

    With a year like 9999 nobody could reckon a day, or a month, further.
    """
    if not FIRST_DAY <= day <= LAST_DAY:
        raise ValueError(f"Enter a year from {FIRST_DAY.year} to {LAST_DAY.year}.")
    return day


def end_of(day: date) -> datetime:
    """The moment at which a day is over."""
    return datetime.combine(day + timedelta(days=1), time(), LONDON)


def beginning_of(day: date) -> datetime:
    """The first moment of a day."""
    return datetime.combine(day, time(), LONDON)


def months_after(day: date, months: int) -> date:
    """The same day so many months later, or the last day of that month where it has no such day."""
    years, month = divmod(day.month - 1 + months, 12)
    year = day.year + years
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def day_in_words(day: date) -> str:
    """`30 September 2026`, as sentences say it."""
    return f"{day.day} {day:%B %Y}"
