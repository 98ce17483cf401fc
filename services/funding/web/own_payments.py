"""Where a therapist is paid to, and what their clients have paid them: for themselves."""

from collections.abc import Mapping
from typing import Annotated, ClassVar, cast, get_args
from uuid import UUID

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel, BeforeValidator
from starlette.datastructures import FormData
from starlette.responses import RedirectResponse, Response

from services.funding.domain.bank_details import (
    BankDetails,
    account_name_from,
    account_number_from,
    sort_code_from,
)
from services.funding.domain.payments_by_clients import Noted, sums_of
from services.funding.handlers.bank_details import enter_account
from services.funding.handlers.payments_by_clients import note_by_therapist
from services.funding.store import bank_details, payments_by_clients
from services.funding.web.invoice_words import ACCOUNTS, NOTED, by_whom_outside
from services.funding.web.words import short
from shared.kernel.errors import Conflict, Unprocessable
from shared.kernel.ids import SessionId
from shared.messaging.kernel import Kernel
from shared.web import Form, blank_form, kernel_of, page, read_form
from shared.web.therapist_store import TherapistSession
from shared.web.therapists import therapist_signed_in

router = APIRouter()
ThisKernel = Annotated[Kernel, Depends(kernel_of)]
ThisTherapist = Annotated[TherapistSession, Depends(therapist_signed_in)]
PREFIX = "part-"


class Account(BaseModel):
    """Bank details as they are typed."""

    words: ClassVar[dict[str, str]] = {
        "name.missing": "Enter the name of the account.",
        "sort_code.missing": "Enter the sort code.",
        "account_number.missing": "Enter the account number.",
    }

    name: Annotated[str, BeforeValidator(account_name_from)]
    sort_code: Annotated[str, BeforeValidator(sort_code_from)]
    account_number: Annotated[str, BeforeValidator(account_number_from)]

    @property
    def details(self) -> BankDetails:
        """What was typed, as payments need it."""
        return BankDetails(self.name, self.sort_code, self.account_number)


@router.get("/invoices/mine/bank")
async def own_account(request: Request, kernel: ThisKernel, therapist: ThisTherapist) -> Response:
    """The account in use and the one that waits to be confirmed, and a form for another."""
    return await _account(request, kernel, therapist, blank_form(Account))


@router.post("/invoices/mine/bank")
async def change_account(request: Request, kernel: ThisKernel, therapist: ThisTherapist) -> Response:
    """Enter another account; it is used once somebody of staff has confirmed it."""
    form, own = await read_form(request, Account), therapist.therapist_id
    if form.model is None:
        return await _account(request, kernel, therapist, form, 422)
    details = form.model.details
    try:
        await kernel.perform(str(own), lambda tx: enter_account(tx, own, details), actor=f"therapist:{own}")
    except Conflict as refusal:
        return await _account(request, kernel, therapist, form.refused(account_number=refusal.sentence), 409)
    return RedirectResponse("/invoices/mine/bank", 303)


@router.get("/invoices/mine/contributions")
async def own_contributions(request: Request, kernel: ThisKernel, therapist: ThisTherapist) -> Response:
    """What clients add to each session, and whether they paid it."""
    return await _contributions(request, kernel, therapist, {})


@router.post("/invoices/mine/contributions")
async def note_contributions(request: Request, kernel: ThisKernel, therapist: ThisTherapist) -> Response:
    """Note what became of the client's part of sessions; boxes left open change nothing."""
    own = therapist.therapist_id
    try:
        noted = noted_in(await request.form())
        await kernel.perform(str(own), lambda tx: note_by_therapist(tx, own, noted), actor=f"therapist:{own}")
    except Unprocessable as refusal:
        return await _contributions(request, kernel, therapist, {"parts": refusal.sentence}, 422)
    return RedirectResponse("/invoices/mine/contributions", 303)


def noted_in(sent: FormData) -> dict[SessionId, Noted]:
    """What was chosen for each session; raises Unprocessable for anything that the page does not offer."""
    found: dict[SessionId, Noted] = {}
    for name, value in sent.items():
        if not name.startswith(PREFIX) or value == "":
            continue
        try:
            session_id = SessionId(UUID(name.removeprefix(PREFIX)))
        except ValueError as error:
            raise Unprocessable("choice-unknown", "Choose paid, not paid or waived.") from error
        if value not in get_args(Noted):
            raise Unprocessable("choice-unknown", "Choose paid, not paid or waived.")
        found[session_id] = cast("Noted", value)
    return found


async def _account(
    request: Request, kernel: Kernel, therapist: TherapistSession, form: Form[Account], status: int = 200
) -> Response:
    async with kernel.reading() as db:
        accounts = await bank_details.accounts_of(db, kernel.keys, therapist.therapist_id)
    return page(
        request,
        "payments/own_account.html",
        status,
        form=form,
        accounts=accounts,
        states=ACCOUNTS,
        by_whom=by_whom_outside,
    )


async def _contributions(
    request: Request, kernel: Kernel, therapist: TherapistSession, errors: Mapping[str, str], status: int = 200
) -> Response:
    async with kernel.reading() as db:
        parts = await payments_by_clients.parts_of_therapist(db, therapist.therapist_id)
    return page(
        request,
        "payments/own_contributions.html",
        status,
        form=blank_form(Account).refused(**errors),
        parts=sorted(parts, key=lambda part: (part.noted is not None, part.held_on)),
        sums=sums_of(parts),
        noted=NOTED,
        prefix=PREFIX,
        short=short,
    )
