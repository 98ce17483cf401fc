"""Events that could not be handled yet wait with their reason, and later ones of the same key behind them."""

import random
import traceback
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from shared.db import Connection
from shared.kernel.errors import BrokenPromise, Unprocessable
from shared.messaging.envelope import PREFIX, Envelope

FIRST_DELAY = timedelta(seconds=1)
LONGEST_DELAY = timedelta(minutes=15)
NO_KEY = ""


@dataclass(frozen=True, slots=True)
class Parked:
    """One waiting event."""

    position: int
    event_id: UUID
    key: str
    type: str
    attempts: int
    headers: dict[str, Any]
    body: bytes


def back_off(attempts: int) -> timedelta:
    """How long to wait after so many failed attempts: 1 s × 4ⁿ with full jitter, at most 15 minutes."""
    ceiling = min(LONGEST_DELAY, FIRST_DELAY * 4 ** min(attempts - 1, 10))
    share: float = random.uniform(0.05, 1.0)  # noqa: S311 - jitter, not a secret
    waiting: timedelta = ceiling * share
    return waiting


def reason_of(error: BaseException) -> str:
    """Why it failed, in a form that cannot carry anybody's data: a code of ours, or the kind of the exception."""
    if isinstance(error, BrokenPromise):
        return f"{type(error).__name__}: {error.code}"
    return type(error).__name__


def stack_of(error: BaseException) -> str:
    """Where it failed: files, lines and functions, without any value."""
    frames = traceback.extract_tb(error.__traceback__)
    return "\n".join(
        f"{frame.filename.rsplit('/stopso/', 1)[-1]}:{frame.lineno} {frame.name}" for frame in frames[-12:]
    )


async def keys_that_wait(db: Connection, keys: Sequence[str]) -> set[str]:
    """Those of `keys` which have an event waiting."""
    rows = await db.fetch("SELECT DISTINCT key FROM parked_event WHERE key = ANY($1::text[])", list(keys))
    return {row["key"] for row in rows}


async def park(db: Connection, envelope: Envelope, error: BaseException | None, *, now: datetime, limit: int) -> str:
    """Put an event aside after its first failure, or (no `error`) behind an earlier one; gives its state."""
    hopeless = isinstance(error, Unprocessable) or (error is not None and limit <= 1)
    state = "behind" if error is None else ("dead" if hopeless else "retrying")
    await db.execute(
        """
        INSERT INTO parked_event (event_id, key, type, state, attempts, due_at, parked_at, reason, stack, headers, body)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
        """,
        envelope.event_id,
        envelope.key,
        envelope.type,
        state,
        0 if error is None else 1,
        now + back_off(1),
        now,
        "waits behind an earlier event of its key" if error is None else reason_of(error),
        "" if error is None else stack_of(error),
        envelope.headers(),
        envelope.body,
    )
    return state


async def park_unreadable(
    db: Connection, event_id: UUID, headers: Mapping[str, Any], body: bytes, error: BaseException, now: datetime
) -> None:
    """Keep a message that is not one of our events, dead, where people see it; it holds up nobody."""
    await db.execute(
        """
        INSERT INTO parked_event (event_id, key, type, state, attempts, due_at, parked_at, reason, stack, headers, body)
        VALUES ($1, $2, $3, 'dead', 1, $4, $4, $5, '', $6, $7)
        """,
        event_id,
        NO_KEY,
        _printable(headers.get("cloudEvents_type", "unknown"), 200),
        now,
        reason_of(error),
        {_printable(name, 100): _printable(value, 500) for name, value in headers.items() if name.startswith(PREFIX)},
        body,
    )


async def due_keys(db: Connection, now: datetime, limit: int) -> list[str]:
    """Keys whose head may be tried again, the longest waiting first."""
    rows = await db.fetch(
        "SELECT key FROM parked_event WHERE state = 'retrying' AND due_at <= $1 ORDER BY due_at LIMIT $2", now, limit
    )
    return [row["key"] for row in rows]


async def head_of(db: Connection, key: str, now: datetime) -> Parked | None:
    """The first waiting event of `key`, if it may be tried now; call it under the key's lock."""
    row = await db.fetchrow(
        """
        SELECT position, event_id, key, type, state, due_at, attempts, headers, body
          FROM parked_event WHERE key = $1 ORDER BY position LIMIT 1
        """,
        key,
    )
    if row is None or row["state"] == "dead" or (row["state"] == "retrying" and row["due_at"] > now):
        return None
    return Parked(
        row["position"], row["event_id"], row["key"], row["type"], row["attempts"], row["headers"], row["body"]
    )


async def settle(db: Connection, parked: Parked, now: datetime) -> None:
    """The event was handled: the next of its key is due at once; call it under the key's lock."""
    await db.execute("DELETE FROM parked_event WHERE position = $1", parked.position)
    await next_is_due(db, parked.key, now)


async def next_is_due(db: Connection, key: str, now: datetime) -> None:
    """Let the head of a key be tried now, where it only waited behind another; call it under the key's lock."""
    await db.execute(
        """
        UPDATE parked_event SET state = 'retrying', due_at = $2
         WHERE position = (SELECT min(position) FROM parked_event WHERE key = $1) AND state = 'behind'
        """,
        key,
        now,
    )


async def failed_again(
    db: Connection, parked: Parked, error: BaseException, *, now: datetime, limit: int
) -> str | None:
    """Note one more failure; gives the new state, or None if it is gone.

    It is `dead` when the limit is reached, or when it can never work.
    """
    attempts = parked.attempts + 1
    state = "dead" if isinstance(error, Unprocessable) or attempts >= limit else "retrying"
    updated = await db.execute(
        """
        UPDATE parked_event SET state = $2, attempts = $3, due_at = $4, reason = $5, stack = $6
         WHERE position = $1 AND attempts = $7
        """,
        parked.position,
        state,
        attempts,
        now + back_off(attempts),
        reason_of(error),
        stack_of(error),
        parked.attempts,
    )
    return state if updated == "UPDATE 1" else None


def _printable(value: object, longest: int) -> str:
    return "".join(letter if letter.isprintable() else "\ufffd" for letter in str(value)[:longest])
