"""Rows that were imported before, by the source's own row id."""

from datetime import datetime

from services.intake.store.api_keys import EarlierRequest
from shared.db import Connection
from shared.kernel.ids import ReferralId


async def imported_before(db: Connection, source: str, row_hash: bytes) -> EarlierRequest | None:
    """What the row of this source was when it was imported, if it was."""
    row = await db.fetchrow(
        "SELECT body_hash, referral_id FROM imported_row WHERE source = $1 AND row_hash = $2", source, row_hash
    )
    return EarlierRequest(**row) if row else None


async def remember_row(
    db: Connection, source: str, row_hash: bytes, body_hash: bytes, referral_id: ReferralId, now: datetime
) -> None:
    """Note a row, so that importing the file again changes nothing."""
    await db.execute(
        """
        INSERT INTO imported_row (source, row_hash, body_hash, referral_id, imported_at) VALUES ($1, $2, $3, $4, $5)
        """,
        source,
        row_hash,
        body_hash,
        referral_id,
        now,
    )
