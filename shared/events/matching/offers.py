"""What matching tells about asking therapists."""

from datetime import datetime
from typing import ClassVar

from shared.events.codes import (
    DeclineReason,
    MatchEnd,
)
from shared.events.event import Event, Seals
from shared.events.sealed import OfferLetter
from shared.kernel.ids import MatchId, OfferId, ReferralId, TherapistId


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


class OfferStalled(Event):
    """A therapist said that they are thinking about it and has been silent since; nothing else has changed."""

    type: ClassVar = "matching.offer-stalled.v1"
    key: ClassVar = "referral_id"

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
