"""What follows from a no: the next therapist, consequences by reason, a word from staff, or another triage."""

from services.matching import store
from services.matching.domain.cases import Match, Offer
from services.matching.domain.declines import DECLINES, Consequence
from services.matching.domain.matches import MATCH_MOVES, OFFER_MOVES
from services.matching.domain.policy import Policy
from services.matching.domain.transitions import ActorKind
from services.matching.domain.vocabulary import DeclineReason
from services.matching.handlers.offering import (
    ask_in_place,
    set_offer_timers,
    tell_extended,
    write_to_therapist,
)
from services.matching.handlers.placing import find_therapist
from services.matching.handlers.queueing import stop_waiting
from services.matching.handlers.releasing import DECLINE_STANDS, cancel_offer_timers, end_match, leave_to_others
from services.matching.handlers.therapists import move_standing
from shared.events.matching import OfferDeclined, TriageWanted
from shared.kernel.errors import Conflict, Retry
from shared.kernel.ids import OfferId
from shared.messaging.transaction import Transaction


async def let_decline_stand(
    tx: Transaction, match: Match, offer: Offer, reason: DeclineReason, *, by: ActorKind
) -> None:
    """Write a no, act on its reason, and ask the next therapist; beside others still asked, while there is time."""
    OFFER_MOVES.require(offer.state, "declined", by)
    await store.hold_places(tx.db)
    others = await store.open_offers_beside(tx.db, offer)
    if not others:
        MATCH_MOVES.require(match.state, "declined", by)
    consequence = DECLINES[reason].consequence
    await store.set_offer_state(tx.db, offer.offer_id, "declined", tx.now, reason=reason)
    await _act_on(tx, match, offer, consequence, outcome=f"declined:{reason}")
    if others:
        await leave_to_others(tx, match, offer, others)
    else:
        await end_match(tx, match, "declined", reason=reason)
    cancel_offer_timers(tx, offer.offer_id)
    tx.emit(_declined(match, offer, reason, still_open=bool(others)))
    if not others:
        await _go_on(tx, match, consequence)
    elif consequence != "triage-again":
        await ask_in_place(tx, match)


async def give_up(tx: Transaction, offer_id: OfferId, reason: DeclineReason, *, by: ActorKind) -> None:
    """Take back a yes before therapy has begun: staff see it, money is free, and the next therapist is asked.

    Raises `Conflict` where the offer is not an accepted one that still waits for its first session.
    """
    offer = await store.offer_by_id(tx.db, offer_id)
    match = await store.match_by_id(tx.db, offer.match_id) if offer else None
    if offer is None or match is None or offer.therapist_id != match.therapist_id:
        raise Conflict("offer-is-over", "This request has come to its end, so that cannot be done.")
    OFFER_MOVES.require(offer.state, "declined", by)
    MATCH_MOVES.require(match.state, "declined", by)
    consequence = DECLINES[reason].consequence
    await store.hold_places(tx.db)
    await store.set_offer_state(tx.db, offer_id, "declined", tx.now, reason=reason)
    await _act_on(tx, match, offer, consequence, outcome=f"given-up:{reason}")
    await end_match(tx, match, "declined", reason=reason)
    await store.ask_for_attention(tx.db, match.match_id, "given-up", tx.now)
    await store.take_back(tx.db, match.referral_id, ("accepted", "contact"))
    tx.emit(_declined(match, offer, reason, after_acceptance=True))
    await _go_on(tx, match, consequence)


async def confirm_decline(tx: Transaction, offer_id: OfferId, *, by: ActorKind) -> None:
    """Let a no that waited for a word from staff stand; by time alone where nobody said anything."""
    offer = await store.offer_by_id(tx.db, offer_id)
    match = await store.match_by_id(tx.db, offer.match_id) if offer else None
    if offer is None or match is None:
        raise Conflict("offer-is-over", "This request has come to its end, so that cannot be done.")
    if by == "system" and offer.state != "declining":
        return
    reason: DeclineReason = next((code for code in DECLINES if code == offer.reason), "other")
    await let_decline_stand(tx, match, offer, reason, by=by)
    await settle_decline(tx, match)


async def override_decline(tx: Transaction, offer_id: OfferId) -> None:
    """Ask a therapist who said no to think again, with a new letter and a new time to answer."""
    offer = await store.offer_by_id(tx.db, offer_id)
    match = await store.match_by_id(tx.db, offer.match_id) if offer else None
    if offer is None or match is None:
        raise Conflict("offer-is-over", "This request has come to its end, so that cannot be done.")
    OFFER_MOVES.require(offer.state, "sent", "coordinator")
    case = await store.case_of(tx.db, tx.keys, match.referral_id)
    if case is None:
        raise Retry("case-missing", "The need behind this match cannot be read.")
    policy: Policy = tx.settings.policy
    reply_by = policy.reply_by(case.priority, tx.now)
    await store.set_offer_state(tx.db, offer_id, "sent", tx.now)
    await store.set_reply_by(tx.db, offer_id, reply_by)
    tx.cancel(DECLINE_STANDS, str(offer_id))
    set_offer_timers(tx, policy, match, offer_id, reply_by)
    await write_to_therapist(tx, offer, "offer-extended")
    tell_extended(tx, match, offer, reply_by)
    await settle_decline(tx, match)


async def settle_decline(tx: Transaction, match: Match) -> None:
    """Show coordinators no decline to confirm once none of the match is left."""
    offers = await store.offers_of_match(tx.db, match.match_id)
    if not any(offer.state == "declining" for offer in offers):
        await store.settle_attention(tx.db, match.match_id, tx.now, "decline-to-confirm")


async def _go_on(tx: Transaction, match: Match, consequence: Consequence) -> None:
    if consequence != "triage-again":
        await find_therapist(tx, match.referral_id)
        return
    await store.set_case_state(tx.db, match.referral_id, "with-triage")
    await stop_waiting(tx, match.referral_id)
    tx.emit(TriageWanted(referral_id=match.referral_id, match_id=match.match_id))


async def _act_on(tx: Transaction, match: Match, offer: Offer, consequence: Consequence, *, outcome: str) -> None:
    for_ever = consequence == "pair-never"
    await store.note_asked(tx.db, match.referral_id, offer.therapist_id, outcome=outcome, for_ever=for_ever, now=tx.now)
    if consequence == "therapist-pauses":
        therapist = await store.therapist_by_id(tx.db, tx.keys, offer.therapist_id)
        if therapist is not None and therapist.standing == "active":
            await move_standing(tx, therapist, "paused", actor="therapist")


def _declined(
    match: Match, offer: Offer, reason: DeclineReason, *, still_open: bool = False, after_acceptance: bool = False
) -> OfferDeclined:
    return OfferDeclined(
        offer_id=offer.offer_id,
        match_id=match.match_id,
        referral_id=match.referral_id,
        therapist_id=offer.therapist_id,
        reason=reason,
        still_open=still_open,
        after_acceptance=after_acceptance,
    )
