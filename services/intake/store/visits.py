"""Visits of somebody who came back with a receipt."""

from datetime import datetime

from shared.db import Connection
from shared.kernel.ids import ReferralId


async def open_visit(db: Connection, visit_hash: str, referral_id: ReferralId, expires_at: datetime) -> None:
    """Let this visit see its referral until `expires_at`."""
    await db.execute(
        """
        INSERT INTO return_visit (visit_hash, referral_id, expires_at) VALUES ($1, $2, $3)
            ON CONFLICT (visit_hash) DO UPDATE SET referral_id = excluded.referral_id, expires_at = excluded.expires_at
        """,
        visit_hash,
        referral_id,
        expires_at,
    )


async def visited_referral(db: Connection, visit_hash: str, now: datetime) -> ReferralId | None:
    """The referral that this visit may see now."""
    found: ReferralId | None = await db.fetchval(
        "SELECT referral_id FROM return_visit WHERE visit_hash = $1 AND expires_at > $2", visit_hash, now
    )
    return found


async def close_visit(db: Connection, visit_hash: str) -> None:
    """End a visit."""
    await db.execute("DELETE FROM return_visit WHERE visit_hash = $1", visit_hash)
