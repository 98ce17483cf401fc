"""Invoices come into being: made by the therapist, or by finance for everybody as drafts that therapists confirm."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import date, timedelta

from services.funding.domain.days import day_of
from services.funding.domain.invoices import (
    Decided,
    Decision,
    Invoice,
    Line,
    credits_to_drop,
    fitting_credits,
    require_move,
    total,
)
from services.funding.store import funds as fund_store
from services.funding.store import invoice_lines, invoices
from shared.kernel.errors import Conflict, NotFound, Unprocessable
from shared.kernel.ids import InvoiceId, SessionId, TherapistId
from shared.kernel.money import Pence
from shared.messaging.transaction import Transaction

LONGEST_REFERENCE = 40


async def make_own(
    tx: Transaction, therapist_id: TherapistId, session_ids: Collection[SessionId], reference: str
) -> InvoiceId:
    """A therapist asks for these sessions; raises Conflict where one of them cannot be asked for (any more)."""
    if not session_ids:
        raise Unprocessable("nothing-ticked", "Tick the sessions that the invoice is for.")
    await fund_store.lock_funds(tx.db, ())
    payable = {
        line.session_id: line
        for line in (await invoice_lines.payable_sessions(tx.db, therapist_id=therapist_id)).get(therapist_id, [])
    }
    if not set(session_ids) <= set(payable):
        raise Conflict(
            "session-not-payable",
            "One of these sessions is on an invoice already, or was corrected. Look at them again.",
        )
    invoice = await _make(tx, therapist_id, [payable[one] for one in sorted(set(session_ids))])
    await _send(tx, invoice, reference, "")
    return invoice.invoice_id


async def generate(tx: Transaction, first_of_month: date) -> int:
    """Draft an invoice for every therapist with sessions up to the end of a month that are on none; gives how many.

    Raises Unprocessable before the month is over.
    """
    after = (first_of_month.replace(day=1) + timedelta(days=32)).replace(day=1)
    if after > day_of(tx.now):
        raise Unprocessable("month-not-over", "This month is not over yet.")
    await fund_store.lock_funds(tx.db, ())
    payable = await invoice_lines.payable_sessions(tx.db, until=after - timedelta(days=1))
    for therapist_id, lines in payable.items():
        await _make(tx, therapist_id, lines)
    return len(payable)


async def send(
    tx: Transaction, invoice_id: InvoiceId, therapist_id: TherapistId, *, reference: str = "", answer: str = ""
) -> Invoice:
    """The therapist confirms a draft, or answers a question and sends the invoice again.

    Sessions that were corrected meanwhile are taken off; where none is left, the invoice is cancelled.
    """
    invoice = await own_invoice(tx, invoice_id, therapist_id)
    if invoice.state == "questioned" and not answer.strip():
        raise Unprocessable("answer-missing", "Answer the question before you send the invoice again.")
    return await _send(tx, invoice, reference or invoice.own_reference, answer)


async def cancel_own(tx: Transaction, invoice_id: InvoiceId, therapist_id: TherapistId) -> None:
    """The therapist takes an invoice back before it is approved; its sessions can be asked for again."""
    invoice = await own_invoice(tx, invoice_id, therapist_id)
    if invoice.state not in ("draft", "submitted", "questioned"):
        raise Conflict(f"invoice-is-{invoice.state}", "This invoice is approved already. Please speak with us.")
    await cancel(tx, invoice, "")


async def cancel(tx: Transaction, invoice: Invoice, reason: str) -> None:
    """An invoice counts no longer, whatever money there is or is not; its sessions can be asked for again."""
    require_move(invoice.state, "cancelled")
    lines = await invoice_lines.lines_of(tx.db, invoice.invoice_id)
    if any(line.credited for line in lines):
        raise Conflict("credited-already", "A later invoice credits a session of this one, so it has to be paid.")
    if await invoice_lines.asked_for_again(tx.db, lines):
        raise Conflict("credit-needed", "It credits a session that is on a later invoice. Cancel that one first.")
    await decide(tx, invoice, "cancelled", reason)
    await invoices.save_state(tx.db, replace(invoice, state="cancelled"), tx.now)
    await invoice_lines.uncredit(tx.db, lines)


async def decide(tx: Transaction, invoice: Invoice, decision: Decision, reason: str = "") -> None:
    """Write into the history of an invoice who decided what."""
    decided = Decided(decision, tx.actor, tx.now, reason.strip())
    await invoices.note_decision(tx.db, tx.keys, invoice, decided, tx.new_id())


async def known_invoice(tx: Transaction, invoice_id: InvoiceId) -> Invoice:
    """An invoice, locked together with all money, so that no session of it changes meanwhile; raises NotFound."""
    await fund_store.lock_funds(tx.db, ())
    invoice = await invoices.invoice_by_id(tx.db, tx.keys, invoice_id, locked=True)
    if invoice is None:
        raise NotFound("invoice-unknown", "There is no such invoice.")
    return invoice


async def own_invoice(tx: Transaction, invoice_id: InvoiceId, therapist_id: TherapistId) -> Invoice:
    """As `known_invoice`; somebody else's is as unknown as one that does not exist."""
    invoice = await known_invoice(tx, invoice_id)
    if invoice.therapist_id != therapist_id:
        raise NotFound("invoice-unknown", "There is no such invoice.")
    return invoice


async def _make(tx: Transaction, therapist_id: TherapistId, sessions: Sequence[Line]) -> Invoice:
    invoice_id = InvoiceId(tx.new_id())
    number = await invoices.add_invoice(
        tx.db, invoice_id=invoice_id, therapist_id=therapist_id, made_by=tx.actor, now=tx.now
    )
    due = await invoice_lines.credits_due(tx.db, therapist_id)
    credited = [
        replace(line, kind="credit", amount=Pence(-line.amount), credits=line.line_id)
        for line in fitting_credits(total(sessions), due)
    ]
    await invoice_lines.add_lines(tx.db, invoice_id, [(tx.new_id(), line) for line in (*sessions, *credited)])
    invoice = Invoice(invoice_id, number, therapist_id, "draft", tx.actor, tx.now)
    await decide(tx, invoice, "made")
    return invoice


async def _send(tx: Transaction, invoice: Invoice, reference: str, answer: str) -> Invoice:
    require_move(invoice.state, "submitted")
    if len(reference) > LONGEST_REFERENCE:
        raise Unprocessable("reference-too-long", f"Give a reference of up to {LONGEST_REFERENCE} characters.")
    lines = await invoice_lines.lines_of(tx.db, invoice.invoice_id)
    fallen = [line for line in lines if not line.stands]
    standing = [line for line in lines if line.stands]
    fallen.extend(credits_to_drop(standing))
    if fallen:
        if await invoice_lines.asked_for_again(tx.db, [line for line in fallen if line.kind == "credit"]):
            raise Conflict("credit-needed", "Please speak with us: this invoice cannot be sent as it is.")
        await invoice_lines.take_off(tx.db, fallen)
        await decide(tx, invoice, "corrected")
    if not any(line.kind == "session" for line in standing):
        await cancel(tx, invoice, "")
        return replace(invoice, state="cancelled")
    sent = replace(invoice, state="submitted", own_reference=reference.strip())
    await invoices.save_reference(tx.db, tx.keys, sent, sent.own_reference)
    await invoices.save_state(tx.db, sent, tx.now)
    await decide(tx, sent, "submitted", answer)
    return sent
