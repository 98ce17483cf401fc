"""What staff put right about a session after its result was noted, with a reason that is kept."""

from services.matching.domain.capacity import Refused
from services.matching.domain.sessions import HELD, SESSION_MOVES, Result, why_not_recorded
from services.matching.handlers.therapy.booking import Done, tell_result
from services.matching.handlers.therapy.course import known, start
from services.matching.store import sessions
from shared.kernel.errors import NotFound
from shared.kernel.ids import MatchId, SessionId
from shared.messaging.transaction import Transaction


async def correct(
    tx: Transaction, match_id: MatchId, session_id: SessionId, result: Result, reason: str
) -> Done | Refused:
    """Put another result in place of the one noted, and tell it; raises Conflict for one that is not noted yet."""
    match = await known(tx, match_id)
    session = await sessions.session_by_id(tx.db, session_id)
    if session is None or session.match_id != match_id:
        raise NotFound("session-unknown", "There is no such session.")
    refused = why_not_recorded(session, result, tx.now)
    if refused is not None:
        return refused
    SESSION_MOVES.require(session.state, result, "coordinator")
    await sessions.note_correction(tx.db, tx.keys, match, (tx.new_id(), session, result), reason, (tx.actor, tx.now))
    await sessions.set_session_state(tx.db, session_id, result, tx.now)
    if result in HELD and match.state == "accepted":
        await start(tx, match_id, actor="coordinator")
    await tell_result(tx, match, session, result)
    return Done(session_id)
