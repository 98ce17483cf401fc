"""How people at funders sign in: the links sent to them, each used once, and their open sessions."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from services.funding.domain.funders import Contact
from services.funding.store.funder_contacts import contact_by_id
from shared.db import Connection
from shared.privacy import Keyring

KEPT_AFTER_END = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class FunderSession:
    """One sign-in of one person at a funder."""

    session_hash: str
    contact_id: UUID
    opened_at: datetime
    expires_at: datetime


async def add_link(
    db: Connection, token_hash: str, contact_id: UUID, browser_hash: str, now: datetime, expires_at: datetime
) -> None:
    """Keep the hash of a new link, and let go of this person's old ones."""
    await db.execute(
        "DELETE FROM funder_sign_in_link WHERE contact_id = $1 AND expires_at < $2", contact_id, now - KEPT_AFTER_END
    )
    await db.execute(
        """
        INSERT INTO funder_sign_in_link (token_hash, contact_id, browser_hash, made_at, expires_at)
        VALUES ($1, $2, $3, $4, $5)
        """,
        token_hash,
        contact_id,
        browser_hash,
        now,
        expires_at,
    )


async def owner_of_link(db: Connection, token_hash: str, browser_hash: str, now: datetime) -> UUID | None:
    """Whose link this is, if it is still good in this browser."""
    found: UUID | None = await db.fetchval(
        """
        SELECT contact_id FROM funder_sign_in_link
         WHERE token_hash = $1 AND browser_hash = $2 AND used_at IS NULL AND expires_at > $3
        """,
        token_hash,
        browser_hash,
        now,
    )
    return found


async def use_link(db: Connection, token_hash: str, browser_hash: str, now: datetime) -> bool:
    """Use a link up; True for exactly one of several who try at once."""
    used = await db.fetchval(
        """
        UPDATE funder_sign_in_link SET used_at = $3
         WHERE token_hash = $1 AND browser_hash = $2 AND used_at IS NULL AND expires_at > $3
        RETURNING true
        """,
        token_hash,
        browser_hash,
        now,
    )
    return bool(used)


async def add_session(db: Connection, session: FunderSession) -> None:
    """Keep a session, and let go of this person's expired ones."""
    await db.execute(
        "DELETE FROM funder_session WHERE contact_id = $1 AND expires_at <= $2", session.contact_id, session.opened_at
    )
    await db.execute(
        "INSERT INTO funder_session (session_hash, contact_id, opened_at, expires_at) VALUES ($1, $2, $3, $4)",
        session.session_hash,
        session.contact_id,
        session.opened_at,
        session.expires_at,
    )


async def signed_in_by(db: Connection, keys: Keyring, session_hash: str, now: datetime) -> Contact | None:
    """Who has signed in with this cookie, while the session is open and they are still a contact of their funder."""
    contact_id = await db.fetchval(
        "SELECT contact_id FROM funder_session WHERE session_hash = $1 AND expires_at > $2", session_hash, now
    )
    return await contact_by_id(db, keys, contact_id) if contact_id else None


async def remove_session(db: Connection, session_hash: str) -> None:
    """Forget a session."""
    await db.execute("DELETE FROM funder_session WHERE session_hash = $1", session_hash)
