"""The sessions of a therapy: their states, who may move them, when one may be booked, and what counts as used."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal, get_args

from services.matching.domain.capacity import Refused
from services.matching.domain.london import LONDON
from services.matching.domain.transitions import Moves, table
from shared.kernel.ids import MatchId, SessionId

SessionState = Literal[
    "booked", "attended", "attended-late", "did-not-attend", "cancelled-by-client", "cancelled-by-therapist",
    "rescheduled",
]  # fmt: skip
Result = Literal["attended", "attended-late", "did-not-attend", "cancelled-by-client", "cancelled-by-therapist"]
RESULTS: tuple[Result, ...] = get_args(Result)
HELD: frozenset[SessionState] = frozenset({"attended", "attended-late"})
AFTER_ITS_START: frozenset[SessionState] = HELD | {"did-not-attend"}
COUNTS: frozenset[SessionState] = AFTER_ITS_START | {"booked"}
"""What uses up one of the planned sessions; one that was cancelled or moved does not."""

LATEST_NOTE = timedelta(days=60)
FARTHEST_AHEAD = timedelta(days=366)

SESSION_MOVES: Moves[SessionState] = table(
    "session",
    (
        *(("booked", result, "therapist coordinator") for result in RESULTS),
        ("booked", "rescheduled", "therapist coordinator"),
        *((before, after, "coordinator") for before in RESULTS for after in RESULTS if before != after),
    ),
)
"""From one result to another only staff may go, as a correction with its reason."""


@dataclass(frozen=True, slots=True)
class Session:
    """One session of a match; `replaces` is the one that it was moved from."""

    session_id: SessionId
    match_id: MatchId
    state: SessionState
    starts_at: datetime
    replaces: SessionId | None
    booked_at: datetime
    recorded_at: datetime | None = None


def london_moment(day: date, clock: time) -> datetime | None:
    """The moment of a London clock, in UTC: None in the hour that spring leaves out, the first of the two in autumn."""
    local = datetime.combine(day, clock, LONDON)
    moment = local.astimezone(UTC)
    return moment if moment.astimezone(LONDON).replace(tzinfo=None) == local.replace(tzinfo=None) else None


def used(sessions: Sequence[Session]) -> int:
    """How many of the planned sessions are booked or used."""
    return sum(session.state in COUNTS for session in sessions)


def held(sessions: Sequence[Session]) -> int:
    """How many sessions have taken place."""
    return sum(session.state in HELD for session in sessions)


def without_result(sessions: Sequence[Session], now: datetime) -> list[Session]:
    """Booked sessions whose time has come: somebody must say how they went."""
    return [session for session in sessions if session.state == "booked" and session.starts_at <= now]


def why_not_booked(
    sessions: Sequence[Session], starts_at: datetime, now: datetime, *, planned: int, moved: SessionId | None = None
) -> Refused | None:
    """Why a session cannot be booked then, if it cannot; one that is `moved` makes room for itself."""
    others = [session for session in sessions if session.session_id != moved]
    if starts_at < now - LATEST_NOTE:
        return Refused("too-long-ago", f"Enter a day within the last {LATEST_NOTE.days} days, or ahead.")
    if starts_at > now + FARTHEST_AHEAD:
        return Refused("too-far-ahead", "Enter a day within the next twelve months.")
    if any(session.starts_at == starts_at and session.state in COUNTS for session in others):
        return Refused("booked-already", "There is a session at that time already.")
    if used(others) >= planned:
        return Refused(
            "all-planned-are-used",
            f"All {planned} planned sessions are booked or used. Ask the charity first if more are needed.",
        )
    return None


def why_not_recorded(session: Session, result: Result, now: datetime) -> Refused | None:
    """Why a result cannot be noted yet, if it cannot."""
    if result in AFTER_ITS_START and now < session.starts_at:
        return Refused("not-yet", "This session has not begun. You can say how it went once its time has come.")
    return None
