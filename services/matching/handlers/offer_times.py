"""What happens to an offer because time has passed: a reminder, a question, and its end."""

from services.matching import store
from services.matching.domain.cases import Match, Offer
from services.matching.domain.matches import MATCH_MOVES, OFFER_MOVES, UNANSWERED
from services.matching.handlers.offering import new_letter, write_to_therapist
from services.matching.handlers.placing import find_therapist
from services.matching.handlers.releasing import cancel_offer_timers, end_match, leave_to_others
from shared.events.matching import OfferExpired, OfferReminded, OfferStalled
from shared.kernel.ids import OfferId
from shared.messaging.transaction import Transaction


async def expire_offer(tx: Transaction, offer_id: OfferId) -> None:
    """Pass a client on whose offer nobody answered; one that was answered in the meantime is left alone."""
    found = await _unanswered(tx, offer_id)
    if found is None:
        return
    offer, match = found
    OFFER_MOVES.require(offer.state, "expired", "system")
    await store.hold_places(tx.db)
    others = await store.open_offers_beside(tx.db, offer)
    await store.set_offer_state(tx.db, offer_id, "expired", tx.now)
    await store.note_asked(tx.db, match.referral_id, offer.therapist_id, outcome="expired", for_ever=False, now=tx.now)
    if others:
        await leave_to_others(tx, match, offer, others)
    else:
        MATCH_MOVES.require(match.state, "expired", "system")
        await end_match(tx, match, "expired", reason=None)
    cancel_offer_timers(tx, offer_id)
    tx.emit(
        OfferExpired(
            offer_id=offer_id,
            match_id=match.match_id,
            referral_id=match.referral_id,
            therapist_id=offer.therapist_id,
            still_open=bool(others),
        )
    )
    if not others:
        await find_therapist(tx, match.referral_id)


async def remind_of_offer(tx: Transaction, offer_id: OfferId) -> None:
    """Ask a therapist once more, with a link of its own beside the first."""
    found = await _unanswered(tx, offer_id)
    if found is None:
        return
    offer, match = found
    letter = await new_letter(tx, offer_id, offer.therapist_id)
    tx.emit(
        OfferReminded(
            offer_id=offer_id,
            match_id=match.match_id,
            referral_id=match.referral_id,
            therapist_id=offer.therapist_id,
            reply_by=offer.reply_by,
        ),
        seal={"notifications": letter},
    )


async def ask_how_far(tx: Transaction, offer_id: OfferId) -> None:
    """Ask a therapist who is thinking about an offer, once, whether they have come to an answer."""
    found = await _unanswered(tx, offer_id)
    if found is None or found[0].state != "acknowledged":
        return
    offer, match = found
    await write_to_therapist(tx, offer, "offer-stalled")
    tx.emit(
        OfferStalled(
            offer_id=offer_id,
            match_id=match.match_id,
            referral_id=match.referral_id,
            therapist_id=offer.therapist_id,
            reply_by=offer.reply_by,
        )
    )


async def _unanswered(tx: Transaction, offer_id: OfferId) -> tuple[Offer, Match] | None:
    offer = await store.offer_by_id(tx.db, offer_id)
    match = await store.match_by_id(tx.db, offer.match_id) if offer else None
    return (offer, match) if offer is not None and match is not None and offer.state in UNANSWERED else None
