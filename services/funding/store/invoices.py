"""Therapists' invoices, by which policy they are approved, and what was decided about each."""

from datetime import datetime
from uuid import UUID

from services.funding.domain.invoices import Decided, Decision, Invoice, InvoicePolicy
from services.funding.store.subject_keys import key_for
from shared.db import Connection, Record
from shared.kernel.ids import InvoiceId, TherapistId
from shared.privacy import Keyring

REFERENCE = "invoice.own_reference"
REASON = "invoice_decision.reason"


async def invoice_policies(db: Connection) -> list[InvoicePolicy]:
    """Every policy there was or will be, the first first."""
    rows = await db.fetch(
        "SELECT valid_from, approved_by_one_to, unpaid_until_asked FROM invoice_policy ORDER BY valid_from"
    )
    return [InvoicePolicy(**row) for row in rows]


async def add_invoice(
    db: Connection, *, invoice_id: InvoiceId, therapist_id: TherapistId, made_by: str, now: datetime
) -> int:
    """Begin a draft; gives its number."""
    number: int = await db.fetchval(
        """
        INSERT INTO invoice (invoice_id, therapist_id, state, made_by, made_at, changed_at)
        VALUES ($1, $2, 'draft', $3, $4, $4) RETURNING number
        """,
        invoice_id,
        therapist_id,
        made_by,
        now,
    )
    return number


async def save_state(db: Connection, invoice: Invoice, now: datetime) -> None:
    """Keep how far an invoice has got; the lines of a cancelled one are free again."""
    await db.execute(
        "UPDATE invoice SET state = $2, changed_at = $3 WHERE invoice_id = $1", invoice.invoice_id, invoice.state, now
    )


async def save_reference(db: Connection, keys: Keyring, invoice: Invoice, reference: str) -> None:
    """Keep the therapist's own reference under their key."""
    sealed = (await key_for(db, keys, invoice.therapist_id)).encrypt_text(REFERENCE, reference) if reference else None
    await db.execute("UPDATE invoice SET own_reference = $2 WHERE invoice_id = $1", invoice.invoice_id, sealed)


async def invoice_by_id(
    db: Connection, keys: Keyring, invoice_id: InvoiceId, *, locked: bool = False
) -> Invoice | None:
    """One invoice; `locked` until the transaction ends."""
    if locked:
        await db.execute("SELECT 1 FROM invoice WHERE invoice_id = $1 FOR NO KEY UPDATE", invoice_id)
    row = await db.fetchrow(
        """
        SELECT invoice.*, wrapped FROM invoice LEFT JOIN subject_key ON subject = therapist_id::text
         WHERE invoice_id = $1
        """,
        invoice_id,
    )
    return invoice_in(keys, row) if row else None


async def invoices_of(db: Connection, keys: Keyring, therapist_id: TherapistId) -> list[tuple[Invoice, int]]:
    """Every invoice of a therapist with what it comes to, the latest first."""
    rows = await db.fetch(
        """
        SELECT invoice.*, wrapped,
               (SELECT coalesce(sum(amount), 0)::bigint FROM invoice_line
                 WHERE invoice_line.invoice_id = invoice.invoice_id AND NOT taken_off) AS amount
          FROM invoice LEFT JOIN subject_key ON subject = therapist_id::text
         WHERE therapist_id = $1 ORDER BY number DESC
        """,
        therapist_id,
    )
    return [(invoice_in(keys, row), row["amount"]) for row in rows]


async def note_decision(db: Connection, keys: Keyring, invoice: Invoice, decided: Decided, decision_id: UUID) -> None:
    """Keep what was decided about an invoice, by whom and when, and why under the therapist's own key."""
    sealed = None
    if decided.reason:
        sealed = (await key_for(db, keys, invoice.therapist_id)).encrypt_text(REASON, decided.reason)
    await db.execute(
        """
        INSERT INTO invoice_decision (decision_id, invoice_id, decided, actor, reason, decided_at)
        VALUES ($1, $2, $3, $4, $5, $6)
        """,
        decision_id,
        invoice.invoice_id,
        decided.decision,
        decided.actor,
        sealed,
        decided.decided_at,
    )


async def history_of(db: Connection, keys: Keyring, invoice: Invoice) -> list[Decided]:
    """What was decided about an invoice, the first first; a reason that was erased is empty."""
    rows = await db.fetch(
        """
        SELECT decided, actor, decided_at, reason, wrapped
          FROM invoice_decision LEFT JOIN subject_key ON subject = $2
         WHERE invoice_id = $1 ORDER BY decided_at, decision_id
        """,
        invoice.invoice_id,
        str(invoice.therapist_id),
    )
    return [Decided(_decision(row), row["actor"], row["decided_at"], _reason(keys, invoice, row)) for row in rows]


def invoice_in(keys: Keyring, row: Record) -> Invoice:
    """The invoice in a row of its table with the `wrapped` key of its therapist."""
    own = ""
    if row["own_reference"] is not None and row["wrapped"] is not None:
        key = keys.subject_key(str(row["therapist_id"]), row["wrapped"])
        own = key.decrypt_text(REFERENCE, row["own_reference"])
    return Invoice(
        row["invoice_id"], row["number"], row["therapist_id"], row["state"], row["made_by"], row["made_at"], own
    )


def _decision(row: Record) -> Decision:
    decision: Decision = row["decided"]
    return decision


def _reason(keys: Keyring, invoice: Invoice, row: Record) -> str:
    if row["reason"] is None or row["wrapped"] is None:
        return ""
    return keys.subject_key(str(invoice.therapist_id), row["wrapped"]).decrypt_text(REASON, row["reason"])
