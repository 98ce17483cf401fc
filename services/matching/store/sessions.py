"""The sessions of therapies, and what staff corrected about them."""

from datetime import datetime
from typing import Any
from uuid import UUID

from services.matching.domain.cases import Match
from services.matching.domain.sessions import Session, SessionState
from services.matching.store.subject_keys import key_for, keys_of
from shared.db import Connection, Record
from shared.kernel.ids import MatchId, SessionId
from shared.privacy import Keyring

_COLUMNS = ("session_id", "match_id", "state", "starts_at", "replaces", "booked_at", "recorded_at")


async def add_session(db: Connection, session: Session) -> None:
    """Keep a new session; call it under the referral's lock."""
    await db.execute(
        """
        INSERT INTO therapy_session (session_id, match_id, state, starts_at, replaces, booked_at, recorded_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7)
        """,
        *(getattr(session, column) for column in _COLUMNS),
    )


async def sessions_of(db: Connection, match_id: MatchId) -> list[Session]:
    """All sessions of a match by their time, moved and cancelled ones too."""
    rows = await db.fetch("SELECT * FROM therapy_session WHERE match_id = $1 ORDER BY starts_at, session_id", match_id)
    return [_session(row) for row in rows]


async def session_by_id(db: Connection, session_id: SessionId) -> Session | None:
    """One session."""
    row = await db.fetchrow("SELECT * FROM therapy_session WHERE session_id = $1", session_id)
    return _session(row) if row else None


async def set_session_state(db: Connection, session_id: SessionId, state: SessionState, now: datetime) -> None:
    """Move a session; the caller has asked the table of moves."""
    await db.execute(
        "UPDATE therapy_session SET state = $2, recorded_at = $3 WHERE session_id = $1", session_id, state, now
    )


async def note_correction(
    db: Connection,
    keys: Keyring,
    match: Match,
    correction: tuple[UUID, Session, SessionState],
    reason: str,
    by: tuple[str, datetime],
) -> None:
    """Keep what staff changed about a session, why, who and when; rows are only ever added."""
    correction_id, session, after = correction
    key = await key_for(db, keys, match.referral_id)
    await db.execute(
        """
        INSERT INTO session_correction (correction_id, session_id, before, after, reason, corrected_by, corrected_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7)
        """,
        correction_id,
        session.session_id,
        session.state,
        after,
        key.encrypt_text("session_correction.reason", reason),
        *by,
    )


async def corrections_of(db: Connection, keys: Keyring, match: Match) -> list[dict[str, Any]]:
    """What staff corrected about a match's sessions, oldest first; reasons are gone once the client is erased."""
    rows = await db.fetch(
        """
        SELECT c.*, s.starts_at FROM session_correction AS c JOIN therapy_session AS s USING (session_id)
         WHERE s.match_id = $1 ORDER BY c.corrected_at, c.correction_id
        """,
        match.match_id,
    )
    key = (await keys_of(db, keys, [match.referral_id])).get(match.referral_id)
    return [
        {**row, "reason": key.decrypt_text("session_correction.reason", row["reason"]) if key else ""} for row in rows
    ]


def _session(row: Record) -> Session:
    values: dict[str, Any] = {column: row[column] for column in _COLUMNS}
    return Session(**values)
