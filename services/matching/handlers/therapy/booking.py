"""Books the sessions of a therapy, moves them, and notes how they went."""

from dataclasses import dataclass
from datetime import datetime
from typing import assert_never

from services.matching.domain.capacity import Refused
from services.matching.domain.cases import Match
from services.matching.domain.london import london_day
from services.matching.domain.sessions import (
    HELD,
    SESSION_MOVES,
    Result,
    Session,
    held,
    why_not_booked,
    why_not_recorded,
)
from services.matching.domain.transitions import ActorKind
from services.matching.handlers.awaiting import news_of_therapy
from services.matching.handlers.therapy.course import known, start
from services.matching.store import sessions
from shared.events.matching import SessionAttended, SessionBooked, SessionCancelled, SessionMissed
from shared.kernel.errors import Conflict, NotFound
from shared.kernel.ids import MatchId, SessionId
from shared.messaging.transaction import Transaction

OPEN = frozenset({"accepted", "in-therapy"})


@dataclass(frozen=True, slots=True)
class Done:
    """It was done."""

    session_id: SessionId


async def book(
    tx: Transaction, match_id: MatchId, starts_at: datetime, *, actor: ActorKind, moved: SessionId | None = None
) -> Done | Refused:
    """Book a session, in place of `moved` where one is named, or say why not; raises Conflict once all is over."""
    match = await known(tx, match_id)
    if match.state not in OPEN:
        raise Conflict(f"match-is-{match.state}", "No session can be booked: this is over.")
    present = await sessions.sessions_of(tx.db, match_id)
    refused = why_not_booked(present, starts_at, tx.now, planned=match.sessions_planned, moved=moved)
    if refused is not None:
        return refused
    if moved is not None:
        before = _of_match(present, moved)
        SESSION_MOVES.require(before.state, "rescheduled", actor)
        await sessions.set_session_state(tx.db, moved, "rescheduled", tx.now)
    session_id = SessionId(tx.new_id())
    await sessions.add_session(tx.db, Session(session_id, match_id, "booked", starts_at, moved, tx.now))
    tx.emit(
        SessionBooked(
            referral_id=match.referral_id,
            match_id=match_id,
            therapist_id=match.therapist_id,
            session_id=session_id,
            starts_at=starts_at,
            replaces=moved,
        )
    )
    if match.state == "in-therapy":
        await news_of_therapy(tx, match)
    return Done(session_id)


async def record(
    tx: Transaction, match_id: MatchId, session_id: SessionId, result: Result, *, actor: ActorKind
) -> Done | Refused:
    """Note how a session went, or say why that cannot be yet; the first that takes place begins the therapy."""
    match = await known(tx, match_id)
    session = _of_match(await sessions.sessions_of(tx.db, match_id), session_id)
    refused = why_not_recorded(session, result, tx.now)
    if refused is not None:
        return refused
    SESSION_MOVES.require(session.state, result, actor)
    if match.state not in OPEN:
        raise Conflict(f"match-is-{match.state}", "This is over; ask the charity to correct it.")
    await sessions.set_session_state(tx.db, session_id, result, tx.now)
    if result in HELD and match.state == "accepted":
        await start(tx, match_id, actor=actor)
    elif match.state == "in-therapy":
        await news_of_therapy(tx, match)
    await tell_result(tx, match, session, result)
    return Done(session_id)


async def tell_result(tx: Transaction, match: Match, session: Session, result: Result) -> None:
    """Tell the others how a session went; a later result of the same session takes the place of an earlier one."""
    ids = {
        "referral_id": match.referral_id,
        "match_id": match.match_id,
        "therapist_id": match.therapist_id,
        "session_id": session.session_id,
    }
    held_on = london_day(session.starts_at)
    match result:
        case "attended" | "attended-late":
            number = held(await sessions.sessions_of(tx.db, match.match_id))
            late = result == "attended-late"
            tx.emit(SessionAttended.model_validate({**ids, "held_on": held_on, "number": number, "late": late}))
        case "did-not-attend":
            tx.emit(SessionMissed.model_validate({**ids, "held_on": held_on}))
        case "cancelled-by-client" | "cancelled-by-therapist":
            tx.emit(SessionCancelled.model_validate({**ids, "by": result.removeprefix("cancelled-by-")}))
        case never:
            assert_never(never)


def _of_match(present: list[Session], session_id: SessionId) -> Session:
    found = next((session for session in present if session.session_id == session_id), None)
    if found is None:
        raise NotFound("session-unknown", "There is no such session.")
    return found
