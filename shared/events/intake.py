"""What intake tells the others."""

from datetime import datetime
from typing import ClassVar

from shared.events.codes import (
    Channel,
    CloseReason,
    ConsentPurpose,
    DecidedBy,
    EndedBy,
    Priority,
    ReferralSource,
    TriageOutcome,
)
from shared.events.event import Event, Seals
from shared.events.sealed import CardProfile, MeansProfile, NeedProfile
from shared.kernel.ids import ConcernId, ReferralId


class ReferralReceived(Event):
    """Somebody asked for help."""

    type: ClassVar = "intake.referral-received.v1"
    key: ClassVar = "referral_id"
    seals: ClassVar[Seals] = {"notifications": CardProfile}

    referral_id: ReferralId
    channel: Channel
    source: ReferralSource
    received_at: datetime


class ReferralTriaged(Event):
    """It was decided what happens next with a referral; the profiles are sealed only when it is suitable."""

    type: ClassVar = "intake.referral-triaged.v1"
    key: ClassVar = "referral_id"
    seals: ClassVar[Seals] = {"matching": NeedProfile, "funding": MeansProfile}

    referral_id: ReferralId
    outcome: TriageOutcome
    priority: Priority
    decided_by: DecidedBy
    received_at: datetime


class ReferralClosed(Event):
    """A referral ended before or after therapy; everybody lets go of what they hold for it."""

    type: ClassVar = "intake.referral-closed.v1"
    key: ClassVar = "referral_id"

    referral_id: ReferralId
    ended_by: EndedBy
    reason: CloseReason


class ConsentGiven(Event):
    """The client agreed to one purpose, in the version of the words that they saw."""

    type: ClassVar = "intake.consent-given.v1"
    key: ClassVar = "referral_id"

    referral_id: ReferralId
    purpose: ConsentPurpose
    version: int


class ConsentWithdrawn(Event):
    """The client took back their agreement to one purpose; it acts at once."""

    type: ClassVar = "intake.consent-withdrawn.v1"
    key: ClassVar = "referral_id"

    referral_id: ReferralId
    purpose: ConsentPurpose


class MessageLeft(Event):
    """The client or the charity left a message in the anonymous thread."""

    type: ClassVar = "intake.message-left.v1"
    key: ClassVar = "referral_id"

    referral_id: ReferralId
    by_client: bool


class SafeguardingConcernRaised(Event):
    """Somebody may be in danger: staff must look before `act_by`."""

    type: ClassVar = "intake.safeguarding-concern-raised.v1"
    key: ClassVar = "referral_id"

    referral_id: ReferralId
    concern_id: ConcernId
    act_by: datetime


class SafeguardingConcernAcknowledged(Event):
    """A member of staff has taken the concern on."""

    type: ClassVar = "intake.safeguarding-concern-acknowledged.v1"
    key: ClassVar = "referral_id"

    referral_id: ReferralId
    concern_id: ConcernId


class SafeguardingConcernEscalated(Event):
    """Nobody acted on a concern in time."""

    type: ClassVar = "intake.safeguarding-concern-escalated.v1"
    key: ClassVar = "referral_id"

    referral_id: ReferralId
    concern_id: ConcernId
    level: int


class SafeguardingConcernClosed(Event):
    """A concern was dealt with, and a second person agreed."""

    type: ClassVar = "intake.safeguarding-concern-closed.v1"
    key: ClassVar = "referral_id"

    referral_id: ReferralId
    concern_id: ConcernId
