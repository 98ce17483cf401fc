"""Letters that could not be delivered."""

from datetime import datetime, timedelta
from uuid import UUID

from shared.db import Connection, Record
from shared.kernel.ids import LetterId


async def note_unreached(db: Connection, letter_id: LetterId, subject_id: UUID, kind: str, now: datetime) -> None:
    """Keep that a letter about a therapist or an application did not arrive."""
    await db.execute(
        "INSERT INTO unreached (letter_id, subject_id, kind, since) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING",
        letter_id,
        subject_id,
        kind,
        now,
    )


async def unreached_since(db: Connection, subject_id: UUID, now: datetime, *, within: timedelta) -> list[Record]:
    """The letters to one subject that did not arrive lately, the latest first."""
    rows: list[Record] = await db.fetch(
        "SELECT kind, since FROM unreached WHERE subject_id = $1 AND since > $2 ORDER BY since DESC LIMIT 5",
        subject_id,
        now - within,
    )
    return rows
