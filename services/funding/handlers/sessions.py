"""What matching tells about sessions becomes money: drawn while the award runs, given back where it is over."""

from typing import assert_never

from services.funding.domain.awards import OVER, Award
from services.funding.domain.drawing import HeardSession, changes
from services.funding.handlers.drawing import draw, take_back
from services.funding.handlers.posting import total
from services.funding.handlers.waking import wake_waiting
from services.funding.store import awards, courses, drawing
from services.funding.store import funds as fund_store
from shared.events.funding import SubsidyReleased
from shared.events.matching import SessionAttended, SessionCancelled, SessionMissed
from shared.messaging.transaction import Transaction


async def hear_session(event: SessionAttended | SessionMissed | SessionCancelled, tx: Transaction) -> None:
    """Keep the result in place of the one before, and let the money follow; a session that was not held counts nowhere.

    Where money is still awaited, the result waits with it.
    """
    match event:
        case SessionAttended():
            session = HeardSession(event.session_id, event.match_id, event.referral_id, "attended", event.held_on)
        case SessionMissed():
            session = HeardSession(event.session_id, event.match_id, event.referral_id, "missed", event.held_on)
        case SessionCancelled():
            session = HeardSession(event.session_id, event.match_id, event.referral_id, "cancelled", None)
        case never:
            assert_never(never)
    await drawing.save_session(tx.db, session, tx.now)
    if session.result != "attended":
        await courses.remove_session(tx.db, session.session_id)
    award = await awards.award_for_match(tx.db, session.match_id)
    if award is None:
        return
    if award.state in OVER:
        await _give_back(tx, award)
    else:
        await draw(tx, award)


async def _give_back(tx: Transaction, award: Award) -> None:
    """A session that was paid turns out not to be payable after the rest was released: its money follows the rest."""
    drawn = await drawing.drawn_by_session(tx.db, award.award_id)
    sessions = await drawing.sessions_of(tx.db, award.match_id)
    policies = await drawing.session_policies(tx.db)
    wanted = changes(sessions, drawn, policies, at_most=0, until=None).take_back
    if not wanted:
        return
    parts = [part for session_id in wanted for part in drawn[session_id][1]]
    freed = {part.fund_id for part in parts}
    await fund_store.lock_funds(tx.db, freed)
    for session_id in wanted:
        await take_back(tx, session_id, "refund", *drawn[session_id])
    tx.emit(
        SubsidyReleased(
            referral_id=award.referral_id, match_id=award.match_id, award_id=award.award_id, amount=total(parts)
        )
    )
    await wake_waiting(tx, freed)
