"""The cards of the board: what was said about each referral, and the columns it is found by."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import TypeAdapter

from services.notifications.domain.card import card_of
from services.notifications.domain.face import changes_next
from services.notifications.domain.facts import Said
from services.notifications.domain.words import short
from shared.db import Connection

_SAID = TypeAdapter(Said)


@dataclass(frozen=True, slots=True)
class KeptProfile:
    """The coarse profile that came with a referral: the area in clear, the rest as ciphertext with its wrapped key."""

    area: str | None
    wrapped_key: bytes
    profile: bytes


async def said_about(db: Connection, referral_ids: Sequence[UUID]) -> dict[UUID, Said]:
    """What has been heard so far about those of these referrals which have a card."""
    rows = await db.fetch("SELECT referral_id, said FROM card WHERE referral_id = ANY($1::uuid[])", referral_ids)
    return {row["referral_id"]: _SAID.validate_python(row["said"]) for row in rows}


async def keep_cards(
    db: Connection, said: Mapping[UUID, Said], profiles: Mapping[UUID, KeptProfile], now: datetime
) -> None:
    """Write the cards of these referrals, in one statement; a profile once known is kept."""
    rows = [_row(referral_id, said[referral_id], profiles.get(referral_id), now) for referral_id in sorted(said)]
    await db.execute(
        """
        INSERT INTO card AS c (
               referral_id, short_id, said, board_column, reason, priority, urgency, since, last_at, deadline_kind,
               deadline_at, flags, open_concerns, concern_due, therapist_id, shortfall, area, wrapped_key, profile,
               face_changes_at)
        SELECT referral_id, short_id, said, board_column, reason, priority, urgency, since, last_at, deadline_kind,
               deadline_at, string_to_array(flags, ' '), open_concerns, concern_due, therapist_id, shortfall, area,
               wrapped_key, profile, face_changes_at
          FROM unnest(
               $1::uuid[], $2::text[], $3::jsonb[], $4::text[], $5::text[], $6::text[], $7::smallint[],
               $8::timestamptz[], $9::timestamptz[], $10::text[], $11::timestamptz[], $12::text[], $13::integer[],
               $14::timestamptz[], $15::uuid[], $16::bigint[], $17::text[], $18::bytea[], $19::bytea[],
               $20::timestamptz[])
               AS t (referral_id, short_id, said, board_column, reason, priority, urgency, since, last_at,
                     deadline_kind, deadline_at, flags, open_concerns, concern_due, therapist_id, shortfall, area,
                     wrapped_key, profile, face_changes_at)
        ON CONFLICT (referral_id) DO UPDATE
           SET said = excluded.said, board_column = excluded.board_column, reason = excluded.reason,
               priority = excluded.priority, urgency = excluded.urgency, since = excluded.since,
               last_at = excluded.last_at, deadline_kind = excluded.deadline_kind, deadline_at = excluded.deadline_at,
               flags = excluded.flags, open_concerns = excluded.open_concerns, concern_due = excluded.concern_due,
               therapist_id = excluded.therapist_id, shortfall = excluded.shortfall,
               area = coalesce(excluded.area, c.area), wrapped_key = coalesce(excluded.wrapped_key, c.wrapped_key),
               profile = coalesce(excluded.profile, c.profile), face_changes_at = excluded.face_changes_at
        """,
        *(list(column) for column in zip(*rows, strict=True)),
    )


def _row(referral_id: UUID, said: Said, kept: KeptProfile | None, now: datetime) -> tuple[Any, ...]:
    card = card_of(said)
    return (
        referral_id,
        short(referral_id),
        _SAID.dump_python(said, mode="json"),
        card.column,
        card.reason,
        card.priority,
        card.urgency,
        card.since,
        said.last_at,
        card.deadline.kind if card.deadline else None,
        card.deadline.at if card.deadline else None,
        " ".join(card.flags),
        card.open_concerns,
        card.concern_due,
        UUID(card.therapist_id) if card.therapist_id else None,
        card.shortfall,
        kept.area if kept else None,
        kept.wrapped_key if kept else None,
        kept.profile if kept else None,
        changes_next(card, now),
    )


async def age_cards(db: Connection, now: datetime, limit: int) -> list[UUID]:
    """Cards that only time has made look different, with their next such moment set; safe with several replicas."""
    rows = await db.fetch(
        """
        SELECT referral_id, said FROM card
         WHERE face_changes_at <= $1
         ORDER BY face_changes_at, referral_id
         LIMIT $2
           FOR UPDATE SKIP LOCKED
        """,
        now,
        limit,
    )
    following = [changes_next(card_of(_SAID.validate_python(row["said"])), now) for row in rows]
    aged = [row["referral_id"] for row in rows]
    await db.execute(
        """
        UPDATE card SET face_changes_at = t.moment
          FROM unnest($1::uuid[], $2::timestamptz[]) AS t (referral_id, moment)
         WHERE card.referral_id = t.referral_id
        """,
        aged,
        following,
    )
    return aged
