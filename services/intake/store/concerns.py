"""Safeguarding concerns, with their own clock and their own notes under the referral's key."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.intake.domain.concerns import ConcernState, Disclosure, Source
from services.intake.store.vault import subject_of
from shared.db import Connection, Record
from shared.kernel.ids import ConcernId, ReferralId
from shared.privacy import Keyring

_COLUMNS = ("concern_id", "referral_id", "state", "level", "raised_at", "raised_by", "act_by", "acknowledged_by",
            "acknowledged_at", "disclosure", "told_at", "decided_by", "decided_at", "proposed_by", "proposed_at",
            "closed_by", "closed_at", "source")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Concern:
    """One concern as it stands; `act_by` is the moment at which it escalates, None when no clock runs."""

    concern_id: ConcernId
    referral_id: ReferralId
    state: ConcernState
    level: int
    raised_at: datetime
    raised_by: str
    act_by: datetime | None
    acknowledged_by: str | None = None
    acknowledged_at: datetime | None = None
    disclosure: Disclosure | None = None
    told_at: datetime | None = None
    decided_by: str | None = None
    decided_at: datetime | None = None
    proposed_by: str | None = None
    proposed_at: datetime | None = None
    closed_by: str | None = None
    closed_at: datetime | None = None
    source: Source = "referral"


@dataclass(frozen=True, slots=True)
class Notes:
    """What was written about a concern: by whoever raised it, whom it was passed on to, and why or why not."""

    told_body: str = ""
    note: str = ""
    words: str = ""


def _concern(row: Record) -> Concern:
    return Concern(**{column: row[column] for column in _COLUMNS})


async def is_reported(db: Connection, source: Source, report_id: UUID) -> bool:
    """Whether a concern was opened for this report before."""
    query = "SELECT EXISTS (SELECT FROM concern WHERE source = $1 AND report_id = $2)"
    return bool(await db.fetchval(query, source, report_id))


async def save_words(db: Connection, keys: Keyring, concern: Concern, words: str) -> None:
    """Keep what somebody wrote who raised a concern."""
    key = await subject_of(db, keys, concern.referral_id)
    kept = key.encrypt_text("concern.words", words)
    await db.execute("UPDATE concern SET words = $2 WHERE concern_id = $1", concern.concern_id, kept)


async def add_concern(db: Connection, concern: Concern, report_id: UUID | None) -> None:
    """Keep a new concern; `report_id` says for which report of its source it is, so that there is one for each."""
    await db.execute(
        """
        INSERT INTO concern (concern_id, referral_id, state, level, raised_at, raised_by, act_by, source, report_id)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
        """,
        concern.concern_id,
        concern.referral_id,
        concern.state,
        concern.level,
        concern.raised_at,
        concern.raised_by,
        concern.act_by,
        concern.source,
        report_id,
    )


async def concern_locked(db: Connection, concern_id: UUID) -> Concern | None:
    """The concern, locked until the end of the transaction."""
    row = await db.fetchrow("SELECT * FROM concern WHERE concern_id = $1 FOR UPDATE", concern_id)
    return _concern(row) if row else None


async def concern_of(db: Connection, concern_id: UUID) -> Concern | None:
    """The concern, or None."""
    row = await db.fetchrow("SELECT * FROM concern WHERE concern_id = $1", concern_id)
    return _concern(row) if row else None


async def save_concern(db: Connection, concern: Concern) -> None:
    """Write how a concern stands; its notes are kept apart."""
    await db.execute(
        """
        UPDATE concern
           SET state = $2, level = $3, act_by = $4, acknowledged_by = $5, acknowledged_at = $6, disclosure = $7,
               told_at = $8, decided_by = $9, decided_at = $10, proposed_by = $11, proposed_at = $12, closed_by = $13,
               closed_at = $14
         WHERE concern_id = $1
        """,
        concern.concern_id,
        concern.state,
        concern.level,
        concern.act_by,
        concern.acknowledged_by,
        concern.acknowledged_at,
        concern.disclosure,
        concern.told_at,
        concern.decided_by,
        concern.decided_at,
        concern.proposed_by,
        concern.proposed_at,
        concern.closed_by,
        concern.closed_at,
    )


async def save_notes(db: Connection, keys: Keyring, concern: Concern, notes: Notes) -> None:
    """Keep what was written about a concern."""
    key = await subject_of(db, keys, concern.referral_id)
    await db.execute(
        "UPDATE concern SET told_body = $2, note = $3 WHERE concern_id = $1",
        concern.concern_id,
        key.encrypt_text("concern.told_body", notes.told_body),
        key.encrypt_text("concern.note", notes.note),
    )


async def notes_of(db: Connection, keys: Keyring, concern: Concern) -> Notes:
    """What was written about a concern, opened."""
    row = await db.fetchrow("SELECT told_body, note, words FROM concern WHERE concern_id = $1", concern.concern_id)
    if row is None or (row["note"] is None and row["words"] is None):
        return Notes()
    key = await subject_of(db, keys, concern.referral_id)
    opened = {
        name: key.decrypt_text(f"concern.{name}", row[name]) for name in ("told_body", "note", "words") if row[name]
    }
    return Notes(**opened)


async def open_concerns(db: Connection) -> list[Concern]:
    """Every concern that is not closed, by its clock; those without one last."""
    rows = await db.fetch("SELECT * FROM concern WHERE state <> 'closed' ORDER BY act_by NULLS LAST, raised_at")
    return [_concern(row) for row in rows]


async def concerns_of(db: Connection, referral_id: UUID) -> list[Concern]:
    """Every concern about one referral, in order."""
    rows = await db.fetch("SELECT * FROM concern WHERE referral_id = $1 ORDER BY raised_at", referral_id)
    return [_concern(row) for row in rows]
