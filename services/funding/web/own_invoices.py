"""What therapists are paid, for themselves: sessions to ask for, their invoices, and questions about them."""

from typing import Annotated, ClassVar
from uuid import UUID

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel, Field
from starlette.responses import RedirectResponse, Response

from services.funding.domain.invoices import Line, fitting_credits, total
from services.funding.handlers.invoicing import LONGEST_REFERENCE, cancel_own, make_own, send
from services.funding.store import bank_details, invoice_lines, invoices
from services.funding.web.invoice_words import DECISIONS, OWN_STATES, by_whom_outside
from services.funding.web.words import short
from shared.kernel.errors import BrokenPromise, Conflict, NotFound, Unprocessable
from shared.kernel.ids import InvoiceId, SessionId
from shared.kernel.money import Pence
from shared.messaging.kernel import Kernel
from shared.web import Form, blank_form, kernel_of, page, read_form
from shared.web.therapist_store import TherapistSession
from shared.web.therapists import therapist_signed_in

router = APIRouter()
ThisKernel = Annotated[Kernel, Depends(kernel_of)]
ThisTherapist = Annotated[TherapistSession, Depends(therapist_signed_in)]
FIELD_OF = {"reference-too-long": "reference", "answer-missing": "answer"}


class Asking(BaseModel):
    """The sessions that a therapist asks for."""

    words: ClassVar[dict[str, str]] = {
        "sessions": "Tick the sessions that the invoice is for.",
        "reference": f"Give a reference of up to {LONGEST_REFERENCE} characters.",
    }

    sessions: list[UUID] = Field(min_length=1, max_length=500)
    reference: str = Field("", max_length=LONGEST_REFERENCE)


class Sending(BaseModel):
    """A draft that is confirmed, or an answer to a question."""

    words: ClassVar[dict[str, str]] = {
        "answer": "Answer in up to 1,000 characters.",
        "reference": f"Give a reference of up to {LONGEST_REFERENCE} characters.",
    }

    reference: str = Field("", max_length=LONGEST_REFERENCE)
    answer: str = Field("", max_length=1000)


@router.get("/invoices/mine")
async def own_invoices(request: Request, kernel: ThisKernel, therapist: ThisTherapist) -> Response:
    """Sessions that can be asked for, and every invoice so far."""
    return await _listed(request, kernel, therapist, None)


@router.post("/invoices/mine")
async def ask(request: Request, kernel: ThisKernel, therapist: ThisTherapist) -> Response:
    """Make and send an invoice for what was ticked."""
    form = await read_form(request, Asking)
    if form.model is None:
        return await _listed(request, kernel, therapist, form, 422)
    asked, own = form.model, therapist.therapist_id
    sessions = [SessionId(one) for one in asked.sessions]
    try:
        invoice_id = await kernel.perform(
            str(own), lambda tx: make_own(tx, own, sessions, asked.reference), actor=f"therapist:{own}"
        )
    except (Conflict, Unprocessable) as refusal:
        refused = form.refused(**{FIELD_OF.get(refusal.code, "sessions"): refusal.sentence})
        return await _listed(request, kernel, therapist, refused, _status(refusal))
    return RedirectResponse(f"/invoices/mine/{invoice_id}", 303)


@router.get("/invoices/mine/{invoice_id}")
async def own_invoice(request: Request, invoice_id: UUID, kernel: ThisKernel, therapist: ThisTherapist) -> Response:
    """One invoice with its sessions, what was said about it, and what can be done."""
    return await _shown(request, kernel, therapist, InvoiceId(invoice_id), blank_form(Sending))


@router.post("/invoices/mine/{invoice_id}/send")
async def send_it(request: Request, invoice_id: UUID, kernel: ThisKernel, therapist: ThisTherapist) -> Response:
    """Confirm a draft, or answer the question and send the invoice again."""
    form, own = await read_form(request, Sending), therapist.therapist_id
    if form.model is None:
        return await _shown(request, kernel, therapist, InvoiceId(invoice_id), form, 422)
    sent = form.model
    try:
        await kernel.perform(
            str(own),
            lambda tx: send(tx, InvoiceId(invoice_id), own, reference=sent.reference, answer=sent.answer),
            actor=f"therapist:{own}",
        )
    except (Conflict, Unprocessable) as refusal:
        refused = form.refused(**{FIELD_OF.get(refusal.code, "answer"): refusal.sentence})
        return await _shown(request, kernel, therapist, InvoiceId(invoice_id), refused, _status(refusal))
    return RedirectResponse(f"/invoices/mine/{invoice_id}", 303)


@router.post("/invoices/mine/{invoice_id}/cancel")
async def take_back(invoice_id: UUID, kernel: ThisKernel, therapist: ThisTherapist) -> Response:
    """Take an invoice back; its sessions can be asked for again."""
    own = therapist.therapist_id
    await kernel.perform(str(own), lambda tx: cancel_own(tx, InvoiceId(invoice_id), own), actor=f"therapist:{own}")
    return RedirectResponse("/invoices/mine", 303)


async def _listed(
    request: Request, kernel: Kernel, therapist: TherapistSession, form: Form[Asking] | None, status: int = 200
) -> Response:
    async with kernel.reading() as db:
        payable = (await invoice_lines.payable_sessions(db, therapist_id=therapist.therapist_id)).get(
            therapist.therapist_id, []
        )
        due = await invoice_lines.credits_due(db, therapist.therapist_id)
        own = await invoices.invoices_of(db, kernel.keys, therapist.therapist_id)
        accounts = await bank_details.accounts_of(db, kernel.keys, therapist.therapist_id)
    return page(
        request,
        "invoices/mine.html",
        status,
        form=form or blank_form(Asking, sessions=tuple(str(line.session_id) for line in payable)),
        payable=payable,
        owed_back=Pence(sum(line.amount for line in due)),
        taken_off=Pence(sum(line.amount for line in fitting_credits(total(payable), due))),
        own=own,
        account=next((one.state for one in accounts if one.state in ("waiting", "confirmed")), ""),
        states=OWN_STATES,
        short=short,
    )


async def _shown(
    request: Request,
    kernel: Kernel,
    therapist: TherapistSession,
    invoice_id: InvoiceId,
    form: Form[Sending],
    status: int = 200,
) -> Response:
    async with kernel.reading() as db:
        invoice = await invoices.invoice_by_id(db, kernel.keys, invoice_id)
        if invoice is None or invoice.therapist_id != therapist.therapist_id:
            raise NotFound("invoice-unknown", "There is no such invoice.")
        lines: list[Line] = await invoice_lines.lines_of(db, invoice_id)
        history = await invoices.history_of(db, kernel.keys, invoice)
    return page(
        request,
        "invoices/own.html",
        status,
        invoice=invoice,
        lines=lines,
        amount=total(lines),
        history=[one for one in history if one.decision != "first-approval"],
        form=form,
        states=OWN_STATES,
        decisions=DECISIONS,
        by_whom=by_whom_outside,
        short=short,
    )


def _status(refusal: BrokenPromise) -> int:
    return 409 if isinstance(refusal, Conflict) else 422
