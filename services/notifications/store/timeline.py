"""The timeline: every fact that was heard, by subject, in clear fields only."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from shared.db import Connection


@dataclass(frozen=True, slots=True)
class Happening:
    """One fact about one subject: a referral, a fund or a therapist."""

    subject: UUID
    speaker: str
    sequence: int
    event_id: UUID
    kind: str
    at: datetime
    details: Mapping[str, Any]


async def add_happenings(db: Connection, happenings: Sequence[Happening]) -> None:
    """Append to the timelines, in one statement; what is there already is left alone."""
    await db.execute(
        """
        INSERT INTO happening (subject, speaker, sequence, event_id, kind, at, details)
        SELECT *
          FROM unnest($1::uuid[], $2::text[], $3::bigint[], $4::uuid[], $5::text[], $6::timestamptz[], $7::jsonb[])
        ON CONFLICT DO NOTHING
        """,
        [one.subject for one in happenings],
        [one.speaker for one in happenings],
        [one.sequence for one in happenings],
        [one.event_id for one in happenings],
        [one.kind for one in happenings],
        [one.at for one in happenings],
        [dict(one.details) for one in happenings],
    )


async def happenings_of(db: Connection, subject: UUID) -> list[Happening]:
    """Everything that was heard about a subject, oldest first; facts of one speaker in the order it told them."""
    rows = await db.fetch(
        """
        SELECT subject, speaker, sequence, event_id, kind, at, details
          FROM happening WHERE subject = $1 ORDER BY at, speaker, sequence
        """,
        subject,
    )
    return [Happening(**row) for row in rows]


async def next_sequence(db: Connection, subject: UUID, speaker: str) -> int:
    """The number after the last fact of this speaker; call it under the subject's lock."""
    found: int = await db.fetchval(
        "SELECT coalesce(max(sequence), 0) + 1 FROM happening WHERE subject = $1 AND speaker = $2", subject, speaker
    )
    return found
