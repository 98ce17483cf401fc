"""Keys of the organisations that refer by program, and what makes their requests safe to repeat."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from shared.db import Connection


@dataclass(frozen=True, slots=True)
class ApiKey:
    """One organisation's key; only its hash is stored."""

    api_key_id: UUID
    organisation: str
    created_at: datetime
    created_by: str
    revoked_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class EarlierRequest:
    """A request that was answered before."""

    body_hash: bytes
    referral_id: UUID


async def add_api_key(db: Connection, key: ApiKey, key_hash: bytes) -> None:
    """Keep a new key."""
    await db.execute(
        "INSERT INTO api_key (api_key_id, organisation, key_hash, created_at, created_by) VALUES ($1, $2, $3, $4, $5)",
        key.api_key_id,
        key.organisation,
        key_hash,
        key.created_at,
        key.created_by,
    )


async def revoke_api_key(db: Connection, api_key_id: UUID, now: datetime) -> bool:
    """End a key; False where there is none that is still good."""
    revoked = await db.fetchval(
        "UPDATE api_key SET revoked_at = $2 WHERE api_key_id = $1 AND revoked_at IS NULL RETURNING true",
        api_key_id,
        now,
    )
    return bool(revoked)


async def api_key_by_hash(db: Connection, key_hash: bytes) -> ApiKey | None:
    """The key with this hash, if it is still good."""
    row = await db.fetchrow(
        """
        SELECT api_key_id, organisation, created_at, created_by, revoked_at
          FROM api_key WHERE key_hash = $1 AND revoked_at IS NULL
        """,
        key_hash,
    )
    return ApiKey(**row) if row else None


async def all_api_keys(db: Connection) -> list[ApiKey]:
    """Every key, the newest first."""
    rows = await db.fetch(
        """
        SELECT api_key_id, organisation, created_at, created_by, revoked_at
          FROM api_key ORDER BY created_at DESC, api_key_id
        """
    )
    return [ApiKey(**row) for row in rows]


async def earlier_request(db: Connection, api_key_id: UUID, request_key: bytes) -> EarlierRequest | None:
    """What this key's request with this idempotency key was, if there was one."""
    row = await db.fetchrow(
        "SELECT body_hash, referral_id FROM idempotent_request WHERE api_key_id = $1 AND request_key = $2",
        api_key_id,
        request_key,
    )
    return EarlierRequest(**row) if row else None


async def remember_request(
    db: Connection, api_key_id: UUID, request_key: bytes, earlier: EarlierRequest, now: datetime
) -> None:
    """Note a request, so that its repetition gets the same answer."""
    await db.execute(
        """
        INSERT INTO idempotent_request (api_key_id, request_key, body_hash, referral_id, received_at)
        VALUES ($1, $2, $3, $4, $5)
        """,
        api_key_id,
        request_key,
        earlier.body_hash,
        earlier.referral_id,
        now,
    )
