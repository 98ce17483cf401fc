"""What open boards must look at again, numbered so that a reader never misses a transaction that commits late."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Self
from uuid import UUID

from shared.db import Connection

LONGEST_CATCH_UP = 2000


@dataclass(frozen=True, slots=True, order=True)
class Position:
    """A place in the order of changes; written as the id of a server-sent event."""

    number: int

    def __str__(self) -> str:
        return str(self.number)

    @classmethod
    def read(cls, text: str) -> Self | None:
        """The place that a client names; None where it is not one of ours."""
        return cls(int(text)) if text.isascii() and text.isdigit() and len(text) < 19 else None


@dataclass(frozen=True, slots=True)
class Changes:
    """The cards that changed after a place, and the place reached."""

    referral_ids: tuple[UUID, ...]
    reached: Position


async def add_changes(db: Connection, referral_ids: Sequence[UUID], now: datetime) -> None:
    """Say that these cards look different; open boards see it once it is numbered."""
    await db.execute(
        "INSERT INTO board_change (referral_id, changed_at) SELECT id, $2 FROM unnest($1::uuid[]) AS t (id)",
        referral_ids,
        now,
    )


async def has_fresh(db: Connection) -> bool:
    """Whether any change waits for its number."""
    return bool(await db.fetchval("SELECT EXISTS (SELECT 1 FROM board_change WHERE number IS NULL)"))


async def number_changes(db: Connection) -> None:
    """Number what was committed since; one transaction at a time may do so, or a late commit would be overtaken."""
    await db.execute(
        """
        WITH latest AS (SELECT max(number) AS number FROM board_change),
             fresh AS (SELECT id, row_number() OVER (ORDER BY id) AS nth FROM board_change WHERE number IS NULL)
        UPDATE board_change SET number = latest.number + fresh.nth
          FROM latest, fresh WHERE board_change.id = fresh.id
        """
    )


async def latest(db: Connection) -> Position:
    """The place that a page read from now on has reached, at the least."""
    return Position(await db.fetchval("SELECT max(number) FROM board_change"))


async def changes_after(db: Connection, place: Position) -> Changes | None:
    """The changes after `place`; None when the place is unknown by now, or too far back, and all must be read anew."""
    rows = await db.fetch(
        "SELECT number, referral_id FROM board_change WHERE number >= $1 ORDER BY number LIMIT $2",
        place.number,
        LONGEST_CATCH_UP + 1,
    )
    if not rows or rows[0]["number"] != place.number or len(rows) > LONGEST_CATCH_UP:
        return None
    changed = dict.fromkeys(row["referral_id"] for row in rows[1:])
    return Changes(tuple(changed), Position(rows[-1]["number"]))


async def forget_changes(db: Connection, before: datetime) -> None:
    """Let go of numbered changes older than `before`, but never of the latest place."""
    await db.execute(
        """
        DELETE FROM board_change
         WHERE changed_at < $1 AND number < (SELECT max(number) FROM board_change)
        """,
        before,
    )
