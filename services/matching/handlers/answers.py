"""What is answered to an offer, by a therapist or by staff for one; whoever is too late gets to know, kindly, why."""

from dataclasses import dataclass
from datetime import timedelta

from services.matching import store
from services.matching.domain.cases import Match, Offer, parts_of_fee
from services.matching.domain.matches import MATCH_MOVES, OFFER_MOVES, UNANSWERED, OfferState
from services.matching.domain.policy import Policy
from services.matching.domain.portal import reach_of
from services.matching.domain.transitions import ActorKind
from services.matching.domain.vocabulary import CHILD_BANDS, DeclineReason
from services.matching.handlers.awaiting import expect
from services.matching.handlers.declining import let_decline_stand
from services.matching.handlers.offering import write_to_therapist
from services.matching.handlers.releasing import (
    DECLINE_STANDS,
    OFFER_REMINDER,
    OFFER_STALLS,
    cancel_offer_timers,
    take_offer_back,
)
from services.matching.handlers.waking import free_place
from shared.events.matching import OfferAccepted
from shared.kernel.errors import Conflict, NotFound
from shared.kernel.ids import OfferId, TherapistId
from shared.messaging.transaction import Transaction


@dataclass(frozen=True, slots=True)
class Answered:
    """The answer counts."""


@dataclass(frozen=True, slots=True)
class TooLate:
    """The offer had already come to an end, and how."""

    state: OfferState


Answer = Answered | TooLate


async def acknowledge(tx: Transaction, offer_id: OfferId, *, by: ActorKind = "therapist") -> Answer:
    """Note that a person, not a mail scanner, has seen the offer; once is enough. From now on it may stall."""
    offer, match = await offered(tx, offer_id)
    if offer.state == "acknowledged":
        return Answered()
    if offer.state not in UNANSWERED:
        return TooLate(offer.state)
    OFFER_MOVES.require(offer.state, "acknowledged", by)
    policy: Policy = tx.settings.policy
    await store.set_offer_state(tx.db, offer_id, "acknowledged", tx.now)
    tx.cancel(OFFER_REMINDER, str(offer_id))
    lock_key = str(match.referral_id)
    tx.schedule(OFFER_STALLS, str(offer_id), policy.stalls_at(tx.now, offer.reply_by), lock_key=lock_key)
    return Answered()


async def accept(tx: Transaction, offer_id: OfferId, *, by: ActorKind = "therapist") -> Answer:
    """Take the client. Only the first answer counts, from however many windows, of however many who were asked.

    Raises `Conflict` where the therapist has lost their good standing, or clearance for a child, since they were asked.
    """
    offer, match = await offered(tx, offer_id)
    if offer.state not in UNANSWERED:
        return TooLate(offer.state)
    OFFER_MOVES.require(offer.state, "accepted", by)
    MATCH_MOVES.require(match.state, "accepted", by)
    await _require_still_entitled(tx, match, offer.therapist_id)
    await store.set_offer_state(tx.db, offer_id, "accepted", tx.now)
    await _settle_with(tx, match, offer)
    await store.set_match_state(tx.db, match.match_id, "accepted", tx.now)
    cancel_offer_timers(tx, offer_id)
    contact_by = expect(tx, match, "contact")
    await store.reach(tx.db, match.referral_id, "accepted", tx.now)
    tx.emit(
        OfferAccepted(
            offer_id=offer_id,
            match_id=match.match_id,
            referral_id=match.referral_id,
            therapist_id=offer.therapist_id,
            session_fee=offer.session_fee,
            contact_by=contact_by,
        )
    )
    await _thank_the_others(tx, match, offer)
    return Answered()


async def decline(tx: Transaction, offer_id: OfferId, reason: DeclineReason, *, by: ActorKind = "therapist") -> Answer:
    """Pass the client on, with whatever the reason entails; some reasons staff may first want to talk about."""
    offer, match = await offered(tx, offer_id)
    if offer.state not in UNANSWERED:
        return TooLate(offer.state)
    policy: Policy = tx.settings.policy
    hours = policy.decline_confirmation_hours.get(reason, 0)
    if by != "therapist" or not hours:
        await let_decline_stand(tx, match, offer, reason, by=by)
        return Answered()
    OFFER_MOVES.require(offer.state, "declining", by)
    cancel_offer_timers(tx, offer_id)
    await store.set_offer_state(tx.db, offer_id, "declining", tx.now, reason=reason)
    await store.ask_for_attention(tx.db, match.match_id, "decline-to-confirm", tx.now)
    stands_at = tx.now + timedelta(hours=hours)
    tx.schedule(DECLINE_STANDS, str(offer_id), stands_at, lock_key=str(match.referral_id))
    return Answered()


async def offered(tx: Transaction, offer_id: OfferId) -> tuple[Offer, Match]:
    """An offer and its match; raises `NotFound`."""
    offer = await store.offer_by_id(tx.db, offer_id)
    match = await store.match_by_id(tx.db, offer.match_id) if offer else None
    if offer is None or match is None:
        raise NotFound("offer-unknown", "There is no such request.")
    return offer, match


async def _require_still_entitled(tx: Transaction, match: Match, therapist_id: TherapistId) -> None:
    await store.hold_places(tx.db)
    therapist = await store.therapist_by_id(tx.db, tx.keys, therapist_id)
    if therapist is None or reach_of(therapist.standing) != "everything":
        raise Conflict("not-in-good-standing", "While a therapist is not in good standing, they take no new clients.")
    case = await store.case_of(tx.db, tx.keys, match.referral_id)
    if case is not None and case.need.age_band in CHILD_BANDS and not therapist.entry.child_clearance:
        raise Conflict("not-cleared", "Somebody under 18 can be taken only with a clearance for children in date.")


async def _settle_with(tx: Transaction, match: Match, offer: Offer) -> None:
    """Make the match the one of whoever accepted; what a lower fee saves is saved by the charity first."""
    if match.therapist_id != offer.therapist_id:
        await store.give_match_to(tx.db, match.match_id, offer.therapist_id)
    if match.session_fee != offer.session_fee:
        parts = parts_of_fee(match, offer.session_fee)
        await store.set_fee(
            tx.db, match.match_id, fee=offer.session_fee, subsidy=parts.charity, contribution=parts.client
        )


async def _thank_the_others(tx: Transaction, match: Match, accepted: Offer) -> None:
    for other in await store.open_offers_beside(tx.db, accepted):
        await take_offer_back(tx, match, other, "superseded", actor="system", still_open=True)
        await free_place(tx, other.therapist_id)
        await write_to_therapist(tx, other, "offer-taken")
