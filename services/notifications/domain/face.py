"""What changes on a card only because time passes: its age in words, and how near its deadline is."""

from datetime import datetime, timedelta
from typing import Literal

from services.notifications.domain.card import SOON, Card, Deadline

Nearness = Literal["later", "soon", "over"]

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
HOURS_UNTIL_DAYS = 48


def age_in_words(age: timedelta) -> str:
    """`under 1 h`, `5 h`, from 48 hours on `2 days`: coarse, so that a card does not flicker."""
    hours = max(age, timedelta(0)) // HOUR
    if hours < 1:
        return "under 1 h"
    return f"{hours} h" if hours < HOURS_UNTIL_DAYS else f"{hours // 24} days"


def nearness_of(deadline: Deadline, now: datetime) -> Nearness:
    """Whether a deadline is over, within four hours, or later."""
    if deadline.at <= now:
        return "over"
    return "soon" if deadline.at - now <= SOON else "later"


def changes_next(card: Card, now: datetime) -> datetime | None:
    """When this card will next look different though nothing happened; None for one that is closed and owes nothing."""
    if card.column == "closed" and card.deadline is None:
        return None
    age = max(now - card.since, timedelta(0))
    step = HOUR if age // HOUR < HOURS_UNTIL_DAYS else DAY
    moments = [card.since + (age // step + 1) * step]
    if card.deadline is not None:
        moments += [moment for moment in (card.deadline.at - SOON, card.deadline.at) if moment > now]
    return min(moments)
