"""What applicants have sent, encrypted with the application's own key; lists never read the content."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from services.matching.domain.applications import Document
from services.matching.store.subject_keys import key_for, keys_of
from shared.db import Connection
from shared.privacy import Keyring

COLUMN = "application_document.content"


async def documents_of(db: Connection, applications: Collection[UUID]) -> dict[UUID, list[Document]]:
    """The documents of these applications, the oldest first, without their content."""
    rows = await db.fetch(
        """
        SELECT document_id, application_id, kind, media_type, size, received_at, seen_at
          FROM application_document WHERE application_id = ANY($1::uuid[]) ORDER BY received_at, document_id
        """,
        list(applications),
    )
    found: dict[UUID, list[Document]] = {}
    for row in rows:
        found.setdefault(row["application_id"], []).append(
            Document(
                row["document_id"], row["kind"], row["media_type"], row["size"], row["received_at"], row["seen_at"]
            )
        )
    return found


async def add_document(db: Connection, keys: Keyring, application_id: UUID, document: Document, content: bytes) -> None:
    """Keep a document that has been written anew."""
    key = await key_for(db, keys, application_id)
    await db.execute(
        """
        INSERT INTO application_document (document_id, application_id, kind, media_type, size, content, received_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7)
        """,
        document.document_id,
        application_id,
        document.kind,
        document.media_type,
        document.size,
        key.encrypt(COLUMN, content),
        document.received_at,
    )


async def content_of(db: Connection, keys: Keyring, application_id: UUID, document_id: UUID) -> bytes | None:
    """A document's content; None where this application has no such document."""
    kept = await db.fetchval(
        "SELECT content FROM application_document WHERE document_id = $1 AND application_id = $2",
        document_id,
        application_id,
    )
    opened = await keys_of(db, keys, [application_id])
    return opened[application_id].decrypt(COLUMN, kept) if kept is not None and opened else None


async def remove_document(db: Connection, application_id: UUID, document_id: UUID) -> bool:
    """Remove a document that no registrar has ticked; False where there is none."""
    return bool(
        await db.fetchval(
            """
            DELETE FROM application_document
             WHERE document_id = $1 AND application_id = $2 AND seen_at IS NULL RETURNING true
            """,
            document_id,
            application_id,
        )
    )


async def mark_seen(db: Connection, application_id: UUID, kind: str, now: datetime) -> None:
    """A registrar has read the documents of this kind."""
    await db.execute(
        """
        UPDATE application_document SET seen_at = $3 WHERE application_id = $1 AND kind = $2 AND seen_at IS NULL
        """,
        application_id,
        kind,
        now,
    )
