"""What open boards must look at again, in an order in which a reader never misses a transaction that commits late."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Self
from uuid import UUID

from shared.db import Connection

LONGEST_CATCH_UP = 2000


@dataclass(frozen=True, slots=True, order=True)
class Position:
    """A place in the order of changes; written `transaction-position` as the id of a server-sent event."""

    transaction: int
    position: int

    def __str__(self) -> str:
        return f"{self.transaction}-{self.position}"

    @classmethod
    def read(cls, text: str) -> Self | None:
        """The place that a client names; None where it is not one of ours."""
        transaction, dash, position = text.partition("-")
        parts = (transaction, position)
        if not dash or not all(part.isascii() and part.isdigit() and len(part) < 19 for part in parts):
            return None
        return cls(int(transaction), int(position))


@dataclass(frozen=True, slots=True)
class Changes:
    """The cards that changed after a place, and the place reached."""

    referral_ids: tuple[UUID, ...]
    reached: Position


async def add_changes(db: Connection, referral_ids: Sequence[UUID], now: datetime) -> None:
    """Say that these cards look different."""
    await db.execute(
        "INSERT INTO board_change (referral_id, changed_at) SELECT id, $2 FROM unnest($1::uuid[]) AS t (id)",
        referral_ids,
        now,
    )


async def latest(db: Connection) -> Position:
    """The place that a page read from now on has reached: nothing before it can still become visible."""
    row = await db.fetchrow(
        """
        SELECT transaction::text::bigint AS transaction, position FROM board_change
         WHERE transaction < pg_snapshot_xmin(pg_current_snapshot())
         ORDER BY board_change.transaction DESC, position DESC LIMIT 1
        """
    )
    return Position(row["transaction"], row["position"])


async def changes_after(db: Connection, place: Position) -> Changes | None:
    """The changes after `place`; None when the place is unknown by now, or too far back, and all must be read anew."""
    rows = await db.fetch(
        """
        SELECT transaction::text::bigint AS transaction, position, referral_id FROM board_change
         WHERE (board_change.transaction, position) >= ($1::bigint::text::xid8, $2)
           AND transaction < pg_snapshot_xmin(pg_current_snapshot())
         ORDER BY board_change.transaction, position
         LIMIT $3
        """,
        place.transaction,
        place.position,
        LONGEST_CATCH_UP + 1,
    )
    if not rows or Position(rows[0]["transaction"], rows[0]["position"]) != place or len(rows) > LONGEST_CATCH_UP:
        return None
    changed = dict.fromkeys(row["referral_id"] for row in rows[1:])
    return Changes(tuple(changed), Position(rows[-1]["transaction"], rows[-1]["position"]))


async def forget_changes(db: Connection, before: datetime) -> None:
    """Let go of what is older than `before`, but never of the latest place."""
    await db.execute(
        """
        DELETE FROM board_change
         WHERE changed_at < $1
           AND (transaction, position) < (
               SELECT transaction, position FROM board_change
                WHERE transaction < pg_snapshot_xmin(pg_current_snapshot())
                ORDER BY transaction DESC, position DESC LIMIT 1)
        """,
        before,
    )
