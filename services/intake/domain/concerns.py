"""A safeguarding concern: its states, its clock, and that it takes two people to close one."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

ConcernState = Literal["open", "acknowledged", "decided", "closing", "closed"]
Source = Literal["referral", "therapist", "evaluation"]
"""Where we learnt of it: the referral itself or whoever works with it here, a therapy, or an evaluation form."""
Disclosure = Literal["told", "not-told", "nothing-to-tell"]

DISCLOSURE_WORDS: dict[Disclosure, str] = {
    "told": "Passed on to the authorities",
    "not-told": "Not passed on, with reasons",
    "nothing-to-tell": "No person at risk after speaking with them",
}


@dataclass(frozen=True, slots=True)
class Level:
    """One step of the escalation: how long after the concern was raised it is reached, and who is told then."""

    number: int
    after: timedelta
    who: str


ESCALATION: tuple[Level, ...] = (
    Level(1, timedelta(hours=1), "everybody with the safeguarding role"),
    Level(2, timedelta(hours=2), "the safeguarding lead"),
    Level(3, timedelta(hours=4), "the trustee for safeguarding"),
)
ACT_WITHIN = ESCALATION[0].after
"""How soon somebody must take a new concern on."""
DECIDE_WITHIN = timedelta(hours=24)
"""How soon after taking it on the disclosure decision must be noted."""

_MOVES: frozenset[tuple[ConcernState, ConcernState]] = frozenset(
    {
        ("open", "acknowledged"),
        ("acknowledged", "decided"),
        ("decided", "closing"),
        ("closing", "closed"),
        ("closing", "decided"),
    }
)


def may_become(source: ConcernState, target: ConcernState) -> bool:
    """Whether a concern may go from `source` to `target`."""
    return (source, target) in _MOVES


def may_confirm_closing(proposed_by: str, confirmed_by: str) -> bool:
    """Closing takes two different people."""
    return bool(proposed_by) and bool(confirmed_by) and proposed_by != confirmed_by


def next_level(level: int, raised_at: datetime) -> tuple[int, datetime] | None:
    """The step after `level` and its moment; None at the top."""
    step = next((one for one in ESCALATION if one.number > level), None)
    return (step.number, raised_at + step.after) if step else None


def stops_matching(state: ConcernState) -> bool:
    """Whether no therapist may be looked for while a concern is in `state`: until the disclosure decision is noted."""
    return state in ("open", "acknowledged")
