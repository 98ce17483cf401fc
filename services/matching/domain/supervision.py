"""Specialist supervision: what is written into the log, what counts of it, and until when it covers a therapist."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal
from uuid import UUID

from services.matching.domain.credentials import Requirement, Wrong
from shared.kernel.ids import TherapistId

SupervisionState = Literal["to-sign", "signed", "refused"]
SHORTEST, LONGEST = 15, 600
OLDEST = timedelta(days=366)


@dataclass(frozen=True, slots=True)
class Supervisor:
    """Who supervises therapists: registered like them."""

    supervisor_id: UUID
    name: str
    email: str
    registration_number: str


@dataclass(frozen=True, slots=True)
class Supervision:
    """One meeting in the log; it counts once its supervisor has signed it."""

    supervision_id: UUID
    therapist_id: TherapistId
    supervisor_id: UUID
    held_on: date
    minutes: int
    state: SupervisionState
    entered_at: datetime
    answered_at: datetime | None = None


def wrong_entry(held_on: date, minutes: int, today: date) -> tuple[Wrong, ...]:
    """What keeps a meeting from being written into the log."""
    wrong: list[Wrong] = []
    if held_on > today:
        wrong.append(Wrong("held_on", "This day is in the future. Enter the meeting once it has been held."))
    elif held_on < today - OLDEST:
        wrong.append(Wrong("held_on", "This is more than a year ago, so it does not count any more."))
    if not SHORTEST <= minutes <= LONGEST:
        wrong.append(Wrong("minutes", f"Enter from {SHORTEST} to {LONGEST} minutes."))
    return tuple(wrong)


def signed_minutes(log: Iterable[Supervision]) -> dict[date, int]:
    """Signed minutes by month, given by its first day."""
    minutes: dict[date, int] = defaultdict(int)
    for entry in log:
        if entry.state == "signed":
            minutes[entry.held_on.replace(day=1)] += entry.minutes
    return dict(minutes)


def supervised_until(minutes: dict[date, int], requirement: Requirement) -> date | None:
    """The last day covered: a month with enough covers the next one too, and the days of grace for its signature.

    A month that was missed is made good by enough in a later one, as nobody can be supervised in the past. None where
    there was never enough in a month, so that nothing is known.
    """
    enough = [month for month, total in minutes.items() if total >= (requirement.minimum or 0)]
    if not enough:
        return None
    return _last_day(_first_of_next(max(enough))) + timedelta(days=requirement.grace_days)


def initials(name: str) -> str:
    """How a page without a sign-in calls somebody: `A. L.`."""
    return " ".join(f"{part[0].upper()}." for part in name.split() if part)


def _first_of_next(month: date) -> date:
    return (month + timedelta(days=32)).replace(day=1)


def _last_day(month: date) -> date:
    return _first_of_next(month) - timedelta(days=1)
