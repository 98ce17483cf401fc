"""Events that nobody could handle: looked at, tried again, or dropped with a reason, by a named person."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import structlog

from shared.db import Connection, Database
from shared.kernel.errors import Conflict, NotFound
from shared.messaging import parking
from shared.messaging.locks import lock_keys

log = structlog.get_logger("stopso.messaging")


@dataclass(frozen=True, slots=True)
class Cause:
    """Dead letters that died of the same cause; `behind` counts the later events of their keys, which wait."""

    cause: str
    type: str
    count: int
    behind: int
    oldest: datetime
    newest: datetime


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """One dead letter without its body; `headers` are the event's attributes."""

    position: int
    event_id: UUID
    key: str
    type: str
    attempts: int
    parked_at: datetime
    cause: str
    stack: str
    behind: int
    size: int
    headers: dict[str, Any]


async def causes(db: Connection) -> list[Cause]:
    """All dead letters, grouped by cause and type, the largest group first."""
    rows = await db.fetch(
        """
        SELECT reason AS cause, type, count(*) AS count, min(parked_at) AS oldest, max(parked_at) AS newest,
               (SELECT count(*) FROM parked_event AS later
                 WHERE later.state = 'behind' AND later.key = ANY(array_agg(dead.key))) AS behind
          FROM parked_event AS dead
         WHERE state = 'dead'
         GROUP BY reason, type
         ORDER BY count DESC, reason, type
        """
    )
    return [Cause(**row) for row in rows]


_LETTER = """
    SELECT position, event_id, key, type, attempts, parked_at, reason AS cause, stack, length(body) AS size, headers,
           (SELECT count(*) FROM parked_event AS later WHERE later.key = dead.key AND later.state = 'behind') AS behind
      FROM parked_event AS dead
"""


async def listed(db: Connection, *, event_type: str = "", key: str = "", limit: int = 200) -> list[DeadLetter]:
    """Dead letters, the oldest first; of one type or one key where given."""
    rows = await db.fetch(
        _LETTER
        + "WHERE state = 'dead' AND ($1 = '' OR type = $1) AND ($2 = '' OR key = $2) ORDER BY position LIMIT $3",
        event_type,
        key,
        limit,
    )
    return [DeadLetter(**row) for row in rows]


async def shown(db: Connection, event_id: UUID) -> DeadLetter:
    """One dead letter; raises `NotFound`."""
    row = await db.fetchrow(_LETTER + "WHERE state = 'dead' AND event_id = $1", event_id)
    if row is None:
        raise NotFound("no-such-dead-letter")
    return DeadLetter(**row)


async def replay(database: Database, letters: Sequence[DeadLetter], *, actor: str, now: datetime) -> int:
    """Let these be tried again at once, and what waits behind each after it, in order; gives how many were still dead.

    Raises `Conflict` for a message that is not one of our events: it can never be handled, only dropped.
    """
    if any(letter.key == parking.NO_KEY for letter in letters):
        raise Conflict(
            "unreadable-cannot-be-replayed", "This message is not one of our events. It can only be dropped."
        )
    replayed = 0
    for letter in letters:
        async with database.transaction() as db:
            await lock_keys(db, {letter.key})
            updated = await db.execute(
                """
                UPDATE parked_event SET state = 'retrying', attempts = 0, due_at = $2
                 WHERE position = $1 AND state = 'dead'
                """,
                letter.position,
                now,
            )
            if updated == "UPDATE 1":
                await _judge(db, letter, "replayed", actor=actor, reason="", now=now)
                replayed += 1
    return replayed


async def drop(database: Database, letters: Sequence[DeadLetter], *, reason: str, actor: str, now: datetime) -> int:
    """Remove these for good, for a reason that is kept; what waits behind is tried at once. Gives how many."""
    dropped = 0
    for letter in letters:
        async with database.transaction() as db:
            await lock_keys(db, {letter.key})
            deleted = await db.execute(
                "DELETE FROM parked_event WHERE position = $1 AND state = 'dead'", letter.position
            )
            if deleted == "DELETE 1":
                await parking.next_is_due(db, letter.key, now)
                await _judge(db, letter, "dropped", actor=actor, reason=reason, now=now)
                dropped += 1
    return dropped


async def _judge(db: Connection, letter: DeadLetter, verdict: str, *, actor: str, reason: str, now: datetime) -> None:
    await db.execute(
        """
        INSERT INTO dead_letter_judgement (judged_at, actor, verdict, event_id, key, type, cause, reason)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
        """,
        now, actor, verdict, letter.event_id, letter.key, letter.type, letter.cause, reason,
    )  # fmt: skip
    log.warning(
        "dead-letter.judged", outcome=verdict, type=letter.type, event_id=letter.event_id, key=letter.key, actor=actor
    )
