"""The statements of a stage that handles one event in one transaction."""

from datetime import UTC, datetime
from uuid import UUID

import asyncpg

from deploy.bench.work import Tally, body_of
from shared.kernel.ids import uuid7

TAKE_IN = "INSERT INTO inbox (event_id) VALUES ($1) ON CONFLICT DO NOTHING"
READ = "SELECT count, last, checksum FROM tally WHERE subject = $1 FOR UPDATE"
WRITE = """
    INSERT INTO tally (subject, count, last, checksum) VALUES ($1, $2, $3, $4)
    ON CONFLICT (subject) DO UPDATE SET count = excluded.count, last = excluded.last, checksum = excluded.checksum
"""
TELL = "INSERT INTO outbox (event_id, body) VALUES ($1, $2)"


async def handle_one(pool: "asyncpg.Pool[asyncpg.Record]", event_id: UUID, subject: str, number: int) -> None:
    """Take one event in, once: its inbox row, its effect and the event that follows, in one transaction."""
    async with pool.acquire() as db, db.transaction():
        if await db.execute(TAKE_IN, event_id) == "INSERT 0 0":
            return
        row = await db.fetchrow(READ, subject)
        tally = (Tally(*row) if row else Tally()).after(number)
        await db.execute(WRITE, subject, tally.count, tally.last, tally.checksum)
        await db.execute(TELL, uuid7(datetime.now(UTC)), body_of(subject, number, event_id))
