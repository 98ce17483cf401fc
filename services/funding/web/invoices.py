"""Therapists' invoices for finance: which wait for whom, one in full with its history, and what can be decided."""

from collections.abc import Awaitable, Callable
from datetime import date
from typing import Annotated, ClassVar
from uuid import UUID

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel, Field
from starlette.responses import RedirectResponse, Response

from services.funding.domain.days import day_of
from services.funding.domain.invoices import Invoice, approvers_of, policy_on, total
from services.funding.handlers.invoice_decisions import (
    approve_invoice,
    cancel_invoice,
    make_payable_again,
    question,
)
from services.funding.handlers.invoicing import generate
from services.funding.handlers.payment_runs import note_returned
from services.funding.store import invoice_lines, invoice_pages, invoices
from services.funding.web.approval_words import count_approvals
from services.funding.web.invoice_words import DECISIONS, PAYMENTS, SHOWS, STATES, by_whom
from services.funding.web.words import short
from shared.kernel.errors import Conflict, NotFound, Unprocessable
from shared.kernel.ids import InvoiceId, TherapistId
from shared.messaging.kernel import Kernel
from shared.messaging.transaction import Transaction
from shared.web import Form, Staff, blank_form, kernel_of, page, read_form, signed_in

router = APIRouter(dependencies=[Depends(count_approvals)])
ThisKernel = Annotated[Kernel, Depends(kernel_of)]
Finance = Annotated[Staff, Depends(signed_in("finance"))]
SHOWN = 200


class Reason(BaseModel):
    """What is not clear about an invoice, or why it is cancelled."""

    words: ClassVar[dict[str, str]] = {"reason": "Say it in up to 500 characters. The therapist reads it."}

    reason: str = Field(min_length=1, max_length=500)


class Month(BaseModel):
    """The month for which drafts are made."""

    words: ClassVar[dict[str, str]] = {"month": "Choose a month, like 2026-06."}

    month: str = Field(pattern=r"^20[0-9]{2}-(0[1-9]|1[0-2])$")


@router.get("/invoices")
async def invoices_page(
    request: Request,
    kernel: ThisKernel,
    _staff: Finance,
    show: str = "submitted",
    month: str = "",
    therapist: str = "",
    drafted: str = "",
) -> Response:
    """Invoices by state, month and therapist; therapists by id only."""
    return await _listed(request, kernel, blank_form(Month), show, month, therapist, drafted)


@router.post("/invoices/generate")
async def generate_drafts(request: Request, kernel: ThisKernel, staff: Finance) -> Response:
    """Draft an invoice for every therapist with sessions that are on none; done again, it makes none."""
    form = await read_form(request, Month)
    if form.model is None:
        return await _listed(request, kernel, form, "draft", status=422)
    first = date.fromisoformat(f"{form.model.month}-01")
    try:
        made = await kernel.perform("invoices", lambda tx: generate(tx, first), actor=staff.actor)
    except Unprocessable as refusal:
        return await _listed(request, kernel, form.refused(month=refusal.sentence), "draft", status=422)
    return RedirectResponse(f"/invoices?show=draft&drafted={made}", 303)


@router.get("/invoices/{invoice_id}")
async def invoice_page(request: Request, invoice_id: UUID, kernel: ThisKernel, staff: Finance) -> Response:
    """One invoice: what it is for, what was decided, and what can be done."""
    return await _shown(request, kernel, staff, InvoiceId(invoice_id), blank_form(Reason))


@router.post("/invoices/{invoice_id}/approve")
async def approve(request: Request, invoice_id: UUID, kernel: ThisKernel, staff: Finance) -> Response:
    """Say that it is right; above the limit a second person has to as well."""
    return await _decided(request, kernel, staff, InvoiceId(invoice_id), blank_form(Reason), approve_invoice)


@router.post("/invoices/{invoice_id}/question")
async def ask(request: Request, invoice_id: UUID, kernel: ThisKernel, staff: Finance) -> Response:
    """Ask the therapist something."""
    return await _with_reason(request, kernel, staff, InvoiceId(invoice_id), question)


@router.post("/invoices/{invoice_id}/cancel")
async def cancel(request: Request, invoice_id: UUID, kernel: ThisKernel, staff: Finance) -> Response:
    """Let it fall; its sessions can be asked for again."""
    return await _with_reason(request, kernel, staff, InvoiceId(invoice_id), cancel_invoice)


@router.post("/invoices/{invoice_id}/returned")
async def returned(request: Request, invoice_id: UUID, kernel: ThisKernel, staff: Finance) -> Response:
    """The bank sent back what it had said was paid."""
    return await _with_reason(request, kernel, staff, InvoiceId(invoice_id), note_returned)


@router.post("/invoices/{invoice_id}/again")
async def again(request: Request, invoice_id: UUID, kernel: ThisKernel, staff: Finance) -> Response:
    """Its payment came back: it goes into the next run."""
    return await _decided(request, kernel, staff, InvoiceId(invoice_id), blank_form(Reason), make_payable_again)


async def _with_reason(
    request: Request,
    kernel: Kernel,
    staff: Staff,
    invoice_id: InvoiceId,
    decide: Callable[[Transaction, InvoiceId, str], Awaitable[None]],
) -> Response:
    form = await read_form(request, Reason)
    if form.model is None:
        return await _shown(request, kernel, staff, invoice_id, form, 422)
    reason = form.model.reason
    return await _decided(request, kernel, staff, invoice_id, form, lambda tx, which: decide(tx, which, reason))


async def _decided(
    request: Request,
    kernel: Kernel,
    staff: Staff,
    invoice_id: InvoiceId,
    form: Form[Reason],
    decide: Callable[[Transaction, InvoiceId], Awaitable[object]],
) -> Response:
    invoice = await _known(kernel, invoice_id)
    try:
        await kernel.perform(str(invoice.therapist_id), lambda tx: decide(tx, invoice_id), actor=staff.actor)
    except (Conflict, Unprocessable) as refusal:
        refused = form.refused(reason=refusal.sentence)
        return await _shown(request, kernel, staff, invoice_id, refused, 409 if isinstance(refusal, Conflict) else 422)
    return RedirectResponse(f"/invoices/{invoice_id}", 303)


async def _listed(
    request: Request,
    kernel: Kernel,
    form: Form[Month],
    show: str,
    month: str = "",
    therapist: str = "",
    drafted: str = "",
    *,
    status: int = 200,
) -> Response:
    chosen = next((name for name in SHOWS if name == show), "")
    first, only = _month(month), _id(therapist)
    async with kernel.reading() as db:
        rows = await invoice_pages.invoices_listed(
            db, states=[chosen] if chosen else [], month=first, therapist_id=only, limit=SHOWN
        )
        counts = await invoice_pages.invoice_counts(db)
    return page(
        request,
        "invoices/list.html",
        status,
        form=form,
        rows=rows,
        counts=counts,
        show=chosen,
        shows=SHOWS,
        month=month if first else "",
        therapist=str(only) if only else "",
        not_understood=bool(month and first is None) or bool(therapist and only is None),
        drafted=int(drafted) if drafted.isdecimal() and len(drafted) < 6 else None,
        states=STATES,
        short=short,
        shown=SHOWN,
    )


async def _shown(
    request: Request, kernel: Kernel, staff: Staff, invoice_id: InvoiceId, form: Form[Reason], status: int = 200
) -> Response:
    invoice = await _known(kernel, invoice_id)
    async with kernel.reading() as db:
        lines = await invoice_lines.lines_of(db, invoice_id)
        history = await invoices.history_of(db, kernel.keys, invoice)
        policy = policy_on(await invoices.invoice_policies(db), day_of(kernel.clock.now()))
        payments = await invoice_pages.payments_of_invoice(db, invoice_id)
    approvers = approvers_of(history)
    return page(
        request,
        "invoices/invoice.html",
        status,
        form=form,
        invoice=invoice,
        lines=lines,
        amount=total(lines),
        history=history,
        payments=payments,
        payment_states=PAYMENTS,
        limit=policy.approved_by_one_to,
        approvers=approvers,
        own=staff.actor in {invoice.made_by, *approvers},
        states=STATES,
        decisions=DECISIONS,
        by_whom=by_whom,
        short=short,
    )


async def _known(kernel: Kernel, invoice_id: InvoiceId) -> Invoice:
    async with kernel.reading() as db:
        invoice = await invoices.invoice_by_id(db, kernel.keys, invoice_id)
    if invoice is None:
        raise NotFound("invoice-unknown", "There is no such invoice.")
    return invoice


def _month(typed: str) -> date | None:
    try:
        return date.fromisoformat(f"{typed}-01") if typed else None
    except ValueError:
        return None


def _id(typed: str) -> TherapistId | None:
    try:
        return TherapistId(UUID(typed)) if typed else None
    except ValueError:
        return None
