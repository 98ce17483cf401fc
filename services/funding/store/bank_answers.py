"""Which answers of the bank were taken in, so that none is taken in twice."""

from datetime import datetime

from shared.db import Connection


async def was_taken(db: Connection, file_hash: str) -> bool:
    """Whether this very file was taken in before."""
    found: bool = await db.fetchval("SELECT EXISTS (SELECT 1 FROM bank_answer WHERE file_hash = $1)", file_hash)
    return found


async def note_taken(db: Connection, file_hash: str, lines: int, taken_by: str, now: datetime) -> None:
    """Remember a file by its hash."""
    await db.execute(
        "INSERT INTO bank_answer (file_hash, lines, taken_by, taken_at) VALUES ($1, $2, $3, $4)",
        file_hash,
        lines,
        taken_by,
        now,
    )
