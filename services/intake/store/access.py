"""Who looked at whom, when and why; rows are only ever added."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.intake.store.vault import subject_of
from shared.db import Connection
from shared.privacy import Erased, Keyring


@dataclass(frozen=True, slots=True)
class Look:
    """One look; the reason is gone once the client is erased."""

    looked_at: datetime
    looked_by: str
    what: str
    reason: str


async def note_look(
    db: Connection,
    keys: Keyring,
    referral_id: UUID,
    access_id: UUID,
    *,
    now: datetime,
    actor: str,
    what: str,
    reason: str = "",
) -> None:
    """Add a row to the access log."""
    key = await subject_of(db, keys, referral_id)
    await db.execute(
        """
        INSERT INTO access_log (access_id, referral_id, looked_at, looked_by, what, reason)
        VALUES ($1, $2, $3, $4, $5, $6)
        """,
        access_id,
        referral_id,
        now,
        actor,
        what,
        key.encrypt_text("access_log.reason", reason) if reason else None,
    )


async def looks_at(db: Connection, keys: Keyring, referral_id: UUID) -> list[Look]:
    """Everybody who looked, the latest first."""
    rows = await db.fetch(
        """
        SELECT looked_at, looked_by, what, reason FROM access_log
         WHERE referral_id = $1 ORDER BY looked_at DESC, access_id DESC
        """,
        referral_id,
    )
    try:
        key = await subject_of(db, keys, referral_id)
    except Erased:
        key = None
    return [
        Look(
            row["looked_at"],
            row["looked_by"],
            row["what"],
            key.decrypt_text("access_log.reason", row["reason"]) if key and row["reason"] else "",
        )
        for row in rows
    ]
