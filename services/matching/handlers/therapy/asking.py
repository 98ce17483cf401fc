"""What a therapist tells or asks in the course of a therapy: a concern, or more sessions than were planned."""

from services.matching.domain.sessions import used
from services.matching.handlers.therapy.course import known
from services.matching.store import episodes, sessions
from shared.events.matching import SessionConcernRaised
from shared.events.sealed import ConcernNote
from shared.kernel.errors import Conflict, NotFound
from shared.kernel.ids import MatchId, SessionId
from shared.messaging.transaction import Transaction

MOST_SESSIONS = 100


async def raise_concern(tx: Transaction, match_id: MatchId, words: str, session_id: SessionId | None = None) -> None:
    """Tell intake that somebody may be in danger; the words are sealed to it and kept nowhere else."""
    match = await known(tx, match_id)
    if session_id is not None:
        session = await sessions.session_by_id(tx.db, session_id)
        if session is None or session.match_id != match_id:
            raise NotFound("session-unknown", "There is no such session.")
    await episodes.note_step(tx.db, match_id, "concern", tx.now)
    tx.emit(
        SessionConcernRaised(
            referral_id=match.referral_id,
            match_id=match_id,
            therapist_id=match.therapist_id,
            session_id=session_id,
        ),
        seal={"intake": ConcernNote(words=words)},
    )


async def ask_for_more(tx: Transaction, match_id: MatchId, reason: str) -> None:
    """Ask the charity for more sessions than were planned; raises Conflict unless therapy runs."""
    match = await known(tx, match_id)
    if match.state != "in-therapy":
        raise Conflict(f"match-is-{match.state}", "More sessions can be asked for while a therapy is under way.")
    await episodes.want_more(tx.db, tx.keys, match, reason, tx.now)


async def plan_sessions(tx: Transaction, match_id: MatchId, planned: int) -> None:
    """Let staff decide how many sessions are planned; raises Conflict below those that are booked or used already."""
    match = await known(tx, match_id)
    if match.state not in ("accepted", "in-therapy"):
        raise Conflict(f"match-is-{match.state}", "This therapy is over.")
    taken = used(await sessions.sessions_of(tx.db, match_id))
    if planned < taken:
        raise Conflict("fewer-than-used", f"{taken} sessions are booked or used already, so it cannot be fewer.")
    await episodes.settle_more(tx.db, match_id, planned)
