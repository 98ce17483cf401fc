"""Referrals: their state and clocks; nothing in these rows says who somebody is or what they need."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.intake.domain.closing import CloseReason, EndedBy
from services.intake.domain.codes import Channel, Priority, Source, WaitReason
from services.intake.domain.states import State
from shared.db import Connection
from shared.kernel.ids import MatchId, ReferralId


@dataclass(frozen=True, slots=True)
class Referral:
    """One referral as it stands; `version` rises with every change."""

    referral_id: ReferralId
    state: State
    wait_reason: WaitReason | None
    state_since: datetime
    look_by: datetime | None
    version: int
    channel: Channel
    source: Source
    priority: Priority
    received_at: datetime
    received_by: str
    api_key_id: UUID | None
    unreachable: bool
    offered_match: MatchId | None
    ended_by: EndedBy | None
    close_reason: CloseReason | None


async def add_referral(db: Connection, referral: Referral, receipt_hash: bytes | None) -> None:
    """Keep a new referral; `receipt_hash` finds it again, where its client was given a receipt."""
    await db.execute(
        """
        INSERT INTO referral (referral_id, state, wait_reason, state_since, look_by, version, channel, source, priority,
                              received_at, received_by, api_key_id, unreachable, receipt_hash)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
        """,
        referral.referral_id,
        referral.state,
        referral.wait_reason,
        referral.state_since,
        referral.look_by,
        referral.version,
        referral.channel,
        referral.source,
        referral.priority,
        referral.received_at,
        referral.received_by,
        referral.api_key_id,
        referral.unreachable,
        receipt_hash,
    )


async def referral_of(db: Connection, referral_id: UUID) -> Referral | None:
    """The referral, or None."""
    row = await db.fetchrow(
        """
        SELECT referral_id, state, wait_reason, state_since, look_by, version, channel, source, priority,
               received_at, received_by, api_key_id, unreachable, offered_match, ended_by, close_reason
          FROM referral
         WHERE referral_id = $1
        """,
        referral_id,
    )
    return Referral(**row) if row else None


async def save_referral(db: Connection, referral: Referral) -> None:
    """Write what may change about a referral; call it under the referral's lock."""
    await db.execute(
        """
        UPDATE referral
           SET state = $2, wait_reason = $3, state_since = $4, look_by = $5, version = $6, priority = $7,
               unreachable = $8, offered_match = $9, ended_by = $10, close_reason = $11
         WHERE referral_id = $1
        """,
        referral.referral_id,
        referral.state,
        referral.wait_reason,
        referral.state_since,
        referral.look_by,
        referral.version,
        referral.priority,
        referral.unreachable,
        referral.offered_match,
        referral.ended_by,
        referral.close_reason,
    )


async def referrals_to_look_at(db: Connection, limit: int = 200) -> list[Referral]:
    """What waits for a person: undecided ones and clients who cannot be reached; the most urgent and latest first."""
    rows = await db.fetch(
        """
        SELECT referral_id, state, wait_reason, state_since, look_by, version, channel, source, priority,
               received_at, received_by, api_key_id, unreachable, offered_match, ended_by, close_reason
          FROM referral
         WHERE state IN ('in_triage', 'more_info_needed', 'not_ready')
            OR (unreachable AND close_reason IS NULL)
         ORDER BY array_position(ARRAY['immediate', 'urgent', 'routine'], priority), look_by NULLS LAST, received_at
         LIMIT $1
        """,
        limit,
    )
    return [Referral(**row) for row in rows]


async def referral_by_receipt(db: Connection, receipt_hashes: Sequence[bytes]) -> ReferralId | None:
    """The referral whose receipt has one of these keyed hashes."""
    found: ReferralId | None = await db.fetchval(
        "SELECT referral_id FROM referral WHERE receipt_hash = ANY($1::bytea[])", list(receipt_hashes)
    )
    return found


async def has_receipt(db: Connection, referral_id: UUID, receipt_hashes: Sequence[bytes]) -> bool:
    """Whether the referral's receipt has one of these keyed hashes."""
    return await referral_by_receipt(db, receipt_hashes) == referral_id
