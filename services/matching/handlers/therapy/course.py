"""The beginning, the reviews and the end of a therapy, and staff's hand on a match before it."""

from services.matching import store
from services.matching.domain.cases import Match
from services.matching.domain.matches import BEFORE_THERAPY, MATCH_MOVES
from services.matching.domain.transitions import ActorKind
from services.matching.domain.vocabulary import TherapyOutcome
from services.matching.handlers.awaiting import news_of_therapy
from services.matching.handlers.dropping import drop_the_gone
from services.matching.handlers.placing import find_therapist
from services.matching.handlers.releasing import end_therapy, withdraw_match
from services.matching.store import episodes
from shared.events.matching import TherapyStarted
from shared.kernel.errors import Conflict, NotFound
from shared.kernel.ids import MatchId
from shared.messaging.transaction import Transaction


async def start(tx: Transaction, match_id: MatchId, *, actor: ActorKind) -> None:
    """Note that client and therapist have met; raises `Conflict` unless the match is accepted."""
    match = await known(tx, match_id)
    MATCH_MOVES.require(match.state, "in-therapy", actor)
    await store.set_match_state(tx.db, match_id, "in-therapy", tx.now)
    await episodes.note_step(tx.db, match_id, "started", tx.now)
    await news_of_therapy(tx, match)
    tx.emit(TherapyStarted(referral_id=match.referral_id, match_id=match_id, therapist_id=match.therapist_id))


async def review(tx: Transaction, match_id: MatchId) -> None:
    """Note that client and therapist have looked together at how it goes; raises `Conflict` unless therapy runs."""
    match = await known(tx, match_id)
    if match.state != "in-therapy":
        raise Conflict(f"match-is-{match.state}", "Only a therapy that is under way can be reviewed.")
    await episodes.note_step(tx.db, match_id, "reviewed", tx.now)
    await news_of_therapy(tx, match)


async def end(
    tx: Transaction, match_id: MatchId, outcome: TherapyOutcome, *, actor: ActorKind, report: str = ""
) -> None:
    """Note that the therapy is over, with a report that only coordinators read; raises `Conflict` unless it runs."""
    match = await known(tx, match_id)
    await end_therapy(tx, match, outcome, actor=actor)
    await episodes.note_step(tx.db, match_id, "ended", tx.now)
    if report:
        await episodes.keep_report(tx.db, tx.keys, match, report)


async def withdraw(tx: Transaction, match_id: MatchId) -> None:
    """Let staff take a match back; this therapist is not asked again in this episode, and the next one is."""
    match = await known(tx, match_id)
    await withdraw_match(tx, match, "by-staff", actor="coordinator")
    await store.take_back(tx.db, match.referral_id, ("accepted", "contact"))
    await store.note_asked(
        tx.db, match.referral_id, match.therapist_id, outcome="withdrawn-by-staff", for_ever=False, now=tx.now
    )
    await find_therapist(tx, match.referral_id)


async def replace_therapist(tx: Transaction, match_id: MatchId) -> None:
    """Pass a client on whose therapist is gone before they accepted; later states are for people to settle."""
    match = await store.match_by_id(tx.db, match_id)
    if match is not None and match.state in BEFORE_THERAPY - {"accepted"}:
        await drop_the_gone(tx, match)


async def known(tx: Transaction, match_id: MatchId) -> Match:
    """A match; raises NotFound where there is none."""
    match = await store.match_by_id(tx.db, match_id)
    if match is None:
        raise NotFound("match-unknown", "There is no such match.")
    return match
