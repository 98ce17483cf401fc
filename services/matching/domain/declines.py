"""What follows from the reason a therapist gives for declining: data, to be read and changed in one place."""

from dataclasses import dataclass
from typing import Literal

from services.matching.domain.vocabulary import DeclineReason

Consequence = Literal["pair-never", "therapist-pauses", "triage-again", "none"]


@dataclass(frozen=True, slots=True)
class Decline:
    """A reason as the therapist reads it, and what it does beside asking the next therapist."""

    words: str
    consequence: Consequence


DECLINES: dict[DeclineReason, Decline] = {
    "full": Decline("I have no free place at the moment", "therapist-pauses"),
    "away": Decline("I am away or unwell", "therapist-pauses"),
    "not-my-field": Decline("This is not my field", "pair-never"),
    "conflict-of-interest": Decline("There may be a conflict of interest", "pair-never"),
    "too-far": Decline("It is too far", "pair-never"),
    "fee": Decline("The fee does not work for me", "none"),
    "not-as-described": Decline("The need does not seem to be as described", "triage-again"),
    "other": Decline("Another reason", "none"),
}
"""Whoever declines is not asked again in the same episode; `pair-never` holds for later episodes too."""
