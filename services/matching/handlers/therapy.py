"""The course of a match after it was accepted, and staff's hand on one before."""

from services.matching import store
from services.matching.domain.cases import Match
from services.matching.domain.matches import BEFORE_THERAPY, MATCH_MOVES
from services.matching.domain.transitions import ActorKind
from services.matching.domain.vocabulary import TherapyOutcome
from services.matching.handlers.awaiting import news_of_therapy
from services.matching.handlers.placing import find_therapist
from services.matching.handlers.releasing import end_therapy, withdraw_match
from shared.events.matching import TherapyStarted
from shared.kernel.errors import NotFound
from shared.kernel.ids import MatchId
from shared.messaging.transaction import Transaction


async def start(tx: Transaction, match_id: MatchId, *, actor: ActorKind) -> None:
    """Note that client and therapist have met; raises `Conflict` unless the match is accepted."""
    match = await _known(tx, match_id)
    MATCH_MOVES.require(match.state, "in-therapy", actor)
    await store.set_match_state(tx.db, match_id, "in-therapy", tx.now)
    await news_of_therapy(tx, match)
    tx.emit(TherapyStarted(referral_id=match.referral_id, match_id=match_id, therapist_id=match.therapist_id))


async def end(tx: Transaction, match_id: MatchId, outcome: TherapyOutcome, *, actor: ActorKind) -> None:
    """Note that the therapy is over; raises `Conflict` unless it runs."""
    await end_therapy(tx, await _known(tx, match_id), outcome, actor=actor)


async def withdraw(tx: Transaction, match_id: MatchId) -> None:
    """Let staff take a match back; this therapist is not asked again in this episode, and the next one is."""
    match = await _known(tx, match_id)
    await withdraw_match(tx, match, "by-staff", actor="coordinator")
    await store.note_asked(
        tx.db, match.referral_id, match.therapist_id, outcome="withdrawn-by-staff", for_ever=False, now=tx.now
    )
    await find_therapist(tx, match.referral_id)


async def replace_therapist(tx: Transaction, match_id: MatchId) -> None:
    """Pass a client on whose therapist is gone before they accepted; later states are for people to settle."""
    match = await store.match_by_id(tx.db, match_id)
    if match is not None and match.state in BEFORE_THERAPY - {"accepted"}:
        await withdraw_match(tx, match, "therapist-unavailable")
        await find_therapist(tx, match.referral_id)


async def _known(tx: Transaction, match_id: MatchId) -> Match:
    match = await store.match_by_id(tx.db, match_id)
    if match is None:
        raise NotFound("match-unknown", "There is no such match.")
    return match
