"""What funding tells about how therapies go."""

from typing import ClassVar, Literal

from shared.events.event import Event, Seals
from shared.events.sealed import EvaluationLink, OutcomeProfile
from shared.kernel.ids import AdministrationId, MatchId, ReferralId, TherapistId


class OutcomeScored(Event):
    """A finished therapy was scored; how it went is for matching alone, which counts it, and never shows one case."""

    type: ClassVar = "funding.outcome-scored.v1"
    key: ClassVar = "referral_id"
    seals: ClassVar[Seals] = {"matching": OutcomeProfile}

    referral_id: ReferralId
    match_id: MatchId
    therapist_id: TherapistId


class EvaluationDue(Event):
    """A few questions wait for the client or the therapist; `reminder` counts from 0 for the first letter."""

    type: ClassVar = "funding.evaluation-due.v1"
    key: ClassVar = "referral_id"
    seals: ClassVar[Seals] = {"notifications": EvaluationLink}

    referral_id: ReferralId
    administration_id: AdministrationId
    respondent: Literal["client", "therapist"]
    therapist_id: TherapistId
    reminder: int


class RiskAnswered(Event):
    """An answer in an evaluation form says that somebody may be in danger; intake opens a safeguarding concern."""

    type: ClassVar = "funding.risk-answered.v1"
    key: ClassVar = "referral_id"

    referral_id: ReferralId
    administration_id: AdministrationId
