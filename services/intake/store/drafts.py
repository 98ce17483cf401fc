"""Drafts of the public form, under the hash of the visit's cookie: encrypted with a key of their own, kept briefly."""

import json
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from shared.db import Connection
from shared.kernel.ids import ReferralId
from shared.privacy import Keyring

Answers = dict[str, dict[str, list[str]]]
"""Page → field → what was answered."""


@dataclass(frozen=True, slots=True)
class Draft:
    """A form in the making; when `submitted`, the answers are gone and only the referral's id is left."""

    visit_hash: str
    referral_id: ReferralId
    expires_at: datetime
    submitted: bool = False
    answers: Answers = field(default_factory=dict)


def _subject(visit_hash: str) -> str:
    return f"draft:{visit_hash}"


async def add_draft(db: Connection, keys: Keyring, draft: Draft) -> None:
    """Begin a draft; does nothing where the visit has one."""
    await db.execute(
        """
        INSERT INTO draft (visit_hash, referral_id, wrapped, expires_at) VALUES ($1, $2, $3, $4)
            ON CONFLICT (visit_hash) DO NOTHING
        """,
        draft.visit_hash,
        draft.referral_id,
        keys.new_subject_key(_subject(draft.visit_hash)),
        draft.expires_at,
    )


async def draft_of(db: Connection, keys: Keyring, visit_hash: str, now: datetime) -> Draft | None:
    """The visit's draft, opened; None where there is none or its time is over."""
    row = await db.fetchrow(
        """
        SELECT visit_hash, referral_id, wrapped, answers, submitted, expires_at
          FROM draft WHERE visit_hash = $1 AND expires_at > $2
        """,
        visit_hash,
        now,
    )
    if row is None:
        return None
    answers: Answers = {}
    if row["answers"] is not None:
        key = keys.subject_key(_subject(visit_hash), row["wrapped"])
        answers = json.loads(key.decrypt("draft.answers", row["answers"]))
    return Draft(visit_hash, row["referral_id"], row["expires_at"], row["submitted"], answers)


async def save_answers(db: Connection, keys: Keyring, draft: Draft) -> None:
    """Keep the draft's answers and its new end; call it under the visit's lock."""
    wrapped: Any = await db.fetchval("SELECT wrapped FROM draft WHERE visit_hash = $1", draft.visit_hash)
    key = keys.subject_key(_subject(draft.visit_hash), wrapped)
    await db.execute(
        "UPDATE draft SET answers = $2, expires_at = $3 WHERE visit_hash = $1",
        draft.visit_hash,
        key.encrypt("draft.answers", json.dumps(draft.answers).encode()),
        draft.expires_at,
    )


async def mark_submitted(db: Connection, visit_hash: str, expires_at: datetime) -> None:
    """Wipe the answers and their key; what is left says only that this visit has sent its form."""
    await db.execute(
        """
        UPDATE draft SET submitted = true, answers = NULL, wrapped = NULL, expires_at = $2 WHERE visit_hash = $1
        """,
        visit_hash,
        expires_at,
    )


async def wipe_draft(db: Connection, visit_hash: str) -> None:
    """Remove a draft with its key; nothing of it is left."""
    await db.execute("DELETE FROM draft WHERE visit_hash = $1", visit_hash)
