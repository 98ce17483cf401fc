"""What a therapist answers to an offer; whoever is too late gets to know, kindly, what happened instead."""

from dataclasses import dataclass

from services.matching import store
from services.matching.domain.cases import Match, Offer
from services.matching.domain.declines import DECLINES, Consequence
from services.matching.domain.matches import MATCH_MOVES, OFFER_MOVES, UNANSWERED, OfferState
from services.matching.domain.vocabulary import DeclineReason
from services.matching.handlers.awaiting import expect
from services.matching.handlers.placing import find_therapist
from services.matching.handlers.releasing import cancel_offer_timers, end_match
from services.matching.handlers.therapists import move_standing
from shared.events.matching import OfferAccepted, OfferDeclined
from shared.kernel.errors import NotFound
from shared.kernel.ids import OfferId
from shared.messaging.transaction import Transaction


@dataclass(frozen=True, slots=True)
class Answered:
    """The answer counts."""


@dataclass(frozen=True, slots=True)
class TooLate:
    """The offer had already come to an end, and how."""

    state: OfferState


Answer = Answered | TooLate


async def acknowledge(tx: Transaction, offer_id: OfferId) -> Answer:
    """Note that a person, not a mail scanner, has seen the offer; once is enough."""
    offer, _ = await _offered(tx, offer_id)
    if offer.state == "acknowledged":
        return Answered()
    if offer.state not in UNANSWERED:
        return TooLate(offer.state)
    OFFER_MOVES.require(offer.state, "acknowledged", "therapist")
    await store.set_offer_state(tx.db, offer_id, "acknowledged", tx.now)
    return Answered()


async def accept(tx: Transaction, offer_id: OfferId) -> Answer:
    """Take the client. Only the first answer counts, from however many windows it is sent."""
    offer, match = await _offered(tx, offer_id)
    if offer.state not in UNANSWERED:
        return TooLate(offer.state)
    OFFER_MOVES.require(offer.state, "accepted", "therapist")
    MATCH_MOVES.require(match.state, "accepted", "therapist")
    await store.set_offer_state(tx.db, offer_id, "accepted", tx.now)
    await store.set_match_state(tx.db, match.match_id, "accepted", tx.now)
    cancel_offer_timers(tx, offer_id)
    expect(tx, match, "contact")
    tx.emit(
        OfferAccepted(
            offer_id=offer_id, match_id=match.match_id, referral_id=match.referral_id, therapist_id=match.therapist_id
        )
    )
    return Answered()


async def decline(tx: Transaction, offer_id: OfferId, reason: DeclineReason) -> Answer:
    """Pass the client on to the next therapist, with whatever the reason entails."""
    offer, match = await _offered(tx, offer_id)
    if offer.state not in UNANSWERED:
        return TooLate(offer.state)
    OFFER_MOVES.require(offer.state, "declined", "therapist")
    MATCH_MOVES.require(match.state, "declined", "therapist")
    consequence = DECLINES[reason].consequence
    await store.hold_places(tx.db)
    await store.set_offer_state(tx.db, offer_id, "declined", tx.now, reason=reason)
    await _act_on(tx, match, consequence, outcome=f"declined:{reason}")
    await end_match(tx, match, "declined", reason=reason)
    cancel_offer_timers(tx, offer_id)
    tx.emit(
        OfferDeclined(
            offer_id=offer_id,
            match_id=match.match_id,
            referral_id=match.referral_id,
            therapist_id=match.therapist_id,
            reason=reason,
        )
    )
    await find_therapist(tx, match.referral_id)
    return Answered()


async def _act_on(tx: Transaction, match: Match, consequence: Consequence, *, outcome: str) -> None:
    await store.note_asked(
        tx.db,
        match.referral_id,
        match.therapist_id,
        outcome=outcome,
        for_ever=consequence == "pair-never",
        now=tx.now,
    )
    if consequence == "therapist-pauses":
        therapist = await store.therapist_by_id(tx.db, tx.keys, match.therapist_id)
        if therapist is not None and therapist.standing == "active":
            await move_standing(tx, therapist, "paused", actor="therapist")


async def _offered(tx: Transaction, offer_id: OfferId) -> tuple[Offer, Match]:
    offer = await store.offer_by_id(tx.db, offer_id)
    match = await store.match_by_id(tx.db, offer.match_id) if offer else None
    if offer is None or match is None:
        raise NotFound("offer-unknown", "There is no such request.")
    return offer, match
