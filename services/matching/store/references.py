"""Who was asked for a reference, and what they said, readable only with the application's own key."""

import json
from collections.abc import Mapping
from datetime import datetime
from hashlib import sha256
from typing import Any
from uuid import UUID

from services.matching.domain.references import Asked, ReferenceState, Statement
from services.matching.store.subject_keys import key_for, keys_of
from shared.db import Connection, Record
from shared.privacy import Keyring, SubjectKey


async def references_of(db: Connection, opened: Mapping[UUID, SubjectKey]) -> dict[UUID, list[Asked]]:
    """Everybody who was asked about these applications, in the order in which they were."""
    rows = await db.fetch(
        "SELECT * FROM reference_request WHERE application_id = ANY($1::uuid[]) ORDER BY asked_at, reference_id",
        list(opened),
    )
    found: dict[UUID, list[Asked]] = {}
    for row in rows:
        found.setdefault(row["application_id"], []).append(_asked(row, opened[row["application_id"]]))
    return found


async def reference_by_id(db: Connection, keys: Keyring, reference_id: UUID) -> Asked | None:
    """One request for a reference."""
    return await _one(
        db, keys, await db.fetchrow("SELECT * FROM reference_request WHERE reference_id = $1", reference_id)
    )


async def reference_by_token(db: Connection, keys: Keyring, token: str) -> Asked | None:
    """The request to which a link leads."""
    row = await db.fetchrow(
        """
        SELECT reference_request.* FROM reference_request JOIN reference_link USING (reference_id) WHERE token_hash = $1
        """,
        sha256(token.encode()).digest(),
    )
    return await _one(db, keys, row)


async def add_reference(db: Connection, keys: Keyring, asked: Asked) -> None:
    """Keep that somebody is asked."""
    key = await key_for(db, keys, asked.application_id)
    await db.execute(
        """
        INSERT INTO reference_request (reference_id, application_id, role, state, name, email, asked_at, expires_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
        """,
        asked.reference_id,
        asked.application_id,
        asked.role,
        asked.state,
        key.encrypt_text("reference_request.name", asked.name),
        key.encrypt_text("reference_request.email", asked.email),
        asked.asked_at,
        asked.expires_at,
    )


async def add_reference_link(db: Connection, reference_id: UUID, token: str, now: datetime) -> None:
    """Let a request be found by a token, of which only the hash is kept."""
    await db.execute(
        "INSERT INTO reference_link (token_hash, reference_id, made_at) VALUES ($1, $2, $3)",
        sha256(token.encode()).digest(),
        reference_id,
        now,
    )


async def set_reference_state(db: Connection, reference_id: UUID, state: ReferenceState) -> None:
    """Move a request; the caller has asked the table of moves."""
    await db.execute("UPDATE reference_request SET state = $2 WHERE reference_id = $1", reference_id, state)


async def keep_statement(db: Connection, keys: Keyring, asked: Asked, statement: Statement, now: datetime) -> None:
    """Keep what a referee said."""
    key = await key_for(db, keys, asked.application_id)
    said: dict[str, Any] = {
        "known_as": statement.known_as,
        "years": statement.years,
        "opinions": dict(statement.opinions),
        "words": statement.words,
    }
    await db.execute(
        "UPDATE reference_request SET state = 'received', statement = $2, answered_at = $3 WHERE reference_id = $1",
        asked.reference_id,
        key.encrypt("reference_request.statement", json.dumps(said).encode()),
        now,
    )


async def _one(db: Connection, keys: Keyring, row: Record | None) -> Asked | None:
    opened = await keys_of(db, keys, [row["application_id"]]) if row else {}
    return _asked(row, opened[row["application_id"]]) if row and opened else None


def _asked(row: Record, key: SubjectKey) -> Asked:
    kept: bytes | None = row["statement"]
    said = json.loads(key.decrypt("reference_request.statement", kept)) if kept else None
    return Asked(
        reference_id=row["reference_id"],
        application_id=row["application_id"],
        role=row["role"],
        state=row["state"],
        name=key.decrypt_text("reference_request.name", row["name"]),
        email=key.decrypt_text("reference_request.email", row["email"]),
        asked_at=row["asked_at"],
        expires_at=row["expires_at"],
        answered_at=row["answered_at"],
        statement=Statement(**said) if said else None,
    )
