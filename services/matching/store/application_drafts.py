"""Applications in the making, under the hash of the visit's cookie: encrypted with a key of their own, kept briefly."""

import json
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from services.matching.domain.applications import Answers
from shared.db import Connection
from shared.privacy import Keyring


@dataclass(frozen=True, slots=True)
class ApplicationDraft:
    """A form in the making, its answers by section; once `sent`, the answers are gone."""

    visit_hash: str
    application_id: UUID
    expires_at: datetime
    sent: bool = False
    answers: dict[str, Answers] = field(default_factory=dict)


def _subject(visit_hash: str) -> str:
    return f"application-draft:{visit_hash}"


async def add_draft(db: Connection, keys: Keyring, draft: ApplicationDraft) -> None:
    """Begin a draft; the visit has none."""
    await db.execute(
        "INSERT INTO application_draft (visit_hash, application_id, wrapped, expires_at) VALUES ($1, $2, $3, $4)",
        draft.visit_hash,
        draft.application_id,
        keys.new_subject_key(_subject(draft.visit_hash)),
        draft.expires_at,
    )


async def draft_of(db: Connection, keys: Keyring, visit_hash: str, now: datetime) -> ApplicationDraft | None:
    """The visit's draft, opened; None where there is none or its time is over."""
    row = await db.fetchrow(
        "SELECT * FROM application_draft WHERE visit_hash = $1 AND expires_at > $2", visit_hash, now
    )
    if row is None:
        return None
    answers: dict[str, Answers] = {}
    if row["answers"] is not None:
        key = keys.subject_key(_subject(visit_hash), row["wrapped"])
        kept = json.loads(key.decrypt("application_draft.answers", row["answers"]))
        answers = {section: {name: tuple(values) for name, values in given.items()} for section, given in kept.items()}
    return ApplicationDraft(visit_hash, row["application_id"], row["expires_at"], row["sent"], answers)


async def save_draft(db: Connection, keys: Keyring, draft: ApplicationDraft) -> None:
    """Keep the draft's answers and its new end; call it under the visit's lock."""
    wrapped = await db.fetchval("SELECT wrapped FROM application_draft WHERE visit_hash = $1", draft.visit_hash)
    key = keys.subject_key(_subject(draft.visit_hash), wrapped)
    await db.execute(
        "UPDATE application_draft SET answers = $2, expires_at = $3 WHERE visit_hash = $1",
        draft.visit_hash,
        key.encrypt("application_draft.answers", json.dumps(draft.answers).encode()),
        draft.expires_at,
    )


async def mark_sent(db: Connection, visit_hash: str, expires_at: datetime) -> None:
    """Wipe the answers and their key; what is left says only that this visit has sent its form."""
    await db.execute(
        """
        UPDATE application_draft SET sent = true, answers = NULL, wrapped = NULL, expires_at = $2 WHERE visit_hash = $1
        """,
        visit_hash,
        expires_at,
    )


async def wipe_draft(db: Connection, visit_hash: str) -> None:
    """Remove a draft with its key."""
    await db.execute("DELETE FROM application_draft WHERE visit_hash = $1", visit_hash)
