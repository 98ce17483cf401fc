"""One grant: what has come of it, what is due, what its funder asks for, and money that goes back."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from services.funding.domain.days import day_of
from services.funding.domain.grants import TARGET_WORDS, Grant
from services.funding.handlers import grant_dates as dates
from services.funding.handlers.grants import give_back
from services.funding.store import fund_changes, funders, funds, grant_dates, grants
from services.funding.web.fund_access import Finance, Reader, ThisKernel, may_change
from services.funding.web.grant_forms import MoneyBack, NewCondition, NewInstalment, NewReportDate
from shared.kernel.errors import Conflict, NotFound, Unprocessable
from shared.kernel.ids import GrantId
from shared.messaging.kernel import Kernel
from shared.messaging.transaction import Transaction
from shared.web import Form, Staff, blank_form, page, read_form

router = APIRouter()
A_DAY = timedelta(days=1)
STATES = {"expected": ("Expected", ""), "late": ("Late", "warning"), "received": ("Received", "good")}
FIELD_OF = {
    "instalment": {"amount": "amount"},
    "report": {"due_on": "report_due", "last_day": "report_last", "period-noted": "report_last"},
    "condition": {"words": "condition"},
    "back": {"amount": "back_amount", "reason": "back_reason", "grant-runs": "back_amount"},
}
Work = Callable[[Transaction], Awaitable[None]]


@router.get("/grants/{grant_id}")
async def grant_page(request: Request, grant_id: UUID, kernel: ThisKernel, staff: Reader, noted: str = "") -> Response:
    """One grant, with what can be done about it."""
    return await _shown(request, kernel, staff, grant_id, noted=noted)


@router.post("/grants/{grant_id}/instalments")
async def add_instalment(request: Request, grant_id: UUID, kernel: ThisKernel, staff: Finance) -> Response:
    """Expect a part of the grant on a day."""
    form = await read_form(request, NewInstalment)
    sent = form.model
    work: Work | None = (
        None if sent is None else (lambda tx: dates.add_instalment(tx, GrantId(grant_id), sent.due_on, sent.amount))
    )
    return await _done(request, kernel, staff, grant_id, ("instalment", form), work)


@router.post("/grants/{grant_id}/reports")
async def add_report(request: Request, grant_id: UUID, kernel: ThisKernel, staff: Finance) -> Response:
    """Note when the funder wants a report about which days."""
    form = await read_form(request, NewReportDate)
    sent = form.model
    work: Work | None = (
        None
        if sent is None
        else (
            lambda tx: dates.add_report_date(
                tx, GrantId(grant_id), sent.report_due, (sent.report_from, sent.report_last + A_DAY)
            )
        )
    )
    return await _done(request, kernel, staff, grant_id, ("report", form), work)


@router.post("/grants/{grant_id}/conditions")
async def add_condition(request: Request, grant_id: UUID, kernel: ThisKernel, staff: Finance) -> Response:
    """Note what the funder asks for."""
    form = await read_form(request, NewCondition)
    sent = form.model
    work: Work | None = (
        None if sent is None else (lambda tx: dates.add_condition(tx, GrantId(grant_id), sent.condition))
    )
    return await _done(request, kernel, staff, grant_id, ("condition", form), work)


@router.post("/grants/{grant_id}/back")
async def money_back(request: Request, grant_id: UUID, kernel: ThisKernel, staff: Finance) -> Response:
    """Unspent money of a grant that has ended goes back to its funder."""
    form = await read_form(request, MoneyBack)
    sent = form.model
    work: Work | None = (
        None if sent is None else (lambda tx: give_back(tx, GrantId(grant_id), sent.back_amount, sent.back_reason))
    )
    return await _done(request, kernel, staff, grant_id, ("back", form), work)


@router.post("/grants/{grant_id}/conditions/{condition_id}/{verb}")
async def tick_condition(grant_id: UUID, condition_id: UUID, verb: str, kernel: ThisKernel, staff: Finance) -> Response:
    """Note that a condition is met, or that it is not after all."""
    met = _yes(verb, "met", "not-met")
    await kernel.perform(
        str(grant_id),
        lambda tx: dates.tick_condition(tx, GrantId(grant_id), condition_id, met=met),
        actor=staff.actor,
    )
    return RedirectResponse(f"/grants/{grant_id}#conditions", 303)


@router.post("/grants/{grant_id}/reports/{report_date_id}/{verb}")
async def tick_report(grant_id: UUID, report_date_id: UUID, verb: str, kernel: ThisKernel, staff: Finance) -> Response:
    """Note that a report went out in another way, or that it did not after all."""
    sent = _yes(verb, "sent", "not-sent")
    await kernel.perform(
        str(grant_id),
        lambda tx: dates.tick_report(tx, GrantId(grant_id), report_date_id, sent=sent),
        actor=staff.actor,
    )
    return RedirectResponse(f"/grants/{grant_id}#reports", 303)


async def known(kernel: Kernel, grant_id: UUID) -> Grant:
    """The grant; raises NotFound."""
    async with kernel.reading() as db:
        grant = await grants.grant_by_id(db, GrantId(grant_id))
    if grant is None:
        raise NotFound("grant-unknown", "There is no such grant.")
    return grant


async def _done(
    request: Request, kernel: Kernel, staff: Staff, grant_id: UUID, sent: tuple[str, Form[Any]], work: Work | None
) -> Response:
    name, form = sent
    if work is None:
        return await _shown(request, kernel, staff, grant_id, sent=sent, status=422)
    try:
        await kernel.perform(str(grant_id), work, actor=staff.actor)
    except (Conflict, Unprocessable) as refusal:
        refused = form.refused(**{FIELD_OF[name][refusal.code]: refusal.sentence})
        status = 409 if isinstance(refusal, Conflict) else 422
        return await _shown(request, kernel, staff, grant_id, sent=(name, refused), status=status)
    return RedirectResponse(f"/grants/{grant_id}?noted={name}", 303)


async def _shown(
    request: Request,
    kernel: Kernel,
    staff: Staff,
    grant_id: UUID,
    *,
    sent: tuple[str, Form[Any]] | None = None,
    noted: str = "",
    status: int = 200,
) -> Response:
    grant, blank = await known(kernel, grant_id), blank_form(NewInstalment)
    async with kernel.reading() as db:
        kept = await funds.fund_kept(db, grant.fund_id)
        funder = await funders.funder_by_id(db, kernel.keys, grant.funder_id)
        plan = await grants.plan_of(db, grant)
        conditions = await grant_dates.conditions_of(db, kernel.keys, grant)
        given_back = await grants.given_back_of(db, kernel.keys, grant)
        log = await fund_changes.changes_of(db, kernel.keys, grant.fund_id, grant.grant_id)
        helped = await grants.helped_by(db, grant)
    today = day_of(kernel.clock.now())
    return page(
        request,
        "grants/grant.html",
        status,
        grant=grant,
        kept=kept,
        funder=funder,
        plan=plan,
        conditions=conditions,
        given_back=given_back,
        log=log,
        reached=helped[grant.target.kind] if grant.target else 0,
        targets=TARGET_WORDS,
        states=STATES,
        today=today,
        over=today > grant.last_day,
        noted=noted,
        form=sent[1] if sent else blank,
        forms={name: sent[1] if sent and sent[0] == name else blank for name in FIELD_OF},
        may_change=may_change(staff),
    )


def _yes(verb: str, yes: str, no: str) -> bool:
    if verb not in (yes, no):
        raise NotFound("page-unknown", "There is no such page.")
    return verb == yes
