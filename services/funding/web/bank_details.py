"""Bank details of therapists for finance: what waits for a second person, and each therapist's with their history."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel
from starlette.responses import RedirectResponse, Response

from services.funding.handlers.bank_details import confirm_account, enter_account, refuse_account
from services.funding.store import bank_details
from services.funding.web.invoice_words import ACCOUNTS, by_whom
from services.funding.web.own_payments import Account
from services.funding.web.words import short
from shared.kernel.errors import Conflict, Unprocessable
from shared.kernel.ids import TherapistId
from shared.messaging.kernel import Kernel
from shared.web import Form, Staff, blank_form, kernel_of, page, read_form, signed_in

router = APIRouter()
ThisKernel = Annotated[Kernel, Depends(kernel_of)]
Finance = Annotated[Staff, Depends(signed_in("finance"))]


class Answer(BaseModel):
    """What the second person says about which entry."""

    account_id: UUID
    confirmed: bool


@router.get("/bank-details")
async def waiting_page(request: Request, kernel: ThisKernel, _staff: Finance) -> Response:
    """Which therapists' new bank details wait for a second person."""
    async with kernel.reading() as db:
        waiting = await bank_details.accounts_waiting(db, kernel.keys)
    return page(request, "payments/accounts.html", waiting=waiting, by_whom=by_whom, short=short)


@router.get("/bank-details/{therapist_id}")
async def account_page(request: Request, therapist_id: UUID, kernel: ThisKernel, staff: Finance) -> Response:
    """One therapist's bank details, now and before."""
    return await _shown(request, kernel, staff, TherapistId(therapist_id), blank_form(Account))


@router.post("/bank-details/{therapist_id}")
async def enter(request: Request, therapist_id: UUID, kernel: ThisKernel, staff: Finance) -> Response:
    """Enter what a therapist has told us; somebody else confirms it."""
    form, therapist = await read_form(request, Account), TherapistId(therapist_id)
    if form.model is None:
        return await _shown(request, kernel, staff, therapist, form, 422)
    details = form.model.details
    try:
        await kernel.perform(str(therapist), lambda tx: enter_account(tx, therapist, details), actor=staff.actor)
    except Conflict as refusal:
        refused = form.refused(account_number=refusal.sentence)
        return await _shown(request, kernel, staff, therapist, refused, 409)
    return RedirectResponse(f"/bank-details/{therapist_id}", 303)


@router.post("/bank-details/{therapist_id}/answer")
async def second_person(request: Request, therapist_id: UUID, kernel: ThisKernel, staff: Finance) -> Response:
    """Confirm or refuse what somebody else entered; whoever entered it may take it back."""
    form, therapist = await read_form(request, Answer), TherapistId(therapist_id)
    if form.model is None:
        raise Unprocessable("answer-missing", "Say whether these bank details are right.")
    account_id, decide = form.model.account_id, confirm_account if form.model.confirmed else refuse_account
    try:
        await kernel.perform(str(therapist), lambda tx: decide(tx, account_id), actor=staff.actor)
    except Conflict as refusal:
        refused = blank_form(Account).refused(waiting=refusal.sentence)
        return await _shown(request, kernel, staff, therapist, refused, 409)
    return RedirectResponse(f"/bank-details/{therapist_id}", 303)


async def _shown(
    request: Request, kernel: Kernel, staff: Staff, therapist_id: TherapistId, form: Form[Account], status: int = 200
) -> Response:
    async with kernel.reading() as db:
        accounts = await bank_details.accounts_of(db, kernel.keys, therapist_id)
    return page(
        request,
        "payments/account.html",
        status,
        form=form,
        therapist_id=therapist_id,
        accounts=accounts,
        waiting=next((one for one in accounts if one.state == "waiting"), None),
        present=next((one for one in accounts if one.state == "confirmed"), None),
        me=staff.actor,
        states=ACCOUNTS,
        by_whom=by_whom,
        short=short,
    )
