"""What wakes notifications: everything that the other three services tell."""

from collections.abc import Sequence

from services.notifications.handlers.hearing import take_in
from shared.events import Event
from shared.events.funding import (
    EvaluationDue,
    FundReceived,
    FundThresholdCrossed,
    OutcomeScored,
    ReportPublished,
    RiskAnswered,
    SubsidyGranted,
    SubsidyNotNeeded,
    SubsidyReleased,
    SubsidyWaitlisted,
)
from shared.events.intake import (
    ConsentGiven,
    ConsentWithdrawn,
    MessageLeft,
    ReferralClosed,
    ReferralReceived,
    ReferralTriaged,
    SafeguardingConcernAcknowledged,
    SafeguardingConcernClosed,
    SafeguardingConcernEscalated,
    SafeguardingConcernRaised,
)
from shared.events.matching import (
    ContactMade,
    LetterRequested,
    MatchProposed,
    MatchWithdrawn,
    OfferAccepted,
    OfferDeclined,
    OfferExpired,
    OfferExtended,
    OfferReminded,
    OfferSent,
    OfferStalled,
    OfferWithdrawn,
    ReferralWaitlisted,
    SessionAttended,
    SessionBooked,
    SessionCancelled,
    SessionConcernRaised,
    SessionMissed,
    TherapistCapacityChanged,
    TherapistStandingChanged,
    TherapyEnded,
    TherapyStarted,
    TriageWanted,
)
from shared.messaging.subscriptions import subscribes
from shared.messaging.transaction import Transaction


@subscribes(
    ReferralReceived,
    ReferralTriaged,
    ReferralClosed,
    ConsentGiven,
    ConsentWithdrawn,
    MessageLeft,
    SafeguardingConcernRaised,
    SafeguardingConcernAcknowledged,
    SafeguardingConcernEscalated,
    SafeguardingConcernClosed,
    MatchProposed,
    MatchWithdrawn,
    ReferralWaitlisted,
    OfferSent,
    OfferReminded,
    OfferStalled,
    OfferAccepted,
    OfferDeclined,
    OfferExpired,
    OfferExtended,
    OfferWithdrawn,
    TriageWanted,
    ContactMade,
    SessionBooked,
    SessionAttended,
    SessionMissed,
    SessionCancelled,
    SessionConcernRaised,
    TherapyStarted,
    TherapyEnded,
    LetterRequested,
    TherapistStandingChanged,
    TherapistCapacityChanged,
    SubsidyNotNeeded,
    SubsidyGranted,
    SubsidyWaitlisted,
    SubsidyReleased,
    OutcomeScored,
    RiskAnswered,
    EvaluationDue,
    FundReceived,
    FundThresholdCrossed,
    ReportPublished,
    batched=True,
)
async def on_whatever_was_told(events: Sequence[Event], tx: Transaction) -> None:
    """Keep board and timelines, and put in line what people must be sent."""
    await take_in(events, tx)
