"""The lines of invoices: which sessions can still be asked for, which are, and which paid ones are to be credited."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from services.funding.domain.invoices import Line
from shared.db import Connection, Record
from shared.kernel.ids import InvoiceId, SessionId, TherapistId


async def payable_sessions(
    db: Connection, *, therapist_id: TherapistId | None = None, until: date | None = None
) -> dict[TherapistId, list[Line]]:
    """Sessions that the ledger has paid and no live invoice holds, by the therapist who held them, the earliest first.

    What they come to is what the funds have paid; the rest of the fee that was agreed is the client's.
    """
    rows = await db.fetch(
        """
        SELECT therapist_id, session_id, match_id, held_on, drawn,
               greatest(drawn, least(session_fee, coalesce(agreed_fee, session_fee))) AS fee
          FROM session_result
          JOIN therapy_course USING (match_id)
          JOIN award USING (match_id)
         CROSS JOIN LATERAL (SELECT drawn_by(session_id) AS drawn) AS paid
         WHERE ($1::uuid IS NULL OR therapist_id = $1) AND ($2::date IS NULL OR held_on <= $2) AND drawn > 0
           AND NOT EXISTS (SELECT 1 FROM invoice_line
                            WHERE invoice_line.session_id = session_result.session_id
                              AND kind = 'session' AND live AND NOT taken_off AND NOT credited)
         ORDER BY therapist_id, held_on, session_id
        """,
        therapist_id,
        until,
    )
    found: dict[TherapistId, list[Line]] = {}
    for row in rows:
        line = Line(
            *(row["session_id"], "session", row["session_id"], row["match_id"], row["held_on"], row["fee"]),
            *(row["fee"] - row["drawn"], row["drawn"], row["drawn"]),
        )
        found.setdefault(row["therapist_id"], []).append(line)
    return found


async def credits_due(db: Connection, therapist_id: TherapistId) -> list[Line]:
    """Paid lines of sessions that turned out not to be payable, or not so much, and are not credited yet."""
    rows = await db.fetch(
        """
        SELECT invoice_line.*, drawn
          FROM invoice_line JOIN invoice USING (invoice_id)
         CROSS JOIN LATERAL (SELECT drawn_by(session_id) AS drawn) AS paid
         WHERE therapist_id = $1 AND state = 'paid' AND kind = 'session' AND NOT taken_off AND NOT credited
           AND drawn <> amount
         ORDER BY held_on, line_id
        """,
        therapist_id,
    )
    return [_line(row) for row in rows]


async def lines_of(db: Connection, invoice_id: InvoiceId) -> list[Line]:
    """What an invoice asks for and credits, sessions first, without what was taken off."""
    rows = await db.fetch(
        """
        SELECT invoice_line.*, drawn_by(session_id) AS drawn
          FROM invoice_line WHERE invoice_id = $1 AND NOT taken_off ORDER BY kind DESC, held_on, line_id
        """,
        invoice_id,
    )
    return [_line(row) for row in rows]


async def invoice_with(db: Connection, session_id: SessionId) -> InvoiceId | None:
    """The live invoice that asks for a session, if one does."""
    found: InvoiceId | None = await db.fetchval(
        """
        SELECT invoice_id FROM invoice_line
         WHERE session_id = $1 AND kind = 'session' AND live AND NOT taken_off AND NOT credited
        """,
        session_id,
    )
    return found


async def add_lines(db: Connection, invoice_id: InvoiceId, lines: Sequence[tuple[UUID, Line]]) -> None:
    """Put sessions and credits on an invoice, under new ids; what is credited is so from now on."""
    await db.executemany(
        """
        INSERT INTO invoice_line
               (line_id, invoice_id, kind, session_id, match_id, held_on, fee, contribution, amount, credits)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
        """,
        [
            (
                *(line_id, invoice_id, line.kind, line.session_id, line.match_id, line.held_on, line.fee),
                *(line.contribution, line.amount, line.credits),
            )
            for line_id, line in lines
        ],
    )
    credited = [line.credits for _, line in lines if line.credits is not None]
    await db.execute("UPDATE invoice_line SET credited = true WHERE line_id = ANY($1::uuid[])", credited)


async def take_off(db: Connection, lines: Sequence[Line]) -> None:
    """Count these lines no longer; what they credited is to be credited again."""
    await db.execute(
        "UPDATE invoice_line SET taken_off = true WHERE line_id = ANY($1::uuid[])", [line.line_id for line in lines]
    )
    await uncredit(db, lines)


async def uncredit(db: Connection, lines: Sequence[Line]) -> None:
    """What these lines credited is to be credited again."""
    freed = [line.credits for line in lines if line.credits is not None]
    await db.execute("UPDATE invoice_line SET credited = false WHERE line_id = ANY($1::uuid[])", freed)


async def asked_for_again(db: Connection, lines: Sequence[Line]) -> bool:
    """Whether a session that one of these lines credits is on a later invoice, so that the credit has to stay."""
    found: bool = await db.fetchval(
        """
        SELECT EXISTS (SELECT 1 FROM invoice_line
                        WHERE session_id = ANY($1::uuid[]) AND kind = 'session' AND live AND NOT taken_off
                          AND NOT credited)
        """,
        [line.session_id for line in lines if line.kind == "credit"],
    )
    return found


def _line(row: Record) -> Line:
    return Line(**{name: row[name] for name in Line.__dataclass_fields__})
