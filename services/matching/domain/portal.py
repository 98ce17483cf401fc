"""Who may use the portal, and how far: those who have gone not at all, those who may not be asked only what runs."""

from datetime import date, timedelta
from typing import Literal

from services.matching.domain.standings import Standing

Reach = Literal["everything", "running-cases", "nothing"]

LINK_IS_GOOD = timedelta(minutes=15)
NUMBERS_HOLD = timedelta(days=30)
LONGEST_SIGN_IN = timedelta(hours=12)
"""As long as a member of staff stays signed in."""

_REACH: dict[Standing, Reach] = {
    "approved": "everything",
    "active": "everything",
    "paused": "everything",
    "lapsed": "running-cases",
    "suspended": "running-cases",
    "removed": "nothing",
    "left": "nothing",
}


def reach_of(standing: Standing) -> Reach:
    """What a therapist of this standing finds in the portal."""
    return _REACH[standing]


def is_old_number(said_on: date, today: date) -> bool:
    """Whether it is so long since a therapist said how many places they have that they should look again."""
    return today - said_on > NUMBERS_HOLD
