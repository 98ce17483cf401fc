"""Therapists' fees by the day from which they hold, and the one in force, which matching looks at."""

from services.matching.domain.fees import Fee
from shared.db import Connection
from shared.kernel.ids import TherapistId


async def fees_of(db: Connection, therapist_id: TherapistId) -> list[Fee]:
    """Every fee, past and to come, in the order of their days."""
    rows = await db.fetch(
        """
        SELECT valid_from, session_fee, concession_fee FROM therapist_fee WHERE therapist_id = $1 ORDER BY valid_from
        """,
        therapist_id,
    )
    return [Fee(**row) for row in rows]


async def add_fee(db: Connection, therapist_id: TherapistId, fee: Fee) -> None:
    """Keep a fee; one that was said for the same day is replaced."""
    await db.execute(
        """
        INSERT INTO therapist_fee (therapist_id, valid_from, session_fee, concession_fee) VALUES ($1, $2, $3, $4)
        ON CONFLICT (therapist_id, valid_from) DO UPDATE
           SET session_fee = excluded.session_fee, concession_fee = excluded.concession_fee
        """,
        therapist_id,
        fee.valid_from,
        fee.session_fee,
        fee.concession_fee,
    )


async def set_fee_in_force(db: Connection, therapist_id: TherapistId, fee: Fee) -> None:
    """Let matching look at this fee from now on; the caller holds the places."""
    await db.execute(
        "UPDATE therapist SET session_fee = $2, concession_fee = $3 WHERE therapist_id = $1",
        therapist_id,
        fee.session_fee,
        fee.concession_fee,
    )


async def set_fees_overdue(db: Connection, therapist_id: TherapistId, *, overdue: bool) -> bool:
    """Note whether the therapist owes the charity a fee; False where that was known, or nobody is known."""
    return (
        await db.fetchval(
            """
            UPDATE therapist SET fees_overdue = $2 WHERE therapist_id = $1 AND fees_overdue <> $2 RETURNING true
            """,
            therapist_id,
            overdue,
        )
        is True
    )
