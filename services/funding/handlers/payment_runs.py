"""Runs of payments: made by one person, released by another, and settled by what the bank answers."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from hashlib import sha256

from services.funding.domain.bank_answers import AnswerLine, Payment, mistakes, read_answer, references_of
from services.funding.domain.days import day_of
from services.funding.domain.invoices import Invoice, require_move
from services.funding.handlers.importing import RefusedFile
from services.funding.handlers.invoice_decisions import move
from services.funding.handlers.invoicing import decide, known_invoice
from services.funding.store import bank_answers, invoices, payment_runs
from services.funding.store import funds as fund_store
from services.funding.store.subject_keys import key_for
from shared.kernel.errors import Conflict, NotFound, Unprocessable
from shared.kernel.ids import InvoiceId, PaymentRunId
from shared.messaging.transaction import Transaction

SATURDAY = 5
LONGEST_AHEAD = timedelta(days=31)
REASON = "payment.reason"


async def make_run(tx: Transaction, pays_on: date) -> PaymentRunId:
    """Collect every approved invoice that can be paid; those without a confirmed account stay for another run.

    Raises Unprocessable where the day is past, on a weekend or far ahead, or there is nothing to pay.
    """
    ahead = pays_on - day_of(tx.now)
    if not timedelta() <= ahead <= LONGEST_AHEAD or pays_on.weekday() >= SATURDAY:
        sentence = f"Choose a working day from today on, within {LONGEST_AHEAD.days} days."
        raise Unprocessable("day-not-possible", sentence)
    await fund_store.lock_funds(tx.db, ())
    ready = [one for one in await payment_runs.ready_invoices(tx.db) if one.account_id and one.stands]
    if not ready:
        raise Unprocessable("nothing-to-pay", "No approved invoice can be paid now.")
    run_id = PaymentRunId(tx.new_id())
    await payment_runs.add_run(tx.db, run_id=run_id, pays_on=pays_on, made_by=tx.actor, now=tx.now)
    for one in ready:
        invoice = await known_invoice(tx, one.invoice_id)
        require_move(invoice.state, "in-run")
        await payment_runs.add_payment(tx.db, tx.new_id(), run_id, one, f"{invoice.code}-{one.earlier + 1}")
        await decide(tx, invoice, "in-run")
        await invoices.save_state(tx.db, replace(invoice, state="in-run"), tx.now)
    return run_id


async def release_run(tx: Transaction, run_id: PaymentRunId) -> None:
    """A second person lets a run go to the bank.

    Raises Conflict for whoever made it, where its day is past, and where bank details have changed since.
    """
    run = await _unreleased(tx, run_id)
    if tx.actor == run.made_by:
        raise Conflict("own-run", "You made this run yourself. Somebody else has to release it.")
    if run.pays_on < day_of(tx.now):
        raise Conflict(
            "day-past", "The day of this run is past, and banks take no such file. Cancel it and make it again."
        )
    if changed := await payment_runs.changed_accounts(tx.db, run_id):
        raise Conflict(
            "bank-details-changed",
            f"Since this run was made, the bank details of {changed} payment{'' if changed == 1 else 's'} have changed."
            " Cancel the run and make it again.",
        )
    if not await payment_runs.lines_for_bank(tx.db, tx.keys, run_id):
        raise Conflict("run-empty", "Nothing is left in this run. Cancel it.")
    await payment_runs.release(tx.db, run_id, tx.actor, tx.now)


async def cancel_run(tx: Transaction, run_id: PaymentRunId) -> None:
    """Give up a run that was not released; its invoices are approved as before."""
    await _unreleased(tx, run_id)
    for invoice_id in await payment_runs.cancel_run(tx.db, run_id):
        invoice = await known_invoice(tx, invoice_id)
        require_move(invoice.state, "approved")
        await decide(tx, invoice, "taken-out")
        await invoices.save_state(tx.db, replace(invoice, state="approved"), tx.now)


async def take_answer(tx: Transaction, text: str) -> int:
    """Note what the bank says became of payments: all of a file, or where anything is wrong, nothing.

    Gives how many lines were taken in; none where the same file was taken in before. Raises RefusedFile.
    """
    if not text.strip():
        raise Unprocessable("file-missing", "Choose the file that the bank sent.")
    file_hash = sha256("\n".join(text.removeprefix("\ufeff").split()).encode()).hexdigest()
    await fund_store.lock_funds(tx.db, ())
    if await bank_answers.was_taken(tx.db, file_hash):
        return 0
    lines, errors = read_answer(text, day_of(tx.now))
    payments = await payment_runs.payments_by_reference(tx.db, references_of(lines))
    errors = sorted([*errors, *mistakes(lines, payments)], key=lambda one: one.line)
    if errors:
        raise RefusedFile(errors)
    await _settle(tx, [(line, payments[line.reference]) for line in lines])
    await bank_answers.note_taken(tx.db, file_hash, len(lines), tx.actor, tx.now)
    return len(lines)


async def note_returned(tx: Transaction, invoice_id: InvoiceId, reason: str) -> None:
    """The bank sends money back that it had said was paid; somebody else decides that it is paid again."""
    invoice = await known_invoice(tx, invoice_id)
    payment_id = await payment_runs.paid_payment(tx.db, invoice_id)
    if invoice.state != "paid" or payment_id is None:
        raise Conflict(f"invoice-is-{invoice.state}", "No money was sent for this invoice that could come back.")
    sealed = (await key_for(tx.db, tx.keys, invoice.therapist_id)).encrypt_text(REASON, reason)
    await payment_runs.settle(tx.db, payment_id, result="returned", day=day_of(tx.now), reason=sealed)
    await decide(tx, invoice, "bank-returned", reason)
    await move(tx, invoice, "bank-returned")


async def _settle(tx: Transaction, answered: Sequence[tuple[AnswerLine, Payment]]) -> None:
    for line, payment in answered:
        invoice: Invoice = await known_invoice(tx, payment.invoice_id)
        reason = None
        if line.reason:
            reason = (await key_for(tx.db, tx.keys, invoice.therapist_id)).encrypt_text(REASON, line.reason)
        await payment_runs.settle(tx.db, payment.payment_id, result=line.result, day=line.day, reason=reason)
        if line.result == "paid":
            await decide(tx, invoice, "paid")
            await move(tx, invoice, "paid")
        else:
            await decide(tx, invoice, "bank-returned", line.reason)
            await move(tx, invoice, "bank-returned")


async def _unreleased(tx: Transaction, run_id: PaymentRunId) -> payment_runs.PaymentRun:
    await fund_store.lock_funds(tx.db, ())
    run = await payment_runs.run_by_id(tx.db, run_id, locked=True)
    if run is None:
        raise NotFound("run-unknown", "There is no such run.")
    if run.state != "made":
        raise Conflict(f"run-is-{run.state}", f"This run is {run.state} already.")
    return run
