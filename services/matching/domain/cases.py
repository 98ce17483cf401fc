"""The things that matching keeps: a referral's case, a match, its offer, and a place on the waiting list."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from services.matching.domain.matches import MatchState, OfferState
from services.matching.domain.pairing import Need
from services.matching.domain.vocabulary import Meeting, Priority, WaitReason
from shared.kernel.ids import MatchId, OfferId, ReferralId, TherapistId
from shared.kernel.money import Pence

CaseState = Literal["open", "with-triage", "finished", "closed"]


@dataclass(frozen=True, slots=True)
class Case:
    """A referral as matching sees it; `finished` after its therapy, `closed` when everybody has let go of it.

    `with-triage` is one that intake is asked to look at once more; it comes back with a new triage or not at all.
    """

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
    """A therapist is asked about a match, at their own fee, and has until `reply_by`; a match may have several."""

    offer_id: OfferId
    match_id: MatchId
    therapist_id: TherapistId
    session_fee: Pence
    state: OfferState
    sent_at: datetime
    reply_by: datetime
    answered_at: datetime | None
    reason: str | None


@dataclass(frozen=True, slots=True)
class Parts:
    """Who pays how much of a fee."""

    charity: Pence
    client: Pence


def parts_of_fee(match: Match, fee: Pence) -> Parts:
    """Who pays how much of the fee of one of those who are asked; what a lower fee saves, the charity saves first."""
    charity, client = match.subsidy or Pence(0), match.contribution or Pence(0)
    saved = max(match.session_fee - fee, 0)
    from_charity = min(saved, charity)
    return Parts(Pence(charity - from_charity), Pence(max(client - (saved - from_charity), 0)))


@dataclass(frozen=True, slots=True)
class Waiting:
    """A place on the waiting list: for what, since when, and when it is looked at even if nothing happens."""

    referral_id: ReferralId
    reason: WaitReason
    since: datetime
    next_look_at: datetime
