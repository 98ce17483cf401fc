"""The phone console: staff take a request down in one page while somebody is on the line."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from services.intake.domain.receipts import grouped
from services.intake.handlers import calls
from services.intake.store.referrals import referral_of
from services.intake.web import components, wording
from services.intake.web.whole import Whole
from shared.kernel.errors import NotFound
from shared.kernel.ids import ReferralId, uuid7
from shared.messaging.kernel import Kernel
from shared.web import Form, Staff, blank_form, kernel_of, page, read_form, signed_in

router = APIRouter(prefix="/calls")

Held = Annotated[Kernel, Depends(kernel_of)]
Answerer = Annotated[Staff, Depends(signed_in("triage", "coordinator"))]


class Call(Whole):
    """A whole request, with an id that makes sending it twice harmless."""

    call_id: UUID


@router.get("")
async def new_call(request: Request, kernel: Held, staff: Answerer) -> Response:  # noqa: ARG001 - the guard
    """An empty page to fill in."""
    return _show(request, blank_form(Call, call_id=str(uuid7(kernel.clock.now())), where="near"))


@router.post("")
async def take_call(request: Request, kernel: Held, staff: Answerer) -> Response:
    """Take it in; sent twice, it is one request."""
    form: Form[Call] = await read_form(request, Call)
    if form.model is None:
        return _show(request, form, 422)
    asked, referral_id = form.model.submission("phone"), ReferralId(form.model.call_id)
    await kernel.perform(str(referral_id), lambda tx: calls.take_call(referral_id, asked, tx), actor=staff.actor)
    return RedirectResponse(f"/calls/{referral_id}", 303)


@router.get("/{referral_id}")
async def taken(request: Request, referral_id: UUID, kernel: Held, staff: Answerer) -> Response:
    """The code to read to the caller; only for whoever took the call, and for half an hour."""
    async with kernel.reading() as db:
        referral = await referral_of(db, referral_id)
        shown = (
            referral is not None
            and referral.channel == "phone"
            and referral.received_by == staff.actor
            and kernel.clock.now() - referral.received_at < calls.SHOWN_FOR
        )
        receipt = await calls.receipt_of_call(db, kernel.keys, referral) if referral and shown else None
    if referral is None or receipt is None:
        raise NotFound("call-unknown", "The code can be read again for half an hour, by whoever took the call.")
    return page(request, "intake/call_taken.html", receipt=grouped(receipt), referral=referral)


def _show(request: Request, form: Form[Call], status: int = 200) -> Response:
    return page(request, "intake/call.html", status, form=form, components=components, wording=wording)
