"""Why a referral ends, in two levels: who or what ended it, then why; and the state in which it then is."""

from dataclasses import dataclass
from typing import Literal

from services.intake.domain.states import State

EndedBy = Literal["client", "therapist", "charity", "administrative"]
CloseReason = Literal[
    "no-longer-wanted", "found-other-help", "no-answer", "completed", "ended-early", "not-suitable", "signposted",
    "died", "duplicate", "entered-in-error", "moved-away",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Closing:
    """One permitted pair, as staff read it."""

    ended_by: EndedBy
    reason: CloseReason
    words: str


CLOSINGS: tuple[Closing, ...] = (
    Closing("client", "no-longer-wanted", "No longer wants help"),
    Closing("client", "found-other-help", "Found other help"),
    Closing("client", "no-answer", "Does not answer"),
    Closing("client", "moved-away", "Moved away"),
    Closing("client", "ended-early", "Ended therapy early"),
    Closing("therapist", "completed", "Therapy completed"),
    Closing("therapist", "ended-early", "Therapist ended therapy early"),
    Closing("charity", "not-suitable", "Not suitable for this service"),
    Closing("charity", "signposted", "Another service fits better"),
    Closing("administrative", "duplicate", "The same request was entered twice"),
    Closing("administrative", "entered-in-error", "Entered by mistake"),
    Closing("administrative", "died", "The client has died"),
)
_PAIRS = frozenset((closing.ended_by, closing.reason) for closing in CLOSINGS)
_ENDS_THERAPY = frozenset({"completed", "ended-early"})
_THERAPY: frozenset[State] = frozenset({"accepted", "in_therapy"})


def is_closing(ended_by: str, reason: str) -> bool:
    """Whether the two levels belong together."""
    return (ended_by, reason) in _PAIRS


def state_after(reason: CloseReason) -> State:
    """The closed state of a referral that ends for `reason`."""
    match reason:
        case "not-suitable":
            return "not_suitable"
        case "signposted":
            return "signposted"
        case "entered-in-error" | "duplicate":
            return "entered_in_error"
        case "completed":
            return "completed"
        case "ended-early":
            return "ended_early"
        case _:
            return "withdrawn"


def closings_for(state: State) -> tuple[Closing, ...]:
    """The pairs that make sense for a referral in `state`: only what began can be completed or ended early."""
    return tuple(closing for closing in CLOSINGS if state in _THERAPY or closing.reason not in _ENDS_THERAPY)
