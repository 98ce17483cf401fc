"""What finance decides about invoices, and what follows where a session of one is corrected."""

from dataclasses import replace
from typing import assert_never

from services.funding.domain.days import day_of
from services.funding.domain.invoices import (
    Invoice,
    InvoiceState,
    approve,
    policy_on,
    require_move,
    require_other_than_who_returned,
    total,
)
from services.funding.handlers.invoicing import cancel, decide, known_invoice
from services.funding.store import invoice_lines, invoices, payment_runs
from shared.events.codes import InvoiceDecision
from shared.events.funding import InvoiceDecided
from shared.kernel.errors import Conflict, Unprocessable
from shared.kernel.ids import InvoiceId, SessionId
from shared.messaging.transaction import Transaction

TOLD: dict[InvoiceState, InvoiceDecision] = {
    "approved": "approved",
    "questioned": "questioned",
    "paid": "paid",
    "bank-returned": "returned",
}


async def approve_invoice(tx: Transaction, invoice_id: InvoiceId) -> InvoiceState:
    """Say that an invoice is right; gives `submitted` where a second person has to agree.

    One that comes to nothing, because credits make up for its sessions, is paid by that. Raises Conflict where
    somebody approves their own, or a session was corrected.
    """
    invoice = await known_invoice(tx, invoice_id)
    lines = await invoice_lines.lines_of(tx.db, invoice_id)
    amount = total(lines)
    policy = policy_on(await invoices.invoice_policies(tx.db), day_of(tx.now))
    decision = approve(invoice, amount, await invoices.history_of(tx.db, tx.keys, invoice), policy, tx.actor)
    if amount < 0 or not all(line.stands for line in lines):
        raise Conflict("session-corrected", "A session of this invoice was corrected. Ask the therapist about it.")
    await decide(tx, invoice, decision)
    if decision == "first-approval":
        return "submitted"
    following: InvoiceState = "approved" if amount else "paid"
    await move(tx, invoice, following)
    return following


async def question(tx: Transaction, invoice_id: InvoiceId, reason: str) -> None:
    """Ask the therapist something before the invoice can be approved; they read the question in the portal."""
    if not reason.strip():
        raise Unprocessable("reason-missing", "Say what is not clear.")
    invoice = await known_invoice(tx, invoice_id)
    require_move(invoice.state, "questioned")
    await decide(tx, invoice, "questioned", reason)
    await move(tx, invoice, "questioned")


async def cancel_invoice(tx: Transaction, invoice_id: InvoiceId, reason: str) -> None:
    """Finance lets an invoice fall; its sessions can be asked for again."""
    if not reason.strip():
        raise Unprocessable("reason-missing", "Say why this invoice is cancelled.")
    await cancel(tx, await known_invoice(tx, invoice_id), reason)


async def make_payable_again(tx: Transaction, invoice_id: InvoiceId) -> None:
    """An invoice whose payment came back goes into the next run.

    Raises Conflict for whoever noted that it came back, and where a session was corrected.
    """
    invoice = await known_invoice(tx, invoice_id)
    if invoice.state != "bank-returned":
        raise Conflict(f"invoice-is-{invoice.state}", "No payment of this invoice has come back.")
    require_other_than_who_returned(await invoices.history_of(tx.db, tx.keys, invoice), tx.actor)
    if not all(line.stands for line in await invoice_lines.lines_of(tx.db, invoice_id)):
        raise Conflict("session-corrected", "A session of this invoice was corrected. Ask the therapist about it.")
    await decide(tx, invoice, "payable-again")
    await invoices.save_state(tx.db, replace(invoice, state="approved"), tx.now)


async def recheck_session(session_id: SessionId, tx: Transaction) -> None:
    """What was told about a session may change what an invoice may ask for: nothing is paid for it without a look.

    Before it is sent the session is taken off; until the payment is released the invoice is in question; after that the
    session is credited with the next invoice.
    """
    invoice_id = await invoice_lines.invoice_with(tx.db, session_id)
    if invoice_id is None:
        return
    invoice = await known_invoice(tx, invoice_id)
    lines = await invoice_lines.lines_of(tx.db, invoice_id)
    fallen = [line for line in lines if line.session_id == session_id and not line.stands]
    if not fallen:
        return
    match invoice.state:
        case "draft":
            await invoice_lines.take_off(tx.db, fallen)
            await decide(tx, invoice, "corrected")
            if not any(line.kind == "session" and line not in fallen for line in lines):
                await cancel(tx, invoice, "")
        case "submitted" | "approved" | "bank-returned":
            await decide(tx, invoice, "corrected")
            await move(tx, invoice, "questioned")
        case "in-run":
            if await payment_runs.take_out_unreleased(tx.db, invoice_id):
                await decide(tx, invoice, "corrected")
                await move(tx, invoice, "questioned")
        case "questioned" | "paid" | "cancelled":
            pass
        case never:
            assert_never(never)


async def move(tx: Transaction, invoice: Invoice, following: InvoiceState) -> None:
    """Bring an invoice into another state, and tell where the therapist is to hear of it."""
    require_move(invoice.state, following)
    await invoices.save_state(tx.db, replace(invoice, state=following), tx.now)
    if following in TOLD:
        tx.emit(
            InvoiceDecided(therapist_id=invoice.therapist_id, invoice_id=invoice.invoice_id, decision=TOLD[following])
        )
