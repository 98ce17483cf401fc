"""Grants for finance and coordinators: all of them, a new one, and one that is agreed anew."""

from datetime import date
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Depends, Request
from starlette.responses import RedirectResponse, Response

from services.funding.domain.days import day_of
from services.funding.domain.grants import TARGET_WORDS, Grant, GrantPlan
from services.funding.handlers import grants as grant_handlers
from services.funding.store import funders, funds, grants
from services.funding.web.approval_words import count_approvals
from services.funding.web.fund_access import Finance, Reader, ThisKernel, may_change
from services.funding.web.grant_forms import ChangedGrant, NewGrant, answers_of
from services.funding.web.grant_page import known
from shared.kernel.errors import Conflict, Unprocessable
from shared.kernel.ids import FunderId, FundId, GrantId, uuid7
from shared.kernel.money import Pence
from shared.messaging.kernel import Kernel
from shared.web import Form, blank_form, page, read_form

router = APIRouter(dependencies=[Depends(count_approvals)])
FIELD_OF = {"reference-used": "reference", "fund-closed": "fund", "fund-unknown": "fund", "nothing-changed": "amount"}


@router.get("/grants")
async def grants_page(request: Request, kernel: ThisKernel, staff: Reader) -> Response:
    """Every grant: what has come of it, what it was to reach, and what is due next."""
    async with kernel.reading() as db:
        listed = await grants.grants_listed(db)
        plans = [await grants.plan_of(db, grant) for grant, *_ in listed]
        helped = [await grants.helped_by(db, grant) if grant.target else {} for grant, *_ in listed]
    today = day_of(kernel.clock.now())
    rows = [
        {"grant": grant, "fund": fund, "funder": funder, "helped": how_far, **_standing(plan, today)}
        for (grant, fund, funder), plan, how_far in zip(listed, plans, helped, strict=True)
    ]
    return page(request, "grants/list.html", rows=rows, targets=TARGET_WORDS, may_change=may_change(staff))


@router.get("/grants/new")
async def new_grant_page(request: Request, kernel: ThisKernel, _staff: Finance, fund: str = "") -> Response:
    """The form for a grant that was agreed."""
    return await _new_form(request, kernel, blank_form(NewGrant, fund=fund, target_kind="people"))


@router.post("/grants/new")
async def new_grant(request: Request, kernel: ThisKernel, staff: Finance) -> Response:
    """Note what a funder agreed to give; entered twice under one reference, it is noted once."""
    form = await read_form(request, NewGrant)
    if form.model is None:
        return await _new_form(request, kernel, form, 422)
    sent, grant_id = form.model, GrantId(uuid7(kernel.clock.now()))
    async with kernel.reading() as db:
        kept = await funds.fund_kept(db, FundId(sent.fund))
    if kept is None:
        return await _new_form(request, kernel, form.refused(fund="There is no such fund."), 422)
    days, funder_id = (sent.agreed_on, sent.from_day, sent.last_day), FunderId(sent.funder or kept.funder_id)
    try:
        grant = Grant(
            grant_id, FundId(sent.fund), funder_id, sent.reference, sent.amount, *days, target=sent.as_target()
        )
    except ValueError as error:
        return await _new_form(request, kernel, form.refused(last_day=str(error)), 422)
    try:
        await kernel.perform(str(grant_id), lambda tx: grant_handlers.add_grant(tx, grant), actor=staff.actor)
    except (Conflict, Unprocessable) as refusal:
        refused = form.refused(**{FIELD_OF.get(refusal.code, refusal.code): refusal.sentence})
        return await _new_form(request, kernel, refused, 409 if isinstance(refusal, Conflict) else 422)
    return RedirectResponse(f"/grants/{grant_id}?noted=new", 303)


@router.get("/grants/{grant_id}/change")
async def change_page(request: Request, grant_id: UUID, kernel: ThisKernel, _staff: Finance) -> Response:
    """The form with what was agreed as it is."""
    grant = await known(kernel, grant_id)
    return _change_form(request, grant, blank_form(ChangedGrant, **answers_of(grant)))


@router.post("/grants/{grant_id}/change")
async def change(request: Request, grant_id: UUID, kernel: ThisKernel, staff: Finance) -> Response:
    """Keep what was agreed anew, with the reason."""
    grant = await known(kernel, grant_id)
    form = await read_form(request, ChangedGrant)
    if form.model is None:
        return _change_form(request, grant, form, 422)
    sent = form.model
    try:
        await kernel.perform(
            str(grant_id),
            lambda tx: grant_handlers.change_grant(
                tx,
                GrantId(grant_id),
                amount=sent.amount,
                agreed_on=sent.agreed_on,
                days=(sent.from_day, sent.last_day),
                target=sent.as_target(),
                reason=sent.reason,
            ),
            actor=staff.actor,
        )
    except Unprocessable as refusal:
        refused = form.refused(**{FIELD_OF.get(refusal.code, refusal.code): refusal.sentence})
        return _change_form(request, grant, refused, 422)
    return RedirectResponse(f"/grants/{grant_id}?noted=changed", 303)


def _change_form(request: Request, grant: Grant, form: Form[ChangedGrant], status: int = 200) -> Response:
    return page(request, "grants/change.html", status, grant=grant, form=form, kinds=_kinds(form))


async def _new_form(request: Request, kernel: Kernel, form: Form[NewGrant], status: int = 200) -> Response:
    async with kernel.reading() as db:
        kept = [one for one in await funds.funds_kept(db) if one.closed_on is None]
        known_funders = await funders.funders_listed(db)
    fund_items = [("", "Choose a fund"), *((str(one.fund.fund_id), f"{one.fund.name} ({one.funder})") for one in kept)]
    funder_items = [("", "The fund's own funder"), *((str(one.funder_id), one.name) for one in known_funders)]
    return page(
        request,
        "grants/new.html",
        status,
        form=form,
        kinds=_kinds(form),
        funds=_items(fund_items, form.text("fund")),
        funders=_items(funder_items, form.text("funder")),
    )


def _items(choices: list[tuple[str, str]], chosen: str) -> list[dict[str, object]]:
    return [{"value": value, "text": text, "selected": value == chosen} for value, text in choices]


def _kinds(form: Form[Any]) -> list[dict[str, object]]:
    return _items([(kind, words) for kind, words in TARGET_WORDS.items()], form.text("target_kind"))


def _standing(plan: GrantPlan, today: date) -> dict[str, object]:
    """What has come of a grant, what is late, and the next day on which something is due."""
    open_days = [one.due_on for one in plan.instalments if one.received == 0]
    open_days += [one.due_on for one in plan.reports if not one.sent]
    return {
        "received": Pence(sum(one.received for one in plan.instalments)),
        "late": any(one.state(today) == "late" for one in plan.instalments)
        or any(not one.sent and one.due_on < today for one in plan.reports),
        "next_due": min(open_days, default=None),
        "over": plan.grant.last_day < today,
        "to_come": plan.grant.from_day > today,
    }
