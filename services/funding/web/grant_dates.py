"""One instalment or one report date of a grant: moved to another day, or taken away."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from services.funding.domain.grants import Instalment, ReportDate
from services.funding.handlers import grant_dates as dates
from services.funding.store import grant_dates
from services.funding.web.fund_access import Finance, ThisKernel
from services.funding.web.grant_forms import NewInstalment, NewReportDate, typed
from services.funding.web.grant_page import FIELD_OF, known
from shared.kernel.errors import Conflict, NotFound, Unprocessable
from shared.kernel.ids import GrantId
from shared.messaging.kernel import Kernel
from shared.messaging.transaction import Transaction
from shared.web import Form, Staff, blank_form, page, read_form

router = APIRouter()
A_DAY = timedelta(days=1)


@router.get("/grants/{grant_id}/instalments/{instalment_id}")
async def instalment_page(
    request: Request, grant_id: UUID, instalment_id: UUID, kernel: ThisKernel, _staff: Finance
) -> Response:
    """The form with an instalment as it is."""
    one = await _instalment(kernel, grant_id, instalment_id)
    form = blank_form(NewInstalment, due_on=one.due_on.isoformat(), amount=typed(one.amount))
    return await _form(request, kernel, grant_id, "instalment", form)


@router.post("/grants/{grant_id}/instalments/{instalment_id}")
async def move_instalment(
    request: Request, grant_id: UUID, instalment_id: UUID, kernel: ThisKernel, staff: Finance
) -> Response:
    """Expect it on another day, or another amount."""
    form = await read_form(request, NewInstalment)
    sent = form.model
    if sent is None:
        return await _form(request, kernel, grant_id, "instalment", form, 422)
    return await _done(
        request, kernel, staff, grant_id, ("instalment", form),
        lambda tx: dates.move_instalment(tx, GrantId(grant_id), instalment_id, sent.due_on, sent.amount),
    )  # fmt: skip


@router.post("/grants/{grant_id}/instalments/{instalment_id}/remove")
async def remove_instalment(grant_id: UUID, instalment_id: UUID, kernel: ThisKernel, staff: Finance) -> Response:
    """Expect it no longer."""
    await kernel.perform(
        str(grant_id),
        lambda tx: dates.remove_instalment(tx, GrantId(grant_id), instalment_id),
        actor=staff.actor,
    )
    return RedirectResponse(f"/grants/{grant_id}?noted=removed", 303)


@router.get("/grants/{grant_id}/reports/{report_date_id}")
async def report_page(
    request: Request, grant_id: UUID, report_date_id: UUID, kernel: ThisKernel, _staff: Finance
) -> Response:
    """The form with a report date as it is."""
    one = await _report(kernel, grant_id, report_date_id)
    days = {"report_from": one.from_day.isoformat(), "report_last": one.through.isoformat()}
    form = blank_form(NewReportDate, report_due=one.due_on.isoformat(), **days)
    return await _form(request, kernel, grant_id, "report", form)


@router.post("/grants/{grant_id}/reports/{report_date_id}")
async def move_report(
    request: Request, grant_id: UUID, report_date_id: UUID, kernel: ThisKernel, staff: Finance
) -> Response:
    """The funder wants it by another day, or about other days."""
    form = await read_form(request, NewReportDate)
    sent = form.model
    if sent is None:
        return await _form(request, kernel, grant_id, "report", form, 422)
    days = (sent.report_from, sent.report_last + A_DAY)
    return await _done(
        request, kernel, staff, grant_id, ("report", form),
        lambda tx: dates.move_report_date(tx, GrantId(grant_id), report_date_id, sent.report_due, days),
    )  # fmt: skip


@router.post("/grants/{grant_id}/reports/{report_date_id}/remove")
async def remove_report(grant_id: UUID, report_date_id: UUID, kernel: ThisKernel, staff: Finance) -> Response:
    """The funder wants it no longer."""
    await kernel.perform(
        str(grant_id),
        lambda tx: dates.remove_report_date(tx, GrantId(grant_id), report_date_id),
        actor=staff.actor,
    )
    return RedirectResponse(f"/grants/{grant_id}?noted=removed", 303)


async def _done(
    request: Request,
    kernel: Kernel,
    staff: Staff,
    grant_id: UUID,
    sent: tuple[str, Form[Any]],
    work: Callable[[Transaction], Awaitable[None]],
) -> Response:
    name, form = sent
    try:
        await kernel.perform(str(grant_id), work, actor=staff.actor)
    except (Conflict, Unprocessable) as refusal:
        field = FIELD_OF[name].get(refusal.code, "amount")
        status = 409 if isinstance(refusal, Conflict) else 422
        return await _form(request, kernel, grant_id, name, form.refused(**{field: refusal.sentence}), status)
    return RedirectResponse(f"/grants/{grant_id}?noted=changed", 303)


async def _form(
    request: Request, kernel: Kernel, grant_id: UUID, what: str, form: Form[Any], status: int = 200
) -> Response:
    grant = await known(kernel, grant_id)
    return page(request, "grants/date.html", status, grant=grant, what=what, form=form, address=request.url.path)


async def _instalment(kernel: Kernel, grant_id: UUID, instalment_id: UUID) -> Instalment:
    async with kernel.reading() as db:
        found = await grant_dates.instalments_of(db, GrantId(grant_id))
    for one in found:
        if one.instalment_id == instalment_id:
            return one
    raise NotFound("instalment-unknown", "There is no such instalment.")


async def _report(kernel: Kernel, grant_id: UUID, report_date_id: UUID) -> ReportDate:
    async with kernel.reading() as db:
        found = await grant_dates.reports_of(db, GrantId(grant_id))
    for one in found:
        if one.report_date_id == report_date_id:
            return one
    raise NotFound("report-date-unknown", "There is no such report date.")
