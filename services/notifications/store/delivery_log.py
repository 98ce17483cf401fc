"""The delivery log as staff read it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.notifications.domain.delivery import Purpose, State
from shared.db import Connection


@dataclass(frozen=True, slots=True)
class Logged:
    """One delivery in the log; it never held an address."""

    delivery_id: UUID
    purpose: Purpose
    recipient: str
    referral_id: UUID | None
    state: State
    reason: str
    attempts: int
    due_at: datetime | None
    created_at: datetime
    changed_at: datetime
    has_letter: bool


@dataclass(frozen=True, slots=True)
class LoggedAttempt:
    """One attempt; `unknown` where the process ended between sending and noting."""

    attempt: int
    began_at: datetime
    ended_at: datetime | None
    outcome: str


async def log_page(
    db: Connection, *, state: str | None, purpose: str | None, before: tuple[datetime, UUID] | None, limit: int
) -> list[Logged]:
    """The newest deliveries, perhaps of one state or purpose, from `before` (moment and id) backwards."""
    moment, delivery_id = before or (None, None)
    rows = await db.fetch(
        """
        SELECT delivery_id, purpose, recipient, referral_id, state, reason, attempts, due_at, created_at, changed_at,
               letter IS NOT NULL AS has_letter
          FROM delivery
         WHERE ($1::text IS NULL OR state = $1) AND ($2::text IS NULL OR purpose = $2)
           AND ($3::timestamptz IS NULL OR (created_at, delivery_id) < ($3, $4::uuid))
         ORDER BY created_at DESC, delivery_id DESC LIMIT $5
        """,
        state,
        purpose,
        moment,
        delivery_id,
        limit,
    )
    return [Logged(**row) for row in rows]


async def logged(db: Connection, delivery_id: UUID) -> Logged | None:
    """One delivery."""
    row = await db.fetchrow(
        """
        SELECT delivery_id, purpose, recipient, referral_id, state, reason, attempts, due_at, created_at, changed_at,
               letter IS NOT NULL AS has_letter
          FROM delivery WHERE delivery_id = $1
        """,
        delivery_id,
    )
    return Logged(**row) if row else None


async def attempts_at(db: Connection, delivery_id: UUID) -> Sequence[LoggedAttempt]:
    """Every attempt at a delivery, in order."""
    rows = await db.fetch(
        "SELECT attempt, began_at, ended_at, outcome FROM delivery_attempt WHERE delivery_id = $1 ORDER BY attempt",
        delivery_id,
    )
    return [LoggedAttempt(**row) for row in rows]


async def states(db: Connection) -> dict[str, int]:
    """How many deliveries stand in each state."""
    rows = await db.fetch("SELECT state, count(*) AS number FROM delivery GROUP BY state")
    return {row["state"]: row["number"] for row in rows}


async def deliveries_about(db: Connection, referral_id: UUID) -> list[Logged]:
    """Everything that was sent about one referral, oldest first."""
    rows = await db.fetch(
        """
        SELECT delivery_id, purpose, recipient, referral_id, state, reason, attempts, due_at, created_at, changed_at,
               letter IS NOT NULL AS has_letter
          FROM delivery WHERE referral_id = $1 ORDER BY created_at, delivery_id
        """,
        referral_id,
    )
    return [Logged(**row) for row in rows]
