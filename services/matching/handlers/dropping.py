"""Takes one offer back without the answer of whom it was sent to; the client is passed on where it was the last."""

from services.matching import store
from services.matching.domain.cases import Match, Offer
from services.matching.domain.matches import OPEN_OFFER
from services.matching.domain.transitions import ActorKind
from services.matching.domain.vocabulary import MatchEnd
from services.matching.handlers.declining import settle_decline
from services.matching.handlers.placing import find_therapist
from services.matching.handlers.releasing import leave_to_others, take_offer_back, withdraw_match
from services.matching.handlers.therapists import GONE
from shared.kernel.ids import TherapistId
from shared.messaging.transaction import Transaction


async def drop_offer(tx: Transaction, match: Match, offer: Offer, reason: MatchEnd, *, actor: ActorKind) -> None:
    """Take one offer back: the match goes on with the others who were asked, or else with the next therapist."""
    others = await store.open_offers_beside(tx.db, offer)
    if others:
        await take_offer_back(tx, match, offer, reason, actor=actor, still_open=True)
        await leave_to_others(tx, match, offer, others)
        await settle_decline(tx, match)
        return
    await withdraw_match(tx, match, reason, actor=actor)
    await find_therapist(tx, match.referral_id)


async def drop_the_gone(tx: Transaction, match: Match) -> None:
    """Ask nobody any more who is gone; a match that nobody was asked about yet goes to the next therapist."""
    if match.state != "offered":
        if not await _is_gone(tx, match.therapist_id):
            return
        await withdraw_match(tx, match, "therapist-unavailable")
        await find_therapist(tx, match.referral_id)
        return
    for offer in await store.offers_of_match(tx.db, match.match_id):
        if offer.state in OPEN_OFFER and await _is_gone(tx, offer.therapist_id):
            present = await store.match_by_id(tx.db, match.match_id)
            if present is not None:
                await drop_offer(tx, present, offer, "therapist-unavailable", actor="system")


async def _is_gone(tx: Transaction, therapist_id: TherapistId) -> bool:
    therapist = await store.therapist_by_id(tx.db, tx.keys, therapist_id)
    return therapist is None or therapist.standing in GONE
