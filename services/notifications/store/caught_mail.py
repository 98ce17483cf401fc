"""Demonstrations only: the mails that would have been sent, encrypted, the latest few hundred."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from shared.db import Connection

KEPT = 300


@dataclass(frozen=True, slots=True)
class Caught:
    """One caught mail; `times` counts how often the same message came."""

    mail_id: UUID
    message_id: str
    times: int
    wrapped_key: bytes
    content: bytes
    caught_at: datetime


async def keep_mail(db: Connection, mail: Caught) -> None:
    """Keep a mail, or count it once more where its Message-ID is known; the oldest beyond a few hundred go."""
    await db.execute(
        """
        INSERT INTO caught_mail AS c (mail_id, message_id, times, wrapped_key, content, caught_at)
        VALUES ($1, $2, $3, $4, $5, $6)
        ON CONFLICT (message_id) DO UPDATE SET times = c.times + 1
        """,
        mail.mail_id,
        mail.message_id,
        mail.times,
        mail.wrapped_key,
        mail.content,
        mail.caught_at,
    )
    await db.execute(
        """
        DELETE FROM caught_mail
         WHERE mail_id IN (SELECT mail_id FROM caught_mail ORDER BY caught_at DESC, mail_id DESC OFFSET $1)
        """,
        KEPT,
    )


async def caught_mails(db: Connection, limit: int = 100) -> list[Caught]:
    """The latest caught mails, newest first."""
    rows = await db.fetch("SELECT * FROM caught_mail ORDER BY caught_at DESC, mail_id DESC LIMIT $1", limit)
    return [Caught(**row) for row in rows]


async def caught_mail(db: Connection, mail_id: UUID) -> Caught | None:
    """One caught mail."""
    row = await db.fetchrow("SELECT * FROM caught_mail WHERE mail_id = $1", mail_id)
    return Caught(**row) if row else None
