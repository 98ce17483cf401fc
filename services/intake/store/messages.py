"""The thread between a client without a name and the charity; every message encrypted under the referral's key."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.intake.store.vault import subject_of
from shared.db import Connection
from shared.kernel.errors import Unprocessable
from shared.privacy import Keyring


@dataclass(frozen=True, slots=True)
class Message:
    """One message as it is shown."""

    written_at: datetime
    by_client: bool
    text: str


async def add_message(
    db: Connection, keys: Keyring, referral_id: UUID, message_id: UUID, *, written_at: datetime, actor: str, text: str
) -> bool:
    """Keep a message of the client or of staff; False where `message_id` is there already. Empty: Unprocessable."""
    if not text:
        raise Unprocessable("message-empty", "Write something first.")
    key = await subject_of(db, keys, referral_id)
    added = await db.fetchval(
        """
        INSERT INTO message (message_id, referral_id, written_at, written_by, by_client, body)
        VALUES ($1, $2, $3, $4, $5, $6)
            ON CONFLICT (message_id) DO NOTHING
        RETURNING true
        """,
        message_id,
        referral_id,
        written_at,
        actor,
        actor == "client",
        key.encrypt_text("message.body", text),
    )
    return bool(added)


async def thread_of(db: Connection, keys: Keyring, referral_id: UUID) -> list[Message]:
    """The whole thread in order, opened."""
    rows = await db.fetch(
        "SELECT written_at, by_client, body FROM message WHERE referral_id = $1 ORDER BY written_at, message_id",
        referral_id,
    )
    if not rows:
        return []
    key = await subject_of(db, keys, referral_id)
    return [Message(row["written_at"], row["by_client"], key.decrypt_text("message.body", row["body"])) for row in rows]
