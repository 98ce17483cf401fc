"""What clients add to sessions, and what was noted about it."""

from datetime import datetime
from uuid import UUID

from services.funding.domain.payments_by_clients import ClientsPart, Noted
from shared.db import Connection, Record
from shared.kernel.ids import AwardId, SessionId, TherapistId


async def parts_of_therapist(db: Connection, therapist_id: TherapistId) -> list[ClientsPart]:
    """Every session of a therapist that took place and to which the client adds something, the earliest first."""
    return await _parts(db, therapist_id=therapist_id)


async def parts_of_award(db: Connection, award_id: AwardId) -> list[ClientsPart]:
    """Every session under an award that took place and to which the client adds something, the earliest first."""
    return await _parts(db, award_id=award_id)


async def all_parts(db: Connection) -> list[ClientsPart]:
    """As `parts_of_award`, of every award."""
    return await _parts(db)


async def note(db: Connection, note_id: UUID, session_id: SessionId, noted: Noted, actor: str, now: datetime) -> None:
    """Add what somebody says about a client's part; it counts in place of what was said before."""
    await db.execute(
        "INSERT INTO contribution_note (note_id, session_id, noted, actor, noted_at) VALUES ($1, $2, $3, $4, $5)",
        note_id,
        session_id,
        noted,
        actor,
        now,
    )


async def _parts(
    db: Connection, *, therapist_id: TherapistId | None = None, award_id: AwardId | None = None
) -> list[ClientsPart]:
    # What a paid session left to the client stays so, also where the charity takes over more of those that follow; and
    # where what is promised falls short of a session, the client adds no more than was agreed when it was paid.
    rows = await db.fetch(
        """
        SELECT session_id, match_id, award_id, held_on,
               amount,
               (SELECT noted FROM contribution_note
                 WHERE contribution_note.session_id = session_result.session_id
                 ORDER BY noted_at DESC, note_id DESC LIMIT 1) AS noted
          FROM session_result JOIN award USING (match_id) LEFT JOIN therapy_course USING (match_id)
         CROSS JOIN LATERAL (
               SELECT coalesce(sum(entry.amount), 0)::bigint AS drawn, max(happened_at) AS drawn_at,
                      least(session_fee, coalesce(agreed_fee, session_fee)) AS fee
                 FROM ledger_transaction moved JOIN ledger_entry entry USING (transaction_id)
                WHERE moved.session_id = session_result.session_id AND account = 'spent') AS paid
         CROSS JOIN LATERAL (
               SELECT CASE WHEN drawn = 0 THEN least(award.contribution, fee)
                           ELSE least(fee - drawn,
                                      (SELECT larger.contribution FROM proposal larger
                                        WHERE larger.award_id = award.award_id AND larger.kind = 'top-up'
                                          AND larger.state = 'granted' AND larger.changed_at <= drawn_at
                                        ORDER BY larger.changed_at DESC LIMIT 1)) END AS amount) AS added
         WHERE result = 'attended' AND amount > 0 AND award.state <> 'not-needed'
           AND ($1::uuid IS NULL OR therapist_id = $1) AND ($2::uuid IS NULL OR award_id = $2)
         ORDER BY held_on, session_id
        """,
        therapist_id,
        award_id,
    )
    return [_part(row) for row in rows]


def _part(row: Record) -> ClientsPart:
    return ClientsPart(**{name: row[name] for name in ClientsPart.__dataclass_fields__})
