"""Deliveries: put in line, claimed with a lease, noted, and read for the log."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from services.notifications.domain.delivery import Purpose, State
from shared.db import Connection, Record


@dataclass(frozen=True, slots=True)
class Queued:
    """A delivery to put in line; `letter` is ciphertext under the key that `wrapped_key` holds.

    The delivery of a letter that another service asked for bears that letter's id.
    """

    delivery_id: UUID
    purpose: Purpose
    event_id: UUID
    recipient: str
    message_id: str
    referral_id: UUID | None = None
    wrapped_key: bytes | None = None
    letter: bytes | None = None
    payload: str | None = None


@dataclass(frozen=True, slots=True)
class Claimed:
    """A delivery that this process may attempt until its lease ends."""

    delivery_id: UUID
    purpose: Purpose
    recipient: str
    referral_id: UUID | None
    attempts: int
    in_round: int
    lease: UUID
    message_id: str
    wrapped_key: bytes | None
    letter: bytes | None
    payload: str | None
    created_at: datetime


async def put_in_line(db: Connection, queued: Sequence[Queued], now: datetime) -> None:
    """Queue deliveries, in one statement; one that this event already caused is not queued again."""
    await db.execute(
        """
        INSERT INTO delivery (
               delivery_id, purpose, event_id, recipient, message_id, referral_id, wrapped_key, letter, payload,
               state, due_at, created_at, changed_at)
        SELECT t.*, 'queued', $10, $10, $10
          FROM unnest($1::uuid[], $2::text[], $3::uuid[], $4::text[], $5::text[], $6::uuid[], $7::bytea[], $8::bytea[],
                      $9::text[]) AS t
        ON CONFLICT DO NOTHING
        """,
        [one.delivery_id for one in queued],
        [one.purpose for one in queued],
        [one.event_id for one in queued],
        [one.recipient for one in queued],
        [one.message_id for one in queued],
        [one.referral_id for one in queued],
        [one.wrapped_key for one in queued],
        [one.letter for one in queued],
        [one.payload for one in queued],
        now,
    )


async def claim_due(db: Connection, now: datetime, *, lease: UUID, lasts: timedelta, limit: int) -> list[Claimed]:
    """Take what is due, for this process alone. One whose lease ran out is taken again: its outcome stays unknown."""
    rows = await db.fetch(
        """
        WITH due AS (
            SELECT delivery_id FROM delivery
             WHERE due_at <= $1 AND (leased_until IS NULL OR leased_until <= $1)
             ORDER BY due_at, delivery_id LIMIT $4
               FOR UPDATE SKIP LOCKED
        ), claimed AS (
            UPDATE delivery SET lease = $2, leased_until = $3, attempts = attempts + 1, changed_at = $1,
                   state = CASE state WHEN 'failed' THEN 'retried' ELSE state END
              FROM due WHERE delivery.delivery_id = due.delivery_id
            RETURNING delivery.*
        ), noted AS (
            INSERT INTO delivery_attempt (delivery_id, attempt, began_at) SELECT delivery_id, attempts, $1 FROM claimed
        )
        SELECT delivery_id, purpose, recipient, referral_id, attempts, attempts - round_began AS in_round, lease,
               message_id, wrapped_key, letter, payload, created_at
          FROM claimed ORDER BY due_at, delivery_id
        """,
        now,
        lease,
        now + lasts,
        limit,
    )
    return [Claimed(**row) for row in rows]


async def note_outcome(
    db: Connection, claimed: Claimed, state: State, reason: str, *, outcome: str, due_at: datetime | None, now: datetime
) -> bool:
    """Write what an attempt led to; False where the lease was lost. Unless it may be tried again, a letter is wiped."""
    await db.execute(
        "UPDATE delivery_attempt SET ended_at = $3, outcome = $4 WHERE delivery_id = $1 AND attempt = $2",
        claimed.delivery_id,
        claimed.attempts,
        now,
        outcome,
    )
    noted = await db.fetchval(
        """
        UPDATE delivery
           SET state = $3, reason = $4, due_at = $5, changed_at = $6, lease = NULL, leased_until = NULL,
               letter = CASE WHEN $3 IN ('failed', 'given_up') THEN letter END,
               wrapped_key = CASE WHEN $3 IN ('failed', 'given_up') THEN wrapped_key END
         WHERE delivery_id = $1 AND lease = $2 AND state IN ('queued', 'retried')
        RETURNING true
        """,
        claimed.delivery_id,
        claimed.lease,
        state,
        reason,
        due_at,
        now,
    )
    return bool(noted)


async def suppress_offers(db: Connection, offers: Sequence[tuple[UUID, str]], now: datetime) -> None:
    """Let go of offer mails (referral, recipient) not yet sent, letter and all: the offer is over."""
    await db.execute(
        """
        UPDATE delivery
           SET state = 'suppressed', reason = 'offer-over', due_at = NULL, lease = NULL, leased_until = NULL,
               letter = NULL, wrapped_key = NULL, changed_at = $3
          FROM unnest($1::uuid[], $2::text[]) AS t (referral_id, recipient)
         WHERE delivery.referral_id = t.referral_id AND delivery.recipient = t.recipient
           AND purpose IN ('offer', 'offer-reminder')
           AND state IN ('queued', 'failed', 'retried', 'given_up')
        """,
        [referral_id for referral_id, _ in offers],
        [recipient for _, recipient in offers],
        now,
    )


async def suppress_unwanted(
    db: Connection, referrals: Sequence[UUID], purposes: Sequence[Purpose], now: datetime
) -> None:
    """Let go of questions not yet sent, link and all: the client does not want them any more."""
    await db.execute(
        """
        UPDATE delivery
           SET state = 'suppressed', reason = 'consent-missing', due_at = NULL, lease = NULL, leased_until = NULL,
               letter = NULL, wrapped_key = NULL, changed_at = $3
         WHERE referral_id = ANY($1::uuid[]) AND purpose = ANY($2::text[])
           AND state IN ('queued', 'failed', 'retried', 'given_up')
        """,
        referrals,
        purposes,
        now,
    )


async def delivery_locked(db: Connection, delivery_id: UUID) -> Record | None:
    """One delivery's row, locked; None where there is none."""
    row: Record | None = await db.fetchrow("SELECT * FROM delivery WHERE delivery_id = $1 FOR UPDATE", delivery_id)
    return row


async def put_in_line_again(db: Connection, delivery_id: UUID, now: datetime) -> None:
    """Begin a new round of attempts, at once."""
    await db.execute(
        """
        UPDATE delivery
           SET state = 'retried', due_at = $2, round_began = attempts, changed_at = $2, lease = NULL,
               leased_until = NULL
         WHERE delivery_id = $1
        """,
        delivery_id,
        now,
    )


async def next_due(db: Connection) -> datetime | None:
    """When the next delivery is due."""
    found: datetime | None = await db.fetchval("SELECT min(due_at) FROM delivery WHERE due_at IS NOT NULL")
    return found
