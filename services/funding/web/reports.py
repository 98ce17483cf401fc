"""Reports for finance and coordinators: published ones with their files, what is due, and making a new one."""

from datetime import date, timedelta
from typing import Annotated, Any, ClassVar
from uuid import UUID

from fastapi import APIRouter, Depends, Request
from jinja2 import Environment
from pydantic import BaseModel
from starlette.concurrency import run_in_threadpool
from starlette.responses import JSONResponse, RedirectResponse, Response

from services.funding.domain.days import beginning_of, day_of
from services.funding.domain.giving import grant_of, package_of
from services.funding.domain.releases import Period
from services.funding.domain.reports import OUTCOMES, PEOPLE
from services.funding.domain.small_numbers import PRESETS
from services.funding.handlers.reporting import plan_report, publish_report
from services.funding.store import funds, reporting, reports
from services.funding.store.reports import Report
from services.funding.web.approval_words import count_approvals
from services.funding.web.charts import charts_of, money_chart
from services.funding.web.fund_forms import Day
from services.funding.web.report_files import csv_of, pdf_of
from services.funding.web.report_words import headline, period_in_words, policy_in_words
from shared.kernel.errors import NotFound, Unprocessable
from shared.kernel.ids import FundId
from shared.messaging.kernel import Kernel
from shared.web import Form, Staff, blank_form, kernel_of, page, read_form, signed_in

router = APIRouter(dependencies=[Depends(count_approvals)])
ThisKernel = Annotated[Kernel, Depends(kernel_of)]
Reader = Annotated[Staff, Depends(signed_in("finance", "coordinator"))]
Finance = Annotated[Staff, Depends(signed_in("finance"))]
SHOWN = 200
A_DAY = timedelta(days=1)
CHARITY = {"prefix": "360G-stopso", "id": "GB-CHC-stopso", "name": "StopSO"}


class NewReport(BaseModel):
    """Which fund and days a report is about; with a day to publish it on, it is only noted."""

    words: ClassVar[dict[str, str]] = {
        "fund": "Choose a fund.",
        "from_day": "Enter the first day.",
        "last_day": "Enter the last day.",
        "due_on": "Enter the day on which it is to be published, or leave it empty.",
    }

    fund: UUID
    from_day: Day
    last_day: Day
    due_on: Day | None = None


@router.get("/reports")
async def reports_page(request: Request, kernel: ThisKernel, staff: Reader, planned: str = "") -> Response:
    """Everything published, what is due, and a form for a new report."""
    return await _list(request, kernel, staff, blank_form(NewReport), planned=bool(planned))


@router.post("/reports")
async def new_report(request: Request, kernel: ThisKernel, staff: Finance) -> Response:
    """Publish a report now, or note the day on which it is due."""
    form = await read_form(request, NewReport)
    if form.model is None:
        return await _list(request, kernel, staff, form, status=422)
    sent = form.model
    if sent.last_day < sent.from_day:
        refused = form.refused(last_day="The last day is before the first.")
        return await _list(request, kernel, staff, refused, status=422)
    fund_id, period = FundId(sent.fund), Period(sent.from_day, sent.last_day + A_DAY)
    due_on = sent.due_on
    try:
        if due_on is not None:
            await kernel.perform(str(fund_id), lambda tx: plan_report(tx, fund_id, period, due_on), actor=staff.actor)
            return RedirectResponse("/reports?planned=yes", 303)
        made = await kernel.perform(str(fund_id), lambda tx: publish_report(tx, fund_id, period), actor=staff.actor)
    except Unprocessable as refusal:
        field = "due_on" if refusal.code == "due-too-early" else "last_day"
        return await _list(request, kernel, staff, form.refused(**{field: refusal.sentence}), status=422)
    return RedirectResponse(f"/reports/{made.report_id}?noted=yes", 303)


@router.get("/reports/grants.json")
async def grants_file(kernel: ThisKernel, _staff: Reader, year: int) -> Response:
    """A past year's awards of all funds together as 360Giving open data; never fewer than may be shown at all."""
    if not 2000 <= year < day_of(kernel.clock.now()).year:
        raise Unprocessable("year-not-over", "Choose a year that is over.")
    start, end = date(year, 1, 1), date(year + 1, 1, 1)
    async with kernel.reading() as db:
        made = await reporting.grants_made(db, beginning_of(start), beginning_of(end))
    small = PRESETS[kernel.settings.policy.small_numbers]
    package = package_of([grant_of(one.award_id, one.amount, one.committed_on, CHARITY) for one in made], small.fewest)
    if package is None:
        raise NotFound("too-few-grants", "There were too few awards in this year to publish them.")
    return JSONResponse(package, headers={"Content-Disposition": f'attachment; filename="grants-{year}.json"'})


@router.get("/reports/{report_id}.csv")
async def report_csv(report_id: UUID, kernel: ThisKernel, _staff: Reader) -> Response:
    """The figures for programs."""
    report = await _report(kernel, report_id)
    return Response(csv_of(report), media_type="text/csv; charset=utf-8", headers=as_file(report, "csv"))


@router.get("/reports/{report_id}.pdf")
async def report_pdf(request: Request, report_id: UUID, kernel: ThisKernel, _staff: Reader) -> Response:
    """The report for print."""
    report = await _report(kernel, report_id)
    made = await run_in_threadpool(pdf_of, report, printed(request, report))
    return Response(made, media_type="application/pdf", headers=as_file(report, "pdf"))


@router.get("/reports/{report_id}.json")
async def report_json(report_id: UUID, kernel: ThisKernel, _staff: Reader) -> Response:
    """The frozen text itself, whose hash stands in all the others."""
    report = await _report(kernel, report_id)
    return Response(report.snapshot, media_type="application/json", headers=as_file(report, "json"))


@router.get("/reports/{report_id}")
async def report_page(
    request: Request, report_id: UUID, kernel: ThisKernel, _staff: Reader, noted: str = ""
) -> Response:
    """One report."""
    return page(request, "reports/report.html", noted=bool(noted), **shown(await _report(kernel, report_id)))


def printed(request: Request, report: Report) -> str:
    """The report as one page by itself, which needs nothing from anywhere."""
    templates: Environment = request.app.state.templates
    return templates.get_template("reports/print.html").render(shown(report))


def shown(report: Report) -> dict[str, Any]:
    """What page and print both show of a report, from its frozen text alone."""
    content = report.content
    none = "Left out: nothing of it could be shown without telling something of somebody."
    sections = (
        ("Who was helped", charts_of(content["people"], PEOPLE), none),
        ("How it went", charts_of(content["outcomes"], OUTCOMES), none),
        ("Money", [money_chart(content["money"])], ""),
    )
    return {
        "report": report,
        "content": content,
        "period": period_in_words(content),
        "numbers": headline(content),
        "policy": policy_in_words(content),
        "sections": sections,
    }


async def _list(
    request: Request,
    kernel: Kernel,
    staff: Staff,
    form: Form[NewReport],
    *,
    planned: bool = False,
    status: int = 200,
) -> Response:
    async with kernel.reading() as db:
        rows = await reports.reports_listed(db, SHOWN)
        due = await reports.reports_due(db)
        kept = await funds.funds_kept(db)
    chosen = form.text("fund")
    choices = [{"value": "", "text": "Choose a fund"}] + [
        {
            "value": str(one.fund.fund_id),
            "text": f"{one.fund.name} ({one.funder})",
            "selected": str(one.fund.fund_id) == chosen,
        }
        for one in kept
    ]
    return page(
        request,
        "reports/list.html",
        status,
        rows=[{**row, "last_day": row["until_day"] - A_DAY} for row in rows],
        due=[{**row, "last_day": row["until_day"] - A_DAY} for row in due],
        funds=choices,
        form=form,
        planned=planned,
        may_publish=staff.may("finance"),
        last_year=day_of(kernel.clock.now()).year - 1,
    )


async def _report(kernel: Kernel, report_id: UUID) -> Report:
    async with kernel.reading() as db:
        found = await reports.report_by_id(db, report_id)
    if found is None:
        raise NotFound("report-unknown", "There is no such report.")
    return found


def as_file(report: Report, kind: str) -> dict[str, str]:
    """The headers that make an answer a file, with the beginning of its hash in its name."""
    name = f"report-{report.period.start}-{report.sha256[:8]}.{kind}"
    return {"Content-Disposition": f'attachment; filename="{name}"'}
