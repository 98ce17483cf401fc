"""Finance opens a fund, changes its terms with a reason, and closes it."""

from uuid import UUID

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from services.funding.domain.vocabulary import KIND_WORDS
from services.funding.handlers.fund_changes import change_fund, close_fund
from services.funding.handlers.money import open_fund
from services.funding.store import funders, funds
from services.funding.web.bars import bar_of
from services.funding.web.fund_access import Finance, ThisKernel
from services.funding.web.fund_forms import ChangedFund, NewFund, Reason, answers_of, choices_of
from shared.kernel.errors import Conflict, NotFound, Unprocessable
from shared.kernel.ids import FundId
from shared.messaging.kernel import Kernel
from shared.web import Form, blank_form, page, read_form

router = APIRouter()
FIELD_OF = {
    "fund-exists": "name",
    "fund-not-possible": "kind",
    "kind": "client_groups",
    "nothing-changed": "name",
    "fund-closed": "name",
}


@router.get("/funds/new")
async def new_fund_page(request: Request, kernel: ThisKernel, _staff: Finance) -> Response:
    """The form for a fund that is opened."""
    return await _new_form(request, kernel, blank_form(NewFund))


@router.post("/funds/new")
async def new_fund(request: Request, kernel: ThisKernel, staff: Finance) -> Response:
    """Open a fund, and note its funder if they are new."""
    form = await read_form(request, NewFund)
    if form.model is None:
        return await _new_form(request, kernel, form, 422)
    sent = form.model
    try:
        terms = sent.restrictions()
    except ValueError as error:
        return await _new_form(request, kernel, form.refused(until=str(error)), 422)
    try:
        fund_id = await kernel.perform(
            "funds",
            lambda tx: open_fund(tx, funder=sent.funder, name=sent.name, kind=sent.kind, restrictions=terms),
            actor=staff.actor,
        )
    except (Conflict, Unprocessable) as refusal:
        refused = form.refused(**{FIELD_OF.get(refusal.code, "name"): refusal.sentence})
        return await _new_form(request, kernel, refused, 409 if isinstance(refusal, Conflict) else 422)
    return RedirectResponse(f"/funds/{fund_id}?noted=opened", 303)


@router.get("/funds/{fund_id}/change")
async def change_page(request: Request, fund_id: UUID, kernel: ThisKernel, _staff: Finance) -> Response:
    """The form with the terms of a fund as they are."""
    kept = await _fund(kernel, fund_id)
    return _change_form(request, kept, blank_form(ChangedFund, **answers_of(kept.fund)))


@router.post("/funds/{fund_id}/change")
async def change(request: Request, fund_id: UUID, kernel: ThisKernel, staff: Finance) -> Response:
    """Keep the new terms, unless they would take away what is promised."""
    kept = await _fund(kernel, fund_id)
    form = await read_form(request, ChangedFund)
    if form.model is None:
        return _change_form(request, kept, form, 422)
    sent = form.model
    try:
        terms = sent.restrictions()
    except ValueError as error:
        return _change_form(request, kept, form.refused(until=str(error)), 422)
    try:
        await kernel.perform(
            str(fund_id),
            lambda tx: change_fund(tx, FundId(fund_id), name=sent.name, terms=terms, reason=sent.reason),
            actor=staff.actor,
        )
    except (Conflict, Unprocessable) as refusal:
        refused = form.refused(**{FIELD_OF.get(refusal.code, refusal.code): refusal.sentence})
        return _change_form(request, kept, refused, 409 if isinstance(refusal, Conflict) else 422)
    return RedirectResponse(f"/funds/{fund_id}?noted=changed", 303)


@router.get("/funds/{fund_id}/close")
async def close_page(request: Request, fund_id: UUID, kernel: ThisKernel, _staff: Finance) -> Response:
    """What remains in a fund, before it is closed."""
    return _close_form(request, await _fund(kernel, fund_id), blank_form(Reason))


@router.post("/funds/{fund_id}/close")
async def close(request: Request, fund_id: UUID, kernel: ThisKernel, staff: Finance) -> Response:
    """Close a fund of which nothing is reserved or promised."""
    form = await read_form(request, Reason)
    if form.model is None:
        return _close_form(request, await _fund(kernel, fund_id), form, 422)
    reason = form.model.reason
    try:
        await kernel.perform(str(fund_id), lambda tx: close_fund(tx, FundId(fund_id), reason), actor=staff.actor)
    except Conflict as refusal:
        return _close_form(request, await _fund(kernel, fund_id), form.refused(reason=refusal.sentence), 409)
    return RedirectResponse(f"/funds/{fund_id}?noted=closed", 303)


async def _new_form(request: Request, kernel: Kernel, form: Form[NewFund], status: int = 200) -> Response:
    async with kernel.reading() as db:
        known = [one.name for one in await funders.funders_listed(db)]
    return page(request, "funds/new.html", status, form=form, choices=choices_of(form), funders=known)


def _change_form(request: Request, kept: funds.KeptFund, form: Form[ChangedFund], status: int = 200) -> Response:
    return page(request, "funds/change.html", status, kept=kept, form=form, choices=choices_of(form), kinds=KIND_WORDS)


def _close_form(request: Request, kept: funds.KeptFund, form: Form[Reason], status: int = 200) -> Response:
    return page(request, "funds/close.html", status, kept=kept, form=form, bar=bar_of(kept.balances))


async def _fund(kernel: Kernel, fund_id: UUID) -> funds.KeptFund:
    async with kernel.reading() as db:
        kept = await funds.fund_kept(db, FundId(fund_id))
    if kept is None:
        raise NotFound("fund-unknown", "There is no such fund.")
    return kept
