"""Lets go of the sessions still booked when a match ends, whichever way it ends."""

from services.matching.domain.cases import Match
from services.matching.domain.sessions import SessionState
from services.matching.store import sessions
from shared.events.codes import SessionCancelledBy
from shared.events.matching import SessionCancelled
from shared.messaging.transaction import Transaction

BY_CLIENT = frozenset({"referral-closed", "consent-withdrawn", "client-wish"})


async def unbook(tx: Transaction, match: Match, *, reason: str | None) -> None:
    """Cancel every booked session of a match that ends."""
    by: SessionCancelledBy = "client" if reason in BY_CLIENT else "therapist"
    for session in await sessions.sessions_of(tx.db, match.match_id):
        if session.state == "booked":
            state: SessionState = "cancelled-by-client" if by == "client" else "cancelled-by-therapist"
            await sessions.set_session_state(tx.db, session.session_id, state, tx.now)
            tx.emit(
                SessionCancelled(
                    referral_id=match.referral_id,
                    match_id=match.match_id,
                    therapist_id=match.therapist_id,
                    session_id=session.session_id,
                    by=by,
                )
            )
