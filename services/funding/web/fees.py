"""Fees of therapists: for finance to follow and settle, and for each therapist to see what is theirs."""

from typing import Annotated, ClassVar, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel, Field
from starlette.responses import RedirectResponse, Response

from services.funding.domain.days import day_of
from services.funding.domain.fees import Fee, FeeState, policy_on
from services.funding.handlers.fees import decide_waiver, note_paid, undo_payment, waive
from services.funding.store import fees, receipts
from services.funding.web.approval_words import count_approvals
from services.funding.web.fee_words import DECISIONS, KINDS, STATES
from services.funding.web.receipts import years_with_fees
from services.funding.web.words import short
from shared.kernel.errors import Conflict, NotFound, Unprocessable
from shared.messaging.kernel import Kernel
from shared.web import Form, Staff, blank_form, kernel_of, page, read_form, signed_in
from shared.web.therapist_store import TherapistSession
from shared.web.therapists import therapist_signed_in

router = APIRouter(dependencies=[Depends(count_approvals)])
ThisKernel = Annotated[Kernel, Depends(kernel_of)]
Finance = Annotated[Staff, Depends(signed_in("finance"))]
SHOWN = 200
Show = Literal["overdue", "due", "waiver-asked", "settled"]
SHOWS: dict[Show, tuple[str, tuple[FeeState, ...]]] = {
    "due": ("Due", ("due",)),
    "overdue": ("Overdue", ("overdue",)),
    "waiver-asked": ("For a second person", ("waiver-asked",)),
    "settled": ("Settled", ("paid", "waived")),
}


class Reason(BaseModel):
    """Why a fee is not to be paid, or was not paid after all."""

    words: ClassVar[dict[str, str]] = {"reason": "Say why, in up to 500 characters."}

    reason: str = Field(min_length=1, max_length=500)


class Answer(BaseModel):
    """What the second person says."""

    agreed: bool


@router.get("/fees")
async def fees_page(request: Request, kernel: ThisKernel, _staff: Finance, show: str = "due") -> Response:
    """Fees by state, the longest owed first; therapists by id only."""
    chosen: Show = next((name for name in SHOWS if name == show), "due")
    async with kernel.reading() as db:
        rows = await fees.fees_listed(db, SHOWS[chosen][1], SHOWN)
        counts = await fees.fee_counts(db)
        policy = policy_on(await fees.fee_policies(db), day_of(kernel.clock.now()))
    totals = {
        name: tuple(sum(counts.get(state, (0, 0))[at] for state in states) for at in (0, 1))
        for name, (_, states) in SHOWS.items()
    }
    return page(
        request,
        "fees/list.html",
        rows=rows,
        show=chosen,
        shows=SHOWS,
        totals=totals,
        policy=policy,
        states=STATES,
        kinds=KINDS,
        short=short,
        shown=SHOWN,
    )


@router.get("/fees/mine")
async def own_fees(
    request: Request, kernel: ThisKernel, therapist: Annotated[TherapistSession, Depends(therapist_signed_in)]
) -> Response:
    """What a therapist owes and has settled, for themselves."""
    today = day_of(kernel.clock.now())
    async with kernel.reading() as db:
        own = await fees.fees_of(db, therapist.therapist_id)
        years = years_with_fees([fee.raised_on for fee in own], today)
        paid = [
            (year, await receipts.receipts_of_year(db, kernel.keys, year, therapist.therapist_id)) for year in years
        ]
    return page(request, "fees/mine.html", own=own, paid=paid, kinds=KINDS, states=STATES, short=short)


@router.get("/fees/{fee_id}")
async def fee_page(request: Request, fee_id: UUID, kernel: ThisKernel, staff: Finance) -> Response:
    """One fee, what was decided about it, and what can be done."""
    return await _shown(request, kernel, staff, fee_id, blank_form(Reason))


@router.post("/fees/{fee_id}/paid")
async def paid(fee_id: UUID, kernel: ThisKernel, staff: Finance) -> Response:
    """The money came in; sent twice, it is noted once."""
    fee = await _known(kernel, fee_id)
    if fee.state != "paid":
        await kernel.perform(str(fee.therapist_id), lambda tx: note_paid(tx, fee_id), actor=staff.actor)
    return RedirectResponse(f"/fees/{fee_id}", 303)


@router.post("/fees/{fee_id}/undo")
async def undone(request: Request, fee_id: UUID, kernel: ThisKernel, staff: Finance) -> Response:
    """The payment was noted by mistake, or came back."""
    form = await read_form(request, Reason)
    if form.model is None:
        return await _shown(request, kernel, staff, fee_id, form, 422)
    fee, reason = await _known(kernel, fee_id), form.model.reason
    await kernel.perform(str(fee.therapist_id), lambda tx: undo_payment(tx, fee_id, reason), actor=staff.actor)
    return RedirectResponse(f"/fees/{fee_id}", 303)


@router.post("/fees/{fee_id}/waive")
async def waived(request: Request, fee_id: UUID, kernel: ThisKernel, staff: Finance) -> Response:
    """Let the therapist off, or ask a second person to."""
    form = await read_form(request, Reason)
    if form.model is None:
        return await _shown(request, kernel, staff, fee_id, form, 422)
    fee, reason = await _known(kernel, fee_id), form.model.reason
    try:
        await kernel.perform(str(fee.therapist_id), lambda tx: waive(tx, fee_id, reason), actor=staff.actor)
    except (Conflict, Unprocessable) as refusal:
        refused = form.refused(reason=refusal.sentence)
        return await _shown(request, kernel, staff, fee_id, refused, 409 if isinstance(refusal, Conflict) else 422)
    return RedirectResponse(f"/fees/{fee_id}", 303)


@router.post("/fees/{fee_id}/waiver")
async def second_person(request: Request, fee_id: UUID, kernel: ThisKernel, staff: Finance) -> Response:
    """The second person agrees or refuses; nobody agrees to what they asked for themselves."""
    form = await read_form(request, Answer)
    if form.model is None:
        raise Unprocessable("answer-missing", "Say whether you agree.")
    fee, agreed = await _known(kernel, fee_id), form.model.agreed
    await kernel.perform(str(fee.therapist_id), lambda tx: decide_waiver(tx, fee_id, agreed=agreed), actor=staff.actor)
    return RedirectResponse(f"/fees/{fee_id}", 303)


async def _shown(
    request: Request, kernel: Kernel, staff: Staff, fee_id: UUID, form: Form[Reason], status: int = 200
) -> Response:
    fee = await _known(kernel, fee_id)
    async with kernel.reading() as db:
        decisions = await fees.decisions_on(db, kernel.keys, fee)
        policy = policy_on(await fees.fee_policies(db), fee.raised_on)
        receipt = await receipts.receipt_for(db, kernel.keys, fee_id)
    asked_by = next((actor for decided, actor, *_ in reversed(decisions) if decided == "waiver-asked"), "")
    return page(
        request,
        "fees/fee.html",
        status,
        fee=fee,
        receipt=receipt,
        years=years_with_fees([fee.raised_on], day_of(kernel.clock.now())),
        form=form,
        decisions=decisions,
        decided=DECISIONS,
        alone=fee.amount <= policy.waived_by_one_to,
        limit=policy.waived_by_one_to,
        own_request=asked_by == staff.actor,
        states=STATES,
        kinds=KINDS,
        short=short,
    )


async def _known(kernel: Kernel, fee_id: UUID) -> Fee:
    async with kernel.reading() as db:
        fee = await fees.fee_by_id(db, fee_id)
    if fee is None:
        raise NotFound("fee-unknown", "There is no such fee.")
    return fee
