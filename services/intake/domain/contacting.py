"""How a client may be reached: only as they said, and not at all where they said nothing."""

from dataclasses import dataclass
from typing import Literal

from services.intake.domain.answers import Contact
from services.intake.domain.codes import Purpose
from services.intake.domain.states import CLOSED, State

Medium = Literal["email", "phone", "text"]
Refusal = Literal["no-channel", "not-this-medium", "consent-missing", "closed", "erased", "unknown"]

AFTER_THERAPY: frozenset[State] = frozenset({"completed", "ended_early"})
NotForTherapist = Literal["not-yet", "consent-missing", "closed"]


@dataclass(frozen=True, slots=True)
class Reach:
    """The client may be reached here."""

    medium: Medium
    address: str


@dataclass(frozen=True, slots=True)
class DoNotContact:
    """The client must not be contacted, and why."""

    refusal: Refusal


def reach(
    contact: Contact,
    medium: Medium,
    *,
    state: State,
    consents: frozenset[Purpose],
    agreement: Purpose = "referral",
) -> Reach | DoNotContact:
    """Where the client may be reached by `medium`, or why they must not be.

    What needs an `agreement` of its own needs that too; an evaluation still reaches somebody whose therapy is over.
    """
    if state in CLOSED and not (agreement == "evaluation" and state in AFTER_THERAPY):
        return DoNotContact("closed")
    if not {"referral", agreement} <= consents:
        return DoNotContact("consent-missing")
    if contact.channel == "none":
        return DoNotContact("no-channel")
    if contact.channel != medium:
        return DoNotContact("not-this-medium")
    address = contact.email if medium == "email" else contact.phone
    return Reach(medium, address) if address else DoNotContact("no-channel")


def why_not_for_therapist(
    state: State, consents: frozenset[Purpose], *, offered: bool, accepted: bool
) -> NotForTherapist | None:
    """Why a therapist may not see the contact; `offered` to them last, and `accepted` as far as we have heard."""
    if state in CLOSED:
        return "closed"
    if "sharing" not in consents:
        return "consent-missing"
    return None if offered and accepted else "not-yet"
