"""The SQL of therapists' sessions, in every service that shows them pages."""

from dataclasses import dataclass
from datetime import datetime

from shared.db import Connection
from shared.kernel.ids import TherapistId
from shared.privacy import Keyring

COLUMN = "therapist_session.display_name"


@dataclass(frozen=True, slots=True)
class TherapistSession:
    """One sign-in of one therapist."""

    session_hash: str
    therapist_id: TherapistId
    display_name: str
    opened_at: datetime
    expires_at: datetime


async def add_session(db: Connection, keys: Keyring, session: TherapistSession) -> None:
    """Keep a session, and let go of this therapist's expired ones; keeping it twice does nothing."""
    await db.execute(
        "DELETE FROM therapist_session WHERE therapist_id = $1 AND expires_at <= $2",
        session.therapist_id,
        session.opened_at,
    )
    wrapped = keys.new_subject_key(session.session_hash)
    name = keys.subject_key(session.session_hash, wrapped).encrypt_text(COLUMN, session.display_name)
    await db.execute(
        """
        INSERT INTO therapist_session (session_hash, therapist_id, wrapped_key, display_name, opened_at, expires_at)
        VALUES ($1, $2, $3, $4, $5, $6)
            ON CONFLICT (session_hash) DO NOTHING
        """,
        session.session_hash,
        session.therapist_id,
        wrapped,
        name,
        session.opened_at,
        session.expires_at,
    )


async def open_session(db: Connection, keys: Keyring, session_hash: str, now: datetime) -> TherapistSession | None:
    """The session of this cookie, if it is open and has not expired."""
    row = await db.fetchrow(
        "SELECT * FROM therapist_session WHERE session_hash = $1 AND expires_at > $2", session_hash, now
    )
    if row is None:
        return None
    key = keys.subject_key(session_hash, row["wrapped_key"])
    name = key.decrypt_text(COLUMN, row["display_name"])
    return TherapistSession(session_hash, row["therapist_id"], name, row["opened_at"], row["expires_at"])


async def opened_at(db: Connection, therapist_id: TherapistId, now: datetime) -> list[tuple[str, datetime, datetime]]:
    """The open sessions of a therapist, newest first: hash, opening and end."""
    rows = await db.fetch(
        """
        SELECT session_hash, opened_at, expires_at FROM therapist_session
         WHERE therapist_id = $1 AND expires_at > $2
         ORDER BY opened_at DESC, session_hash
        """,
        therapist_id,
        now,
    )
    return [(row["session_hash"], row["opened_at"], row["expires_at"]) for row in rows]


async def remove_session(db: Connection, session_hash: str, therapist_id: TherapistId) -> bool:
    """Forget one session of this therapist; False if there was none."""
    removed = await db.fetchval(
        "DELETE FROM therapist_session WHERE session_hash = $1 AND therapist_id = $2 RETURNING true",
        session_hash,
        therapist_id,
    )
    return bool(removed)
