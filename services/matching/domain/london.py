"""Days as the charity counts them: from midnight to midnight in London, whatever the clocks do in spring and autumn."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

LONDON = ZoneInfo("Europe/London")


def london_day(now: datetime) -> date:
    """The day that it is in London at this moment."""
    return now.astimezone(LONDON).date()


def midnight_before(day: date) -> datetime:
    """The moment at which a day begins in London, in UTC."""
    return datetime.combine(day, time(), LONDON).astimezone(UTC)


def midnight_after(day: date) -> datetime:
    """The moment at which a day is over in London, in UTC."""
    return midnight_before(day + timedelta(days=1))
