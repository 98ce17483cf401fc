"""What staff ask for by hand: more for an award that runs, another fund, or another look where nobody agreed."""

from collections.abc import Awaitable, Callable
from typing import Annotated, ClassVar, TypeVar
from uuid import UUID

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel, BeforeValidator, Field
from starlette.responses import RedirectResponse, Response

from services.funding.domain.amounts import pence_from
from services.funding.handlers.choosing import choose_another_fund, propose_anew
from services.funding.handlers.topping import Wish, ask_for_more
from services.funding.store import funds, pages
from services.funding.web.approval_words import count_approvals
from services.funding.web.awards import Anew, award_shown
from services.funding.web.words import short
from shared.db import Record
from shared.kernel.errors import Conflict, NotFound, Unprocessable
from shared.kernel.ids import AwardId, FundId
from shared.kernel.money import Pence, pounds
from shared.messaging.kernel import Kernel
from shared.messaging.transaction import Transaction
from shared.web import Form, Staff, blank_form, kernel_of, page, read_form, signed_in

router = APIRouter(dependencies=[Depends(count_approvals)])
ThisKernel = Annotated[Kernel, Depends(kernel_of)]
Clerk = Annotated[Staff, Depends(signed_in("finance", "coordinator"))]
T = TypeVar("T")
FIELD_OF = {
    "share-not-possible": "share",
    "reason-missing": "reason",
    "fund-cannot-pay": "fund",
    "fund-unknown": "fund",
    "not-enough": "fund",
}


class More(BaseModel):
    """More sessions, more for each, or both; and perhaps another fund than the rules would take."""

    words: ClassVar[dict[str, str]] = {
        "more": "Enter a whole number of sessions.",
        "fund": "Choose a fund from the list.",
        "reason": "Say why, in up to 500 characters.",
    }

    more: int = 0
    share: Annotated[Pence | None, BeforeValidator(pence_from)] = None
    fund: UUID | None = None
    reason: str = Field("", max_length=500)


class AnotherFund(BaseModel):
    """Which fund is to pay first, and why."""

    words: ClassVar[dict[str, str]] = {
        "fund": "Choose a fund from the list.",
        "reason": "Say why this fund is to pay, in up to 500 characters.",
    }

    fund: UUID
    reason: str = Field(min_length=1, max_length=500)


@router.get("/awards/{award_id}/more")
async def more_page(request: Request, award_id: UUID, kernel: ThisKernel, _staff: Clerk) -> Response:
    """The form with which more is asked for."""
    return await _form(request, kernel, award_id, "awards/more.html", blank_form(More))


@router.post("/awards/{award_id}/more")
async def ask(request: Request, award_id: UUID, kernel: ThisKernel, staff: Clerk) -> Response:
    """Ask for more; the award's page says what became of it."""
    form = await read_form(request, More)
    if form.model is None:
        return await _form(request, kernel, award_id, "awards/more.html", form, 422)
    sent = form.model
    wish = Wish(sent.more, sent.share, FundId(sent.fund) if sent.fund else None, sent.reason)
    try:
        asked = await _perform(kernel, staff, award_id, lambda tx: ask_for_more(tx, AwardId(award_id), wish))
    except (Conflict, Unprocessable) as refusal:
        return await _form(
            request, kernel, award_id, "awards/more.html", _refused(form, refusal, "more"), _status(refusal)
        )
    return RedirectResponse(f"/awards/{award_id}?noted={asked.state}", 303)


@router.get("/awards/{award_id}/fund")
async def fund_page(request: Request, award_id: UUID, kernel: ThisKernel, _staff: Clerk) -> Response:
    """The form with which another fund is chosen."""
    return await _form(request, kernel, award_id, "awards/fund.html", blank_form(AnotherFund))


@router.post("/awards/{award_id}/fund")
async def choose(request: Request, award_id: UUID, kernel: ThisKernel, staff: Clerk) -> Response:
    """Choose another fund; a second person has to agree."""
    form = await read_form(request, AnotherFund)
    if form.model is None:
        return await _form(request, kernel, award_id, "awards/fund.html", form, 422)
    fund_id, reason = FundId(form.model.fund), form.model.reason
    try:
        await _perform(kernel, staff, award_id, lambda tx: choose_another_fund(tx, AwardId(award_id), fund_id, reason))
    except (Conflict, Unprocessable) as refusal:
        return await _form(
            request, kernel, award_id, "awards/fund.html", _refused(form, refusal, "fund"), _status(refusal)
        )
    return RedirectResponse(f"/awards/{award_id}?noted=to-approve", 303)


@router.post("/awards/{award_id}/anew")
async def put_forward_again(request: Request, award_id: UUID, kernel: ThisKernel, staff: Clerk) -> Response:
    """Put an award forward again to which nobody agreed."""
    form = await read_form(request, Anew)
    if form.model is None:
        return await award_shown(request, kernel, award_id, form, status=422)
    sessions = form.model.sessions
    try:
        await _perform(kernel, staff, award_id, lambda tx: propose_anew(tx, AwardId(award_id), sessions))
    except Unprocessable as refusal:
        return await award_shown(request, kernel, award_id, form.refused(sessions=refusal.sentence), status=422)
    return RedirectResponse(f"/awards/{award_id}?noted=anew", 303)


async def _perform(kernel: Kernel, staff: Staff, award_id: UUID, work: Callable[[Transaction], Awaitable[T]]) -> T:
    return await kernel.perform(str((await _known(kernel, award_id))["referral_id"]), work, actor=staff.actor)


async def _known(kernel: Kernel, award_id: UUID) -> Record:
    async with kernel.reading() as db:
        award = await pages.award_shown(db, award_id)
    if award is None:
        raise NotFound("award-unknown", "There is no such award.")
    return award


async def _form(
    request: Request,
    kernel: Kernel,
    award_id: UUID,
    template: str,
    form: Form[More] | Form[AnotherFund],
    status: int = 200,
) -> Response:
    award = await _known(kernel, award_id)
    async with kernel.reading() as db:
        kept = await funds.funds_kept(db)
    chosen = form.text("fund")
    items = [
        {
            "value": str(one.fund.fund_id),
            "text": f"{one.fund.name} ({pounds(one.balances.available)} available)",
            "selected": str(one.fund.fund_id) == chosen,
        }
        for one in kept
        if one.balances.available > 0
    ]
    return page(request, template, status, award=award, form=form, funds=items, short=short)


def _refused(
    form: Form[More] | Form[AnotherFund], refusal: Conflict | Unprocessable, otherwise: str
) -> Form[More] | Form[AnotherFund]:
    return form.refused(**{FIELD_OF.get(refusal.code, otherwise): refusal.sentence})


def _status(refusal: Conflict | Unprocessable) -> int:
    return 409 if isinstance(refusal, Conflict) else 422
