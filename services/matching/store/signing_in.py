"""How therapists sign in: the hash by which their address is found, and the links sent to it."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from services.matching.store.subject_keys import keys_of
from shared.db import Connection
from shared.kernel.addresses import plain_address
from shared.kernel.ids import TherapistId
from shared.privacy import Keyring

HASH_PURPOSE = "therapist.email"
KEPT_AFTER_END = timedelta(days=1)


async def keep_address_hash(db: Connection, keys: Keyring, therapist_id: TherapistId, email: str) -> None:
    """Let a therapist be found by their address, which stays unreadable."""
    await db.execute(
        """
        INSERT INTO sign_in_address (therapist_id, email_hash) VALUES ($1, $2)
        ON CONFLICT (therapist_id) DO UPDATE SET email_hash = excluded.email_hash
        """,
        therapist_id,
        keys.lookup_hash(HASH_PURPOSE, plain_address(email)),
    )


async def addresses_not_hashed(db: Connection, keys: Keyring, limit: int) -> list[tuple[TherapistId, str]]:
    """Therapists of before addresses were hashed, with their addresses."""
    rows = await db.fetch(
        """
        SELECT therapist_id, email FROM therapist
         WHERE NOT EXISTS (SELECT FROM sign_in_address AS known WHERE known.therapist_id = therapist.therapist_id)
           AND EXISTS (SELECT FROM subject_key WHERE subject = therapist_id::text)
         ORDER BY therapist_id LIMIT $1
        """,
        limit,
    )
    opened = await keys_of(db, keys, [row["therapist_id"] for row in rows])
    return [
        (row["therapist_id"], opened[row["therapist_id"]].decrypt_text("therapist.email", row["email"]))
        for row in rows
        if row["therapist_id"] in opened
    ]


async def therapists_written_to_at(db: Connection, keys: Keyring, email: str) -> Sequence[TherapistId]:
    """Everybody in the register who has this address; nearly always one or nobody."""
    rows = await db.fetch(
        "SELECT therapist_id FROM sign_in_address WHERE email_hash = ANY($1::bytea[]) ORDER BY therapist_id",
        list(keys.lookup_hashes(HASH_PURPOSE, plain_address(email))),
    )
    return [row["therapist_id"] for row in rows]


async def add_sign_in_link(
    db: Connection, token_hash: str, therapist_id: TherapistId, browser_hash: str, now: datetime, expires_at: datetime
) -> None:
    """Keep the hash of a new link, and let go of this therapist's old ones."""
    await db.execute(
        "DELETE FROM sign_in_link WHERE therapist_id = $1 AND expires_at < $2", therapist_id, now - KEPT_AFTER_END
    )
    await db.execute(
        """
        INSERT INTO sign_in_link (token_hash, therapist_id, browser_hash, made_at, expires_at)
        VALUES ($1, $2, $3, $4, $5)
        """,
        token_hash,
        therapist_id,
        browser_hash,
        now,
        expires_at,
    )


async def owner_of_link(db: Connection, token_hash: str, browser_hash: str, now: datetime) -> TherapistId | None:
    """Whose link this is, if it is still good in this browser."""
    found: TherapistId | None = await db.fetchval(
        """
        SELECT therapist_id FROM sign_in_link
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
        UPDATE sign_in_link SET used_at = $3
         WHERE token_hash = $1 AND browser_hash = $2 AND used_at IS NULL AND expires_at > $3
        RETURNING true
        """,
        token_hash,
        browser_hash,
        now,
    )
    return bool(used)
