"""What stops the search for a therapist for a client, and what has stopped it before."""

from datetime import datetime
from typing import Any
from uuid import UUID

from services.matching.domain.holds import Hold, HoldReason
from shared.db import Connection
from shared.kernel.ids import ReferralId

_COLUMNS = ("hold_id", "referral_id", "reason", "since", "look_at", "lifted_at")


async def add_hold(db: Connection, hold: Hold) -> None:
    """Stop the search; the same stop told twice is one."""
    await db.execute(
        """
        INSERT INTO hold (hold_id, referral_id, reason, since, look_at, lifted_at) VALUES ($1, $2, $3, $4, $5, $6)
        ON CONFLICT DO NOTHING
        """,
        *(getattr(hold, column) for column in _COLUMNS),
    )


async def lift_hold(db: Connection, hold_id: UUID, now: datetime) -> None:
    """Let the search go on, as far as this stop is concerned."""
    await db.execute("UPDATE hold SET lifted_at = $2 WHERE hold_id = $1 AND lifted_at IS NULL", hold_id, now)


async def lift_holds(db: Connection, referral_id: ReferralId, reason: HoldReason, now: datetime) -> None:
    """As `lift_hold`, for every stop of one kind."""
    await db.execute(
        "UPDATE hold SET lifted_at = $3 WHERE referral_id = $1 AND reason = $2 AND lifted_at IS NULL",
        referral_id,
        reason,
        now,
    )


async def holds_of(db: Connection, referral_id: ReferralId) -> list[Hold]:
    """Every stop of a referral, lifted or not, the oldest first."""
    rows = await db.fetch("SELECT * FROM hold WHERE referral_id = $1 ORDER BY since, hold_id", referral_id)
    found: list[Hold] = []
    for row in rows:
        values: dict[str, Any] = {column: row[column] for column in _COLUMNS}
        found.append(Hold(**values))
    return found
