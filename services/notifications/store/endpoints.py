"""Where funders want to be told by webhook; secrets are ciphertext under a key of their own."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from shared.db import Connection


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One address of one funder."""

    endpoint_id: UUID
    funder_id: UUID
    url: str
    wrapped_key: bytes
    secret: bytes
    state: str
    reason: str
    created_by: str
    created_at: datetime


async def add_endpoint(db: Connection, endpoint: Endpoint) -> bool:
    """Keep a new endpoint; False where this funder has the address already."""
    added = await db.fetchval(
        """
        INSERT INTO endpoint (endpoint_id, funder_id, url, wrapped_key, secret, state, reason, created_by, created_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
        ON CONFLICT (funder_id, url) DO NOTHING
        RETURNING true
        """,
        endpoint.endpoint_id,
        endpoint.funder_id,
        endpoint.url,
        endpoint.wrapped_key,
        endpoint.secret,
        endpoint.state,
        endpoint.reason,
        endpoint.created_by,
        endpoint.created_at,
    )
    return bool(added)


async def active_endpoints(db: Connection, funder_ids: Collection[UUID]) -> list[Endpoint]:
    """The endpoints of these funders that are switched on."""
    rows = await db.fetch(
        "SELECT * FROM endpoint WHERE funder_id = ANY($1::uuid[]) AND state = 'active' ORDER BY endpoint_id",
        list(funder_ids),
    )
    return [Endpoint(**row) for row in rows]


async def endpoint_by_id(db: Connection, endpoint_id: UUID) -> Endpoint | None:
    """One endpoint, on or off."""
    row = await db.fetchrow("SELECT * FROM endpoint WHERE endpoint_id = $1", endpoint_id)
    return Endpoint(**row) if row else None


async def all_endpoints(db: Connection) -> list[Endpoint]:
    """Every endpoint, by funder."""
    return [Endpoint(**row) for row in await db.fetch("SELECT * FROM endpoint ORDER BY funder_id, created_at")]


async def switch_endpoint(db: Connection, endpoint_id: UUID, *, state: str, reason: str) -> bool:
    """Switch an endpoint on or off; False where there is none."""
    switched = await db.fetchval(
        "UPDATE endpoint SET state = $2, reason = $3 WHERE endpoint_id = $1 RETURNING true", endpoint_id, state, reason
    )
    return bool(switched)
