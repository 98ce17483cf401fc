"""What happens to an offer because time has passed: a reminder, and its end."""

from services.matching import store
from services.matching.domain.matches import MATCH_MOVES, OFFER_MOVES, UNANSWERED
from services.matching.handlers.funding import new_letter
from services.matching.handlers.placing import find_therapist
from services.matching.handlers.releasing import cancel_offer_timers, end_match
from shared.events.matching import OfferExpired, OfferReminded
from shared.kernel.ids import OfferId
from shared.messaging.transaction import Transaction


async def expire_offer(tx: Transaction, offer_id: OfferId) -> None:
    """Pass a client on whose offer nobody answered; one that was answered in the meantime is left alone."""
    offer = await store.offer_by_id(tx.db, offer_id)
    if offer is None or offer.state not in UNANSWERED:
        return
    match = await store.match_by_id(tx.db, offer.match_id)
    if match is None:
        return
    OFFER_MOVES.require(offer.state, "expired", "system")
    MATCH_MOVES.require(match.state, "expired", "system")
    await store.hold_places(tx.db)
    await store.set_offer_state(tx.db, offer_id, "expired", tx.now)
    await store.note_asked(tx.db, match.referral_id, match.therapist_id, outcome="expired", for_ever=False, now=tx.now)
    await end_match(tx, match, "expired", reason=None)
    cancel_offer_timers(tx, offer_id)
    tx.emit(
        OfferExpired(
            offer_id=offer_id, match_id=match.match_id, referral_id=match.referral_id, therapist_id=match.therapist_id
        )
    )
    await find_therapist(tx, match.referral_id)


async def remind_of_offer(tx: Transaction, offer_id: OfferId) -> None:
    """Ask a therapist once more, with a link of its own beside the first."""
    offer = await store.offer_by_id(tx.db, offer_id)
    match = await store.match_by_id(tx.db, offer.match_id) if offer else None
    if offer is None or match is None or offer.state not in UNANSWERED:
        return
    letter = await new_letter(tx, offer_id, match.therapist_id)
    tx.emit(
        OfferReminded(
            offer_id=offer_id,
            match_id=match.match_id,
            referral_id=match.referral_id,
            therapist_id=match.therapist_id,
            reply_by=offer.reply_by,
        ),
        seal={"notifications": letter},
    )
