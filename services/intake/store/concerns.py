"""Safeguarding concerns, with their own clock and their own notes under the referral's key."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.intake.domain.concerns import ConcernState, Disclosure
from services.intake.store.vault import subject_of
from shared.db import Connection, Record
from shared.kernel.ids import ConcernId, ReferralId
from shared.privacy import Keyring

_COLUMNS = ("concern_id", "referral_id", "state", "level", "raised_at", "raised_by", "act_by", "acknowledged_by",
            "acknowledged_at", "disclosure", "told_at", "decided_by", "decided_at", "proposed_by", "proposed_at",
            "closed_by", "closed_at")  # fmt: skip


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


@dataclass(frozen=True, slots=True)
class Notes:
    """What was written about a concern: whom it was passed on to, and why or why not."""

    told_body: str = ""
    note: str = ""


def _concern(row: Record) -> Concern:
    return Concern(**{column: row[column] for column in _COLUMNS})


async def add_concern(db: Connection, concern: Concern) -> None:
    """Keep a new concern."""
    await db.execute(
        """
        INSERT INTO concern (concern_id, referral_id, state, level, raised_at, raised_by, act_by)
        VALUES ($1, $2, $3, $4, $5, $6, $7)
        """,
        concern.concern_id,
        concern.referral_id,
        concern.state,
        concern.level,
        concern.raised_at,
        concern.raised_by,
        concern.act_by,
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
    row = await db.fetchrow("SELECT told_body, note FROM concern WHERE concern_id = $1", concern.concern_id)
    if row is None or row["note"] is None:
        return Notes()
    key = await subject_of(db, keys, concern.referral_id)
    return Notes(key.decrypt_text("concern.told_body", row["told_body"]), key.decrypt_text("concern.note", row["note"]))


async def open_concerns(db: Connection) -> list[Concern]:
    """Every concern that is not closed, by its clock; those without one last."""
    rows = await db.fetch("SELECT * FROM concern WHERE state <> 'closed' ORDER BY act_by NULLS LAST, raised_at")
    return [_concern(row) for row in rows]


async def concerns_of(db: Connection, referral_id: UUID) -> list[Concern]:
    """Every concern about one referral, in order."""
    rows = await db.fetch("SELECT * FROM concern WHERE referral_id = $1 ORDER BY raised_at", referral_id)
    return [_concern(row) for row in rows]
