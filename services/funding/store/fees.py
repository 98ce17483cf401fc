"""What therapists owe, by which policy, and what was decided about it."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from services.funding.domain.fees import Decision, Fee, FeePolicy
from services.funding.store.subject_keys import key_for
from shared.db import Connection, Record
from shared.kernel.ids import TherapistId
from shared.privacy import Keyring

COLUMN = "fee_decision.reason"


async def fee_policies(db: Connection) -> list[FeePolicy]:
    """Every policy there was or will be, the first first."""
    rows = await db.fetch(
        """
        SELECT valid_from, yearly_when, yearly_fee, referral_when, referral_fee, reminder_days, overdue_days,
               waived_by_one_to
          FROM fee_policy ORDER BY valid_from
        """
    )
    return [FeePolicy(**{**row, "reminder_days": tuple(row["reminder_days"])}) for row in rows]


async def add_fee(db: Connection, fee: Fee, now: datetime) -> bool:
    """Note a fee; False where the therapist owes it or has settled it already."""
    added = await db.fetchval(
        """
        INSERT INTO therapist_fee
               (fee_id, therapist_id, kind, year, referral_id, amount, state, raised_on, overdue_from, changed_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
        ON CONFLICT DO NOTHING RETURNING true
        """,
        fee.fee_id,
        fee.therapist_id,
        fee.kind,
        fee.year,
        fee.referral_id,
        fee.amount,
        fee.state,
        fee.raised_on,
        fee.overdue_from,
        now,
    )
    return added is not None


async def save_fee(db: Connection, fee: Fee, now: datetime) -> None:
    """Keep how far a fee has got."""
    await db.execute(
        """
        UPDATE therapist_fee SET state = $2, was_overdue = $3, reminded = $4, changed_at = $5 WHERE fee_id = $1
        """,
        fee.fee_id,
        fee.state,
        fee.was_overdue,
        fee.reminded,
        now,
    )


async def fee_by_id(db: Connection, fee_id: UUID, *, locked: bool = False) -> Fee | None:
    """One fee; `locked` until the transaction ends."""
    row = await db.fetchrow(
        "SELECT * FROM therapist_fee WHERE fee_id = $1 FOR NO KEY UPDATE"
        if locked
        else "SELECT * FROM therapist_fee WHERE fee_id = $1",
        fee_id,
    )
    return _fee(row) if row else None


async def fees_of(db: Connection, therapist_id: TherapistId) -> list[Fee]:
    """Every fee of a therapist, the latest first."""
    rows = await db.fetch(
        "SELECT * FROM therapist_fee WHERE therapist_id = $1 ORDER BY raised_on DESC, fee_id DESC", therapist_id
    )
    return [_fee(row) for row in rows]


async def fees_listed(db: Connection, states: Collection[str], limit: int) -> list[Fee]:
    """Fees in these states, the longest owed first."""
    rows = await db.fetch(
        "SELECT * FROM therapist_fee WHERE state = ANY($1::text[]) ORDER BY raised_on, fee_id LIMIT $2",
        sorted(states),
        limit,
    )
    return [_fee(row) for row in rows]


async def fee_counts(db: Connection) -> dict[str, tuple[int, int]]:
    """How many fees there are in each state, and what they come to."""
    rows = await db.fetch(
        "SELECT state, count(*)::int AS number, sum(amount)::bigint AS amount FROM therapist_fee GROUP BY state"
    )
    return {row["state"]: (row["number"], row["amount"]) for row in rows}


async def owes_overdue(db: Connection, therapist_id: TherapistId, *, beside: UUID | None = None) -> bool:
    """Whether a therapist owes anything that is overdue, also while a waiver of it is asked for."""
    found: bool = await db.fetchval(
        """
        SELECT EXISTS (SELECT 1 FROM therapist_fee
                        WHERE therapist_id = $1 AND was_overdue AND state IN ('overdue', 'waiver-asked')
                          AND fee_id IS DISTINCT FROM $2)
        """,
        therapist_id,
        beside,
    )
    return found


async def note_decision(
    db: Connection, keys: Keyring, fee: Fee, decided: tuple[UUID, Decision, str, datetime], reason: str
) -> None:
    """Keep what was decided about a fee, by whom and when, and the reason under the therapist's own key."""
    decision_id, decision, actor, now = decided
    sealed = (await key_for(db, keys, fee.therapist_id)).encrypt_text(COLUMN, reason) if reason else None
    await db.execute(
        """
        INSERT INTO fee_decision (decision_id, fee_id, decided, actor, reason, decided_at)
        VALUES ($1, $2, $3, $4, $5, $6)
        """,
        decision_id,
        fee.fee_id,
        decision,
        actor,
        sealed,
        now,
    )


async def decisions_on(db: Connection, keys: Keyring, fee: Fee) -> list[tuple[Decision, str, datetime, str]]:
    """What was decided about a fee, by whom, when and why, the first first; a reason that was erased is empty."""
    rows = await db.fetch(
        """
        SELECT decided, actor, decided_at, reason, wrapped
          FROM fee_decision LEFT JOIN subject_key ON subject = $2
         WHERE fee_id = $1 ORDER BY decided_at, decision_id
        """,
        fee.fee_id,
        str(fee.therapist_id),
    )
    return [(row["decided"], row["actor"], row["decided_at"], _reason(keys, fee, row)) for row in rows]


def _reason(keys: Keyring, fee: Fee, row: Record) -> str:
    if row["reason"] is None or row["wrapped"] is None:
        return ""
    return keys.subject_key(str(fee.therapist_id), row["wrapped"]).decrypt_text(COLUMN, row["reason"])


def _fee(row: Record) -> Fee:
    return Fee(**{name: row[name] for name in Fee.__dataclass_fields__})
