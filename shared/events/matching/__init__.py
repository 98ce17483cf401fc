"""What matching tells the others."""

from shared.events.matching.offers import (
    OfferAccepted,
    OfferDeclined,
    OfferExpired,
    OfferExtended,
    OfferReminded,
    OfferSent,
    OfferStalled,
    OfferWithdrawn,
)
from shared.events.matching.placing import (
    MatchProposed,
    MatchRunFinished,
    MatchWithdrawn,
    ReferralWaitlisted,
    TriageWanted,
)
from shared.events.matching.register import (
    LetterRequested,
    TherapistCapacityChanged,
    TherapistSessionClosed,
    TherapistSessionOpened,
    TherapistStandingChanged,
)
from shared.events.matching.therapy import (
    ContactMade,
    SessionAttended,
    SessionBooked,
    SessionCancelled,
    SessionConcernRaised,
    SessionMissed,
    TherapyEnded,
    TherapyStarted,
)

__all__ = [
    "ContactMade",
    "LetterRequested",
    "MatchProposed",
    "MatchRunFinished",
    "MatchWithdrawn",
    "OfferAccepted",
    "OfferDeclined",
    "OfferExpired",
    "OfferExtended",
    "OfferReminded",
    "OfferSent",
    "OfferStalled",
    "OfferWithdrawn",
    "ReferralWaitlisted",
    "SessionAttended",
    "SessionBooked",
    "SessionCancelled",
    "SessionConcernRaised",
    "SessionMissed",
    "TherapistCapacityChanged",
    "TherapistSessionClosed",
    "TherapistSessionOpened",
    "TherapistStandingChanged",
    "TherapyEnded",
    "TherapyStarted",
    "TriageWanted",
]
