"""Runs of payments to therapists: what each contains, and what became of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal
from uuid import UUID

from services.funding.domain.bank_answers import Payment, Settled
from services.funding.domain.bank_details import BankDetails
from services.funding.store.bank_details import details_in
from shared.db import Connection, Record
from shared.kernel.ids import InvoiceId, PaymentRunId, TherapistId
from shared.kernel.money import Pence
from shared.privacy import Keyring

RunState = Literal["made", "released", "cancelled"]


@dataclass(frozen=True, slots=True)
class PaymentRun:
    """One run, who made and who released it."""

    run_id: PaymentRunId
    number: int
    state: RunState
    pays_on: date
    made_by: str
    made_at: datetime
    released_by: str | None
    released_at: datetime | None


@dataclass(frozen=True, slots=True)
class Ready:
    """An approved invoice that waits for a run; `account_id` is None where there is no confirmed account for it."""

    invoice_id: InvoiceId
    number: int
    therapist_id: TherapistId
    amount: Pence
    account_id: UUID | None
    earlier: int
    stands: bool


async def ready_invoices(db: Connection) -> list[Ready]:
    """Every approved invoice, the longest approved first, with the account that it would be paid to."""
    rows = await db.fetch(
        """
        SELECT invoice_id, number, invoice.therapist_id, sums.amount, account.account_id, sums.stands,
               (SELECT count(*)::int FROM payment WHERE payment.invoice_id = invoice.invoice_id) AS earlier
          FROM invoice
         CROSS JOIN LATERAL (
               SELECT coalesce(sum(amount), 0)::bigint AS amount,
                      coalesce(bool_and(kind = 'credit' OR credited OR amount = drawn_by(session_id)), false) AS stands
                 FROM invoice_line WHERE invoice_line.invoice_id = invoice.invoice_id AND NOT taken_off) AS sums
          LEFT JOIN bank_account account ON account.therapist_id = invoice.therapist_id AND account.state = 'confirmed'
           AND NOT EXISTS (SELECT 1 FROM bank_account waiting
                            WHERE waiting.therapist_id = invoice.therapist_id AND waiting.state = 'waiting')
         WHERE invoice.state = 'approved'
         ORDER BY invoice.changed_at, number
        """
    )
    return [Ready(**row) for row in rows]


async def add_run(db: Connection, *, run_id: PaymentRunId, pays_on: date, made_by: str, now: datetime) -> int:
    """Begin a run; gives its number."""
    number: int = await db.fetchval(
        """
        INSERT INTO payment_run (run_id, state, pays_on, made_by, made_at) VALUES ($1, 'made', $2, $3, $4)
        RETURNING number
        """,
        run_id,
        pays_on,
        made_by,
        now,
    )
    return number


async def add_payment(db: Connection, payment_id: UUID, run_id: PaymentRunId, ready: Ready, reference: str) -> None:
    """Put an invoice into a run; the database refuses one that is in another."""
    await db.execute(
        """
        INSERT INTO payment (payment_id, run_id, invoice_id, account_id, amount, reference, state)
        VALUES ($1, $2, $3, $4, $5, $6, 'waiting')
        """,
        payment_id,
        run_id,
        ready.invoice_id,
        ready.account_id,
        ready.amount,
        reference,
    )


async def run_by_id(db: Connection, run_id: PaymentRunId, *, locked: bool = False) -> PaymentRun | None:
    """One run; `locked` until the transaction ends."""
    row = await db.fetchrow(
        "SELECT * FROM payment_run WHERE run_id = $1 FOR NO KEY UPDATE"
        if locked
        else "SELECT * FROM payment_run WHERE run_id = $1",
        run_id,
    )
    return PaymentRun(**row) if row else None


async def release(db: Connection, run_id: PaymentRunId, released_by: str, now: datetime) -> None:
    """A second person lets the payments go."""
    await db.execute(
        "UPDATE payment_run SET state = 'released', released_by = $2, released_at = $3 WHERE run_id = $1",
        run_id,
        released_by,
        now,
    )


async def cancel_run(db: Connection, run_id: PaymentRunId) -> list[InvoiceId]:
    """Give up a run that was not released; gives the invoices that were in it."""
    await db.execute("UPDATE payment_run SET state = 'cancelled' WHERE run_id = $1", run_id)
    rows = await db.fetch(
        """
        UPDATE payment SET state = 'taken-out' WHERE run_id = $1 AND state = 'waiting' RETURNING invoice_id
        """,
        run_id,
    )
    return sorted(row["invoice_id"] for row in rows)


async def take_out_unreleased(db: Connection, invoice_id: InvoiceId) -> bool:
    """Take an invoice out of its run; False where the payment is already on its way."""
    taken = await db.fetchval(
        """
        UPDATE payment SET state = 'taken-out' FROM payment_run
         WHERE payment_run.run_id = payment.run_id AND payment_run.state = 'made'
           AND invoice_id = $1 AND payment.state = 'waiting'
        RETURNING true
        """,
        invoice_id,
    )
    return taken is not None


async def changed_accounts(db: Connection, run_id: PaymentRunId) -> int:
    """How many payments of a run go to an account that is not the confirmed one any more, or is to be replaced."""
    found: int = await db.fetchval(
        """
        SELECT count(*)::int FROM payment JOIN bank_account account USING (account_id)
         WHERE run_id = $1 AND payment.state = 'waiting'
           AND (account.state <> 'confirmed'
                OR EXISTS (SELECT 1 FROM bank_account waiting
                            WHERE waiting.therapist_id = account.therapist_id AND waiting.state = 'waiting'))
        """,
        run_id,
    )
    return found


async def lines_for_bank(
    db: Connection, keys: Keyring, run_id: PaymentRunId
) -> list[tuple[str, Pence, BankDetails | None]]:
    """What goes to the bank: reference, amount and account of each payment, in the order of the references."""
    rows = await db.fetch(
        """
        SELECT reference, amount, therapist_id, details, wrapped
          FROM payment JOIN bank_account USING (account_id)
          LEFT JOIN subject_key ON subject = therapist_id::text
         WHERE run_id = $1 AND payment.state <> 'taken-out' ORDER BY reference
        """,
        run_id,
    )
    return [(row["reference"], row["amount"], details_in(keys, row)) for row in rows]


async def payments_by_reference(db: Connection, references: Sequence[str]) -> dict[str, Payment]:
    """The payments with these references, locked until the transaction ends."""
    rows = await db.fetch(
        """
        SELECT payment.*, payment_run.state = 'released' AS sent,
               (made_at AT TIME ZONE 'Europe/London')::date AS made_on
          FROM payment JOIN payment_run USING (run_id)
         WHERE reference = ANY($1::text[]) AND payment.state <> 'taken-out'
         ORDER BY reference
           FOR NO KEY UPDATE OF payment
        """,
        list(references),
    )
    return {row["reference"]: _payment(row) for row in rows}


async def paid_payment(db: Connection, invoice_id: InvoiceId) -> UUID | None:
    """The payment by which an invoice was paid; None where credits made up for it."""
    found: UUID | None = await db.fetchval(
        "SELECT payment_id FROM payment WHERE invoice_id = $1 AND state = 'paid' FOR NO KEY UPDATE", invoice_id
    )
    return found


async def settle(db: Connection, payment_id: UUID, *, result: Settled, day: date, reason: bytes | None) -> None:
    """Note what became of a payment; the reason comes encrypted."""
    await db.execute(
        "UPDATE payment SET state = $2, settled_on = $3, reason = $4 WHERE payment_id = $1",
        payment_id,
        result,
        day,
        reason,
    )


def _payment(row: Record) -> Payment:
    return Payment(**{name: row[name] for name in Payment.__dataclass_fields__})
