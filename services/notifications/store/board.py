"""What the board reads: cards by column under a filter, how many there are, and open safeguarding concerns."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from services.notifications.domain.card import SOON, Deadline
from shared.db import Connection, Record

A_COLUMN = 40
RECENTLY_CLOSED = 20


@dataclass(frozen=True, slots=True)
class Filter:
    """What a board is narrowed to; nothing narrows the safeguarding banner."""

    priority: str | None = None
    reason: str | None = None
    area: str | None = None
    due: str | None = None
    """`soon`: due within four hours or over."""


@dataclass(frozen=True, slots=True)
class ListedCard:
    """A card as it is read for showing."""

    referral_id: UUID
    short_id: str
    column: str
    reason: str | None
    priority: str
    urgency: int
    since: datetime
    last_at: datetime
    deadline: Deadline | None
    flags: tuple[str, ...]
    area: str | None
    wrapped_key: bytes | None
    profile: bytes | None
    therapist_id: UUID | None
    shortfall: int

    @property
    def order(self) -> int:
        """Where it stands within its column, smallest first; closed ones by when they closed, the latest first."""
        if self.column == "closed":
            return -int(self.last_at.timestamp() * 1000)
        return self.urgency * 10**14 + int(self.since.timestamp() * 1000)


@dataclass(frozen=True, slots=True)
class Concerns:
    """Open safeguarding concerns: how many referrals have one, and when the first must be acted on."""

    count: int = 0
    act_by: datetime | None = None


def _arguments(narrowed: Filter, now: datetime) -> tuple[Any, ...]:
    due = now + SOON if narrowed.due == "soon" else None
    return narrowed.priority, narrowed.reason, narrowed.area, due


async def cards_by_column(
    db: Connection, narrowed: Filter, now: datetime, a_column: int = A_COLUMN
) -> list[ListedCard]:
    """The first cards of every column, in their order; of the closed ones only the latest."""
    rows = await db.fetch(
        """
        SELECT * FROM (
            SELECT card.*, row_number() OVER (
                       PARTITION BY board_column ORDER BY urgency, since, referral_id) AS place
              FROM card
             WHERE board_column <> 'closed'
               AND ($1::text IS NULL OR priority = $1)
               AND ($2::text IS NULL OR reason = $2)
               AND ($3::text IS NULL OR area = $3)
               AND ($4::timestamptz IS NULL OR deadline_at <= $4)
        ) AS open WHERE place <= $5
        UNION ALL
        SELECT * FROM (
            SELECT card.*, 0 AS place FROM card
             WHERE board_column = 'closed'
               AND ($1::text IS NULL OR priority = $1)
               AND ($2::text IS NULL OR reason = $2)
               AND ($3::text IS NULL OR area = $3)
               AND ($4::timestamptz IS NULL OR deadline_at <= $4)
             ORDER BY last_at DESC LIMIT $6
        ) AS closed
        """,
        *_arguments(narrowed, now),
        a_column,
        min(a_column, RECENTLY_CLOSED),
    )
    return sorted((_listed(row) for row in rows), key=lambda card: (card.order, card.referral_id))


async def cards_among(
    db: Connection, referral_ids: Sequence[UUID], narrowed: Filter, now: datetime
) -> list[ListedCard]:
    """Those of these cards which a filter lets through."""
    rows = await db.fetch(
        """
        SELECT * FROM card
         WHERE ($1::text IS NULL OR priority = $1)
           AND ($2::text IS NULL OR reason = $2)
           AND ($3::text IS NULL OR area = $3)
           AND ($4::timestamptz IS NULL OR deadline_at <= $4)
           AND referral_id = ANY($5::uuid[])
        """,
        *_arguments(narrowed, now),
        referral_ids,
    )
    return [_listed(row) for row in rows]


async def counts(db: Connection, narrowed: Filter, now: datetime) -> dict[str, int]:
    """How many cards each column has under a filter."""
    rows = await db.fetch(
        """
        SELECT board_column, count(*) AS number FROM card
         WHERE ($1::text IS NULL OR priority = $1)
           AND ($2::text IS NULL OR reason = $2)
           AND ($3::text IS NULL OR area = $3)
           AND ($4::timestamptz IS NULL OR deadline_at <= $4)
         GROUP BY board_column
        """,
        *_arguments(narrowed, now),
    )
    return {row["board_column"]: row["number"] for row in rows}


async def waiting_reasons(db: Connection) -> dict[str, int]:
    """How many cards wait, by reason."""
    rows = await db.fetch(
        """
        SELECT reason, count(*) AS number FROM card
         WHERE board_column = 'waiting' GROUP BY reason ORDER BY number DESC, reason
        """
    )
    return {row["reason"]: row["number"] for row in rows}


async def open_concerns(db: Connection) -> Concerns:
    """Open safeguarding concerns over all referrals, closed ones included: nothing filters them."""
    row = await db.fetchrow(
        """
        SELECT coalesce(sum(open_concerns), 0)::int AS number, min(concern_due) AS act_by
          FROM card WHERE open_concerns > 0
        """
    )
    return Concerns(row["number"], row["act_by"])


async def card_of_referral(db: Connection, referral_id: UUID) -> ListedCard | None:
    """The card of one referral."""
    row = await db.fetchrow("SELECT * FROM card WHERE referral_id = $1", referral_id)
    return _listed(row) if row else None


async def cards_called(db: Connection, short_id: str) -> list[UUID]:
    """Referrals that people know by this short id; nearly always one."""
    rows = await db.fetch("SELECT referral_id FROM card WHERE short_id = $1 ORDER BY since DESC LIMIT 20", short_id)
    return [row["referral_id"] for row in rows]


def _listed(row: Record) -> ListedCard:
    return ListedCard(
        referral_id=row["referral_id"],
        short_id=row["short_id"],
        column=row["board_column"],
        reason=row["reason"],
        priority=row["priority"],
        urgency=row["urgency"],
        since=row["since"],
        last_at=row["last_at"],
        deadline=Deadline(row["deadline_kind"], row["deadline_at"]) if row["deadline_kind"] else None,
        flags=tuple(row["flags"]),
        area=row["area"],
        wrapped_key=row["wrapped_key"],
        profile=row["profile"],
        therapist_id=row["therapist_id"],
        shortfall=row["shortfall"],
    )
