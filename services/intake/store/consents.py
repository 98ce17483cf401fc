"""Consent: which purpose was agreed to, in which words, when, and when it was taken back."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.intake.domain.codes import Purpose
from shared.db import Connection


@dataclass(frozen=True, slots=True)
class Consent:
    """One agreement, as the page lists it."""

    purpose: Purpose
    version: int
    given_at: datetime
    withdrawn_at: datetime | None


async def give(db: Connection, referral_id: UUID, purpose: Purpose, version: int, now: datetime) -> bool:
    """Note an agreement; False where it was in force already."""
    given = await db.fetchval(
        """
        INSERT INTO consent (referral_id, purpose, version, given_at)
        VALUES ($1, $2, $3, $4)
            ON CONFLICT (referral_id, purpose) WHERE withdrawn_at IS NULL DO NOTHING
        RETURNING true
        """,
        referral_id,
        purpose,
        version,
        now,
    )
    return bool(given)


async def withdraw(db: Connection, referral_id: UUID, purpose: Purpose, now: datetime) -> bool:
    """Note that an agreement was taken back; False where there was none in force."""
    withdrawn = await db.fetchval(
        """
        UPDATE consent SET withdrawn_at = $3
         WHERE referral_id = $1 AND purpose = $2 AND withdrawn_at IS NULL
        RETURNING true
        """,
        referral_id,
        purpose,
        now,
    )
    return bool(withdrawn)


async def in_force(db: Connection, referral_id: UUID) -> frozenset[Purpose]:
    """The purposes agreed to at present."""
    rows = await db.fetch("SELECT purpose FROM consent WHERE referral_id = $1 AND withdrawn_at IS NULL", referral_id)
    return frozenset(row["purpose"] for row in rows)


async def history(db: Connection, referral_id: UUID) -> list[Consent]:
    """Every agreement and withdrawal, in order."""
    rows = await db.fetch(
        """
        SELECT purpose, version, given_at, withdrawn_at
          FROM consent WHERE referral_id = $1 ORDER BY given_at, purpose
        """,
        referral_id,
    )
    return [Consent(**row) for row in rows]
