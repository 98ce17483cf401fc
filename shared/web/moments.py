"""Times as people in the United Kingdom read them."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from markupsafe import Markup

LONDON = ZoneInfo("Europe/London")


def moment(when: datetime) -> Markup:
    """`22 November 2026, 10:42` in London, in a `<time>` element with the exact moment."""
    local = when.astimezone(LONDON)
    return Markup('<time datetime="{}">{} {:%B %Y, %H:%M}</time>').format(when.isoformat(), local.day, local)


def day(when: date) -> Markup:
    """`22 November 2026`, in a `<time>` element."""
    local = when.astimezone(LONDON).date() if isinstance(when, datetime) else when
    return Markup('<time datetime="{}">{} {:%B %Y}</time>').format(local.isoformat(), local.day, local)


def duration(length: timedelta) -> str:
    """The length in its largest whole unit: `3 days`, `1 hour`, `under a minute`."""
    minutes = int(abs(length).total_seconds() // 60)
    for size, name in ((1440, "day"), (60, "hour"), (1, "minute")):
        if minutes >= size:
            count = minutes // size
            return f"{count} {name}" if count == 1 else f"{count} {name}s"
    return "under a minute"
