"""What matching tells the others."""

from datetime import datetime
from typing import ClassVar

from shared.events.codes import (
    DeclineReason,
    MatchEnd,
    TherapistStanding,
    TherapyOutcome,
    WaitReason,
)
from shared.events.event import Event, Seals
from shared.events.sealed import OfferLetter
from shared.kernel.ids import MatchId, OfferId, ReferralId, TherapistId
from shared.kernel.money import Pence


class MatchProposed(Event):
    """A therapist with a free place fits; funding and the therapist have yet to agree."""

    type: ClassVar = "matching.match-proposed.v1"
    key: ClassVar = "referral_id"

    match_id: MatchId
    referral_id: ReferralId
    therapist_id: TherapistId
    session_fee: Pence
    sessions_planned: int


class MatchWithdrawn(Event):
    """A proposed match will not go on; money kept for it is free again."""

    type: ClassVar = "matching.match-withdrawn.v1"
    key: ClassVar = "referral_id"

    match_id: MatchId
    referral_id: ReferralId
    reason: MatchEnd


class ReferralWaitlisted(Event):
    """Nobody can be offered now; the reason says what will wake it, and `next_look_at` when it is looked at anyway."""

    type: ClassVar = "matching.referral-waitlisted.v1"
    key: ClassVar = "referral_id"

    referral_id: ReferralId
    reason: WaitReason
    next_look_at: datetime


class OfferSent(Event):
    """A therapist is asked to take a client; they have until `reply_by`."""

    type: ClassVar = "matching.offer-sent.v1"
    key: ClassVar = "referral_id"
    seals: ClassVar[Seals] = {"notifications": OfferLetter}

    offer_id: OfferId
    match_id: MatchId
    referral_id: ReferralId
    therapist_id: TherapistId
    reply_by: datetime


class OfferReminded(Event):
    """A therapist who has not answered is asked once more; the link is a new one, `reply_by` stays."""

    type: ClassVar = "matching.offer-reminded.v1"
    key: ClassVar = "referral_id"
    seals: ClassVar[Seals] = {"notifications": OfferLetter}

    offer_id: OfferId
    match_id: MatchId
    referral_id: ReferralId
    therapist_id: TherapistId
    reply_by: datetime


class OfferAccepted(Event):
    """The therapist takes the client."""

    type: ClassVar = "matching.offer-accepted.v1"
    key: ClassVar = "referral_id"

    offer_id: OfferId
    match_id: MatchId
    referral_id: ReferralId
    therapist_id: TherapistId


class OfferDeclined(Event):
    """The therapist cannot take the client; the next one is looked for."""

    type: ClassVar = "matching.offer-declined.v1"
    key: ClassVar = "referral_id"

    offer_id: OfferId
    match_id: MatchId
    referral_id: ReferralId
    therapist_id: TherapistId
    reason: DeclineReason


class OfferExpired(Event):
    """The therapist did not answer in time; the next one is looked for."""

    type: ClassVar = "matching.offer-expired.v1"
    key: ClassVar = "referral_id"

    offer_id: OfferId
    match_id: MatchId
    referral_id: ReferralId
    therapist_id: TherapistId


class OfferWithdrawn(Event):
    """The charity took an offer back before it was answered."""

    type: ClassVar = "matching.offer-withdrawn.v1"
    key: ClassVar = "referral_id"

    offer_id: OfferId
    match_id: MatchId
    referral_id: ReferralId
    therapist_id: TherapistId
    reason: MatchEnd


class TherapyStarted(Event):
    """Client and therapist have met for the first time."""

    type: ClassVar = "matching.therapy-started.v1"
    key: ClassVar = "referral_id"

    referral_id: ReferralId
    match_id: MatchId
    therapist_id: TherapistId


class TherapyEnded(Event):
    """The therapy is over and the therapist's place is free again."""

    type: ClassVar = "matching.therapy-ended.v1"
    key: ClassVar = "referral_id"

    referral_id: ReferralId
    match_id: MatchId
    therapist_id: TherapistId
    outcome: TherapyOutcome


class TherapistStandingChanged(Event):
    """A therapist may, or may no longer, be offered clients."""

    type: ClassVar = "matching.therapist-standing-changed.v1"
    key: ClassVar = "therapist_id"

    therapist_id: TherapistId
    standing: TherapistStanding


class TherapistCapacityChanged(Event):
    """A therapist has more or fewer places than before."""

    type: ClassVar = "matching.therapist-capacity-changed.v1"
    key: ClassVar = "therapist_id"

    therapist_id: TherapistId
    maximum: int
    available: int
