"""Lets go of a match before or after its therapist has answered, and of everything that was kept for it."""

from services.matching import store
from services.matching.domain.cases import Match, Offer
from services.matching.domain.matches import HOLDS_A_PLACE, MATCH_MOVES, OFFER_MOVES, OPEN_OFFER, MatchState
from services.matching.domain.transitions import ActorKind
from services.matching.domain.vocabulary import MatchEnd, TherapyOutcome
from services.matching.handlers.awaiting import expect_nothing
from services.matching.handlers.unbooking import unbook
from services.matching.handlers.waking import free_place
from shared.events.matching import MatchWithdrawn, OfferWithdrawn, TherapyEnded
from shared.kernel.errors import Conflict
from shared.kernel.ids import OfferId
from shared.messaging.transaction import Transaction

AFTER_ACCEPTANCE: frozenset[MatchState] = frozenset({"accepted", "in-therapy"})
OFFER_EXPIRES = "offer-expires"
OFFER_REMINDER = "offer-reminder"
OFFER_STALLS = "offer-stalls"
DECLINE_STANDS = "decline-stands"


async def withdraw_match(tx: Transaction, match: Match, reason: MatchEnd, *, actor: ActorKind = "system") -> None:
    """End a match before therapy: every place is free, open offers are taken back, and one event says that it is over.

    That is the withdrawal of the match, or of the last of its offers; of the others it is told before that they end.
    """
    MATCH_MOVES.require(match.state, "withdrawn", actor)
    if match.state == "in-therapy":
        raise Conflict("match-is-in-therapy", "Therapy is under way, so this cannot be taken back.")
    await end_match(tx, match, "withdrawn", reason=reason)
    if match.state != "offered":
        tx.emit(MatchWithdrawn(match_id=match.match_id, referral_id=match.referral_id, reason=reason))
        return
    offers = [offer for offer in await store.offers_of_match(tx.db, match.match_id) if offer.state in OPEN_OFFER]
    last = next((offer for offer in offers if offer.therapist_id == match.therapist_id), None)
    if last is None:
        raise Conflict("offer-missing", "This match is offered, but its offer cannot be found.")
    for offer in offers:
        if offer.offer_id != last.offer_id:
            await take_offer_back(tx, match, offer, reason, actor=actor, still_open=True)
            await free_place(tx, offer.therapist_id)
    await take_offer_back(tx, match, last, reason, actor=actor, still_open=False)


async def take_offer_back(
    tx: Transaction, match: Match, offer: Offer, reason: MatchEnd, *, actor: ActorKind, still_open: bool
) -> None:
    """Write and tell that the charity takes one offer back; the caller sees to the place."""
    OFFER_MOVES.require(offer.state, "withdrawn", actor)
    await store.set_offer_state(tx.db, offer.offer_id, "withdrawn", tx.now, reason=reason)
    cancel_offer_timers(tx, offer.offer_id)
    tx.emit(
        OfferWithdrawn(
            offer_id=offer.offer_id,
            match_id=match.match_id,
            referral_id=match.referral_id,
            therapist_id=offer.therapist_id,
            reason=reason,
            still_open=still_open,
        )
    )


async def leave_to_others(tx: Transaction, match: Match, offer: Offer, others: list[Offer]) -> None:
    """Let a match go on without one of those who were asked: that place is free, the match belongs to another."""
    if match.therapist_id == offer.therapist_id:
        await store.give_match_to(tx.db, match.match_id, others[0].therapist_id)
    await free_place(tx, offer.therapist_id)


async def end_therapy(tx: Transaction, match: Match, outcome: TherapyOutcome, *, actor: ActorKind) -> None:
    """End a therapy: the case is finished and the place is free for the next client."""
    MATCH_MOVES.require(match.state, outcome, actor)
    await end_match(tx, match, outcome, reason=None)
    await store.set_case_state(tx.db, match.referral_id, "finished")
    tx.emit(
        TherapyEnded(
            referral_id=match.referral_id, match_id=match.match_id, therapist_id=match.therapist_id, outcome=outcome
        )
    )


async def end_match(tx: Transaction, match: Match, state: MatchState, *, reason: str | None) -> None:
    """Write the end of a match and free its place; the caller has asked the table of moves, and tells."""
    await store.set_match_state(tx.db, match.match_id, state, tx.now, reason=reason)
    await expect_nothing(tx, match)
    if match.state in AFTER_ACCEPTANCE:
        await unbook(tx, match, reason=reason)
    if match.state in HOLDS_A_PLACE:
        await free_place(tx, match.therapist_id)


def cancel_offer_timers(tx: Transaction, offer_id: OfferId) -> None:
    """Remind nobody of an offer that has been answered or taken back."""
    for kind in (OFFER_EXPIRES, OFFER_REMINDER, OFFER_STALLS, DECLINE_STANDS):
        tx.cancel(kind, str(offer_id))
