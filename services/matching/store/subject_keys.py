"""The wrapped keys under which therapists' names and clients' needs are encrypted."""

from collections.abc import Collection
from uuid import UUID

from shared.db import Connection
from shared.privacy import Keyring, SubjectKey


async def key_for(db: Connection, keys: Keyring, subject: UUID) -> SubjectKey:
    """The subject's key, made if this is the first that we hear of them."""
    wrapped = await db.fetchval(
        """
        WITH made AS (
            INSERT INTO subject_key (subject, wrapped) VALUES ($1, $2)
            ON CONFLICT (subject) DO NOTHING RETURNING wrapped
        )
        SELECT wrapped FROM made UNION ALL SELECT wrapped FROM subject_key WHERE subject = $1 LIMIT 1
        """,
        str(subject),
        keys.new_subject_key(str(subject)),
    )
    return keys.subject_key(str(subject), wrapped)


async def keys_of(db: Connection, keys: Keyring, subjects: Collection[UUID]) -> dict[UUID, SubjectKey]:
    """The keys of these subjects, without those who were erased."""
    rows = await db.fetch(
        "SELECT subject, wrapped FROM subject_key WHERE subject = ANY($1::text[])",
        [str(subject) for subject in subjects],
    )
    return {UUID(row["subject"]): keys.subject_key(row["subject"], row["wrapped"]) for row in rows}
