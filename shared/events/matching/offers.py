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
from shared.kernel.money import Pence


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
    """The therapist takes the client; `session_fee` is theirs, which may be less than was proposed, never more.

    They should have reached the client by `contact_by`.
    """

    type: ClassVar = "matching.offer-accepted.v1"
    key: ClassVar = "referral_id"

    offer_id: OfferId
    match_id: MatchId
    referral_id: ReferralId
    therapist_id: TherapistId
    session_fee: Pence | None = None
    contact_by: datetime | None = None


class OfferDeclined(Event):
    """The therapist cannot take the client; the next one is looked for.

    With `still_open` others are being asked for the same match, which goes on; `after_acceptance` takes a yes back.
    """

    type: ClassVar = "matching.offer-declined.v1"
    key: ClassVar = "referral_id"

    offer_id: OfferId
    match_id: MatchId
    referral_id: ReferralId
    therapist_id: TherapistId
    reason: DeclineReason
    still_open: bool = False
    after_acceptance: bool = False


class OfferExpired(Event):
    """The therapist did not answer in time; the next one is looked for, unless others are `still_open`."""

    type: ClassVar = "matching.offer-expired.v1"
    key: ClassVar = "referral_id"

    offer_id: OfferId
    match_id: MatchId
    referral_id: ReferralId
    therapist_id: TherapistId
    still_open: bool = False


class OfferExtended(Event):
    """The therapist has more time to answer, or is asked to think again: `reply_by` is the new moment."""

    type: ClassVar = "matching.offer-extended.v1"
    key: ClassVar = "referral_id"

    offer_id: OfferId
    match_id: MatchId
    referral_id: ReferralId
    therapist_id: TherapistId
    reply_by: datetime


class OfferWithdrawn(Event):
    """The charity took an offer back before it was answered; with `still_open` the match goes on with others."""

    type: ClassVar = "matching.offer-withdrawn.v1"
    key: ClassVar = "referral_id"

    offer_id: OfferId
    match_id: MatchId
    referral_id: ReferralId
    therapist_id: TherapistId
    reason: MatchEnd
    still_open: bool = False
