"""The wrapped keys under which therapists' names and clients' needs are encrypted."""

from collections.abc import Collection
from uuid import UUID

from shared.db import Connection
from shared.privacy import Keyring, SubjectKey


async def key_for(db: Connection, keys: Keyring, subject: UUID) -> SubjectKey:
    """The subject's key, made if this is the first that we hear of them."""
    return (await keys_for(db, keys, [subject]))[subject]


async def keys_for(db: Connection, keys: Keyring, subjects: Collection[UUID]) -> dict[UUID, SubjectKey]:
    """The keys of these subjects, each made if this is the first that we hear of them."""
    known = await keys_of(db, keys, subjects)
    missing = sorted({str(subject) for subject in subjects if subject not in known})
    if not missing:
        return known
    await db.execute(
        """
        INSERT INTO subject_key (subject, wrapped) SELECT * FROM unnest($1::text[], $2::bytea[])
        ON CONFLICT (subject) DO NOTHING
        """,
        missing,
        [keys.new_subject_key(subject) for subject in missing],
    )
    return known | await keys_of(db, keys, [UUID(subject) for subject in missing])


async def keys_of(db: Connection, keys: Keyring, subjects: Collection[UUID]) -> dict[UUID, SubjectKey]:
    """The keys of these subjects, without those who were erased."""
    rows = await db.fetch(
        "SELECT subject, wrapped FROM subject_key WHERE subject = ANY($1::text[])",
        [str(subject) for subject in subjects],
    )
    return {UUID(row["subject"]): keys.subject_key(row["subject"], row["wrapped"]) for row in rows}
