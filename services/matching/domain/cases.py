"""The things that matching keeps: a referral's case, a match, its offer, and a place on the waiting list."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from services.matching.domain.matches import MatchState, OfferState
from services.matching.domain.pairing import Need
from services.matching.domain.vocabulary import Meeting, Priority, WaitReason
from shared.kernel.ids import MatchId, OfferId, ReferralId, TherapistId
from shared.kernel.money import Pence

CaseState = Literal["open", "finished", "closed"]


@dataclass(frozen=True, slots=True)
class Case:
    """A referral as matching sees it; `finished` after its therapy, `closed` when everybody has let go of it."""

    referral_id: ReferralId
    state: CaseState
    priority: Priority
    received_at: datetime
    sharing_agreed: bool
    need: Need


@dataclass(frozen=True, slots=True)
class Match:
    """A client and a therapist brought together; amounts are pence a session, known once funding has answered."""

    match_id: MatchId
    referral_id: ReferralId
    therapist_id: TherapistId
    state: MatchState
    setting: Meeting
    session_fee: Pence
    sessions_planned: int
    subsidy: Pence | None
    contribution: Pence | None
    proposed_at: datetime
    changed_at: datetime
    end_reason: str | None


@dataclass(frozen=True, slots=True)
class Offer:
    """A therapist is asked about a match, and has until `reply_by`."""

    offer_id: OfferId
    match_id: MatchId
    state: OfferState
    sent_at: datetime
    reply_by: datetime
    answered_at: datetime | None
    reason: str | None


@dataclass(frozen=True, slots=True)
class Waiting:
    """A place on the waiting list: for what, since when, and when it is looked at even if nothing happens."""

    referral_id: ReferralId
    reason: WaitReason
    since: datetime
    next_look_at: datetime
