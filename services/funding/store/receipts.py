"""Receipts for fees: numbered once, made out once, never changed; and what happened to a therapist's fees."""

from datetime import date
from uuid import UUID

from services.funding.domain.days import day_of
from services.funding.domain.receipts import Line, Receipt, line_of
from services.funding.store.fees import fees_of
from services.funding.store.subject_keys import key_for
from shared.db import Connection, Record
from shared.kernel.ids import TherapistId
from shared.privacy import Keyring

COLUMN = "fee_receipt.made_out_to"


async def give_number(db: Connection, fee_id: UUID, paid_on: date) -> None:
    """Note the next receipt of the year; one lock, so that numbers have no gap and nobody gets the same."""
    await db.execute("SELECT pg_advisory_xact_lock(hashtextextended('funding receipts', 7))")
    await db.execute(
        """
        INSERT INTO fee_receipt (year, number, fee_id, paid_on)
        SELECT $2, coalesce(max(number), 0) + 1, $1, $3 FROM fee_receipt WHERE year = $2
        """,
        fee_id,
        paid_on.year,
        paid_on,
    )


async def undo(db: Connection, fee_id: UUID, today: date) -> None:
    """The receipt of a fee is good no longer; its number stays used."""
    await db.execute("UPDATE fee_receipt SET undone_on = $2 WHERE fee_id = $1 AND undone_on IS NULL", fee_id, today)


async def make_out(db: Connection, keys: Keyring, receipt: Receipt, name: str) -> None:
    """Keep the name on a receipt, unless it has one."""
    sealed = (await key_for(db, keys, receipt.therapist_id)).encrypt_text(COLUMN, name)
    await db.execute(
        "UPDATE fee_receipt SET made_out_to = $3 WHERE year = $1 AND number = $2 AND made_out_to IS NULL",
        receipt.year,
        receipt.number,
        sealed,
    )


async def receipt_for(db: Connection, keys: Keyring, fee_id: UUID) -> Receipt | None:
    """The good receipt of a fee; none where it was not paid, or its payment was undone."""
    row = await db.fetchrow(
        """
        SELECT receipt.*, therapist_id, kind, fee.year AS for_year, amount, wrapped
          FROM fee_receipt receipt JOIN therapist_fee fee USING (fee_id)
          LEFT JOIN subject_key ON subject = therapist_id::text
         WHERE fee_id = $1 AND undone_on IS NULL
        """,
        fee_id,
    )
    return _receipt(keys, row) if row else None


async def receipts_of_year(
    db: Connection, keys: Keyring, year: int, therapist_id: TherapistId | None = None
) -> list[Receipt]:
    """Every receipt of a year by number, undone ones too; of all therapists unless one is named."""
    rows = await db.fetch(
        """
        SELECT receipt.*, therapist_id, kind, fee.year AS for_year, amount, wrapped
          FROM fee_receipt receipt JOIN therapist_fee fee USING (fee_id)
          LEFT JOIN subject_key ON subject = therapist_id::text
         WHERE receipt.year = $1 AND ($2::uuid IS NULL OR therapist_id = $2)
         ORDER BY number
        """,
        year,
        therapist_id,
    )
    return [_receipt(keys, row) for row in rows]


async def lines_of(db: Connection, therapist_id: TherapistId) -> list[Line]:
    """All that ever changed what a therapist owes."""
    fees = {fee.fee_id: fee for fee in await fees_of(db, therapist_id)}
    decided = await db.fetch(
        """
        SELECT fee_id, decided, decided_at FROM fee_decision
         WHERE fee_id = ANY($1::uuid[]) AND decided IN ('paid', 'payment-undone', 'waived')
         ORDER BY decided_at, decision_id
        """,
        list(fees),
    )
    raised = [line_of(fee, "raised", fee.raised_on) for fee in sorted(fees.values(), key=lambda fee: fee.raised_on)]
    return [*raised, *(line_of(fees[row["fee_id"]], row["decided"], day_of(row["decided_at"])) for row in decided)]


def _receipt(keys: Keyring, row: Record) -> Receipt:
    name = ""
    if row["made_out_to"] is not None and row["wrapped"] is not None:
        name = keys.subject_key(str(row["therapist_id"]), row["wrapped"]).decrypt_text(COLUMN, row["made_out_to"])
    known = {field: row[field] for field in Receipt.__dataclass_fields__ if field != "made_out_to"}
    return Receipt(**known, made_out_to=name)
