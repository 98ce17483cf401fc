"""Transfers between funds: what waits for a second person, what was decided, and a form for a new one."""

from typing import Annotated, ClassVar
from uuid import UUID

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel, BeforeValidator, Field
from starlette.responses import RedirectResponse, Response

from services.funding.domain.amounts import pence_from
from services.funding.domain.transfers import FREE
from services.funding.handlers.transfers import TRANSFERS, ask_for_transfer, decide_transfer
from services.funding.store import funds, transfers
from services.funding.web.approval_words import count_approvals
from services.funding.web.fund_access import Finance, Reader, ThisKernel, may_change
from shared.kernel.errors import Unprocessable
from shared.kernel.ids import FundId
from shared.kernel.money import Pence, pounds
from shared.messaging.kernel import Kernel
from shared.web import Form, Staff, blank_form, page, read_form

router = APIRouter(dependencies=[Depends(count_approvals)])
SHOWN = 100
STATES = {"asked": ("Waits for a second person", "warning"), "done": ("Moved", "good"), "refused": ("Refused", "")}
FIELD_OF = {"reason-missing": "reason"}


class NewTransfer(BaseModel):
    """Money that is to move."""

    words: ClassVar[dict[str, str]] = {
        "from_fund": "Choose the fund that the money comes from.",
        "to_fund": "Choose the fund that the money goes to.",
        "amount.missing": "Enter the amount.",
        "reason": "Say why, in up to 1,000 characters.",
    }

    from_fund: UUID
    to_fund: UUID
    amount: Annotated[Pence, BeforeValidator(pence_from)]
    reason: str = Field(max_length=1000)


class Answer(BaseModel):
    """What the second person says."""

    agreed: bool


@router.get("/transfers")
async def transfers_page(request: Request, kernel: ThisKernel, staff: Reader, noted: str = "") -> Response:
    """Those that wait first, then the latest."""
    return await _shown(request, kernel, staff, blank_form(NewTransfer), noted=noted)


@router.post("/transfers")
async def ask(request: Request, kernel: ThisKernel, staff: Finance) -> Response:
    """Ask a second person to let money move."""
    form = await read_form(request, NewTransfer)
    if form.model is None:
        return await _shown(request, kernel, staff, form, status=422)
    sent = form.model
    try:
        await kernel.perform(
            TRANSFERS,
            lambda tx: ask_for_transfer(
                tx,
                from_fund=FundId(sent.from_fund),
                to_fund=FundId(sent.to_fund),
                amount=sent.amount,
                reason=sent.reason,
            ),
            actor=staff.actor,
        )
    except Unprocessable as refusal:
        refused = form.refused(**{FIELD_OF.get(refusal.code, refusal.code): refusal.sentence})
        return await _shown(request, kernel, staff, refused, status=422)
    return RedirectResponse("/transfers?noted=asked", 303)


@router.post("/transfers/{transfer_id}")
async def decide(request: Request, transfer_id: UUID, kernel: ThisKernel, staff: Finance) -> Response:
    """The second person agrees or refuses; nobody agrees to what they asked for themselves."""
    form = await read_form(request, Answer)
    if form.model is None:
        raise Unprocessable("answer-missing", "Say whether you agree.")
    agreed = form.model.agreed
    await kernel.perform(TRANSFERS, lambda tx: decide_transfer(tx, transfer_id, agreed=agreed), actor=staff.actor)
    return RedirectResponse(f"/transfers?noted={'done' if agreed else 'refused'}", 303)


async def _shown(
    request: Request, kernel: Kernel, staff: Staff, form: Form[NewTransfer], *, noted: str = "", status: int = 200
) -> Response:
    async with kernel.reading() as db:
        kept = await funds.funds_kept(db)
        listed = await transfers.transfers_listed(db, kernel.keys, SHOWN)
    free = [one for one in kept if one.fund.kind in FREE]
    return page(
        request,
        "transfers/list.html",
        status,
        transfers=listed,
        names={one.fund.fund_id: one.fund.name for one in kept},
        states=STATES,
        form=form,
        sources=_items(free, form.text("from_fund")),
        targets=_items([one for one in free if one.closed_on is None], form.text("to_fund")),
        enough=len(free) > 1,
        own=staff.actor,
        noted=noted,
        may_change=may_change(staff),
    )


def _items(kept: list[funds.KeptFund], chosen: str) -> list[dict[str, object]]:
    return [
        {"value": "", "text": "Choose a fund"},
        *(
            {
                "value": str(one.fund.fund_id),
                "text": f"{one.fund.name}: {pounds(one.balances.available)} available",
                "selected": str(one.fund.fund_id) == chosen,
            }
            for one in kept
        ),
    ]
