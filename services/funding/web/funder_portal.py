"""What a funder reads: their own funds, and reports as they were published; nothing between two reports."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import HTMLResponse, Response

from services.funding.domain.days import day_of
from services.funding.domain.explanation import terms_in_words
from services.funding.domain.grants import TARGET_WORDS
from services.funding.domain.vocabulary import KIND_WORDS
from services.funding.store import funder_portal, reports
from services.funding.store.funds import KeptFund
from services.funding.store.reports import Report
from services.funding.web.funder_access import SignedFunder, ThisKernel
from services.funding.web.funder_charts import periods_compared, spend_against_grant
from services.funding.web.funder_dates import to_come, were_told
from services.funding.web.report_files import csv_of, pdf_of
from services.funding.web.report_words import headline, last_day_of, period_in_words
from services.funding.web.reports import as_file, printed, shown
from shared.kernel.errors import NotFound
from shared.web import page

router = APIRouter(prefix="/funder")


async def own_report(report_id: UUID, kernel: ThisKernel, visitor: SignedFunder) -> Report:
    """A report about a fund of whoever is signed in; every other is not there."""
    async with kernel.reading() as db:
        found = await funder_portal.own_report(db, visitor.contact.funder_id, report_id)
    if found is None:
        raise NotFound("report-unknown", "There is no such report.")
    return found


async def own_fund(fund_id: UUID, kernel: ThisKernel, visitor: SignedFunder) -> KeptFund:
    """A fund of whoever is signed in; every other is not there."""
    async with kernel.reading() as db:
        found = await funder_portal.own_fund(db, visitor.contact.funder_id, fund_id)
    if found is None:
        raise NotFound("fund-unknown", "There is no such fund.")
    return found


OwnReport = Annotated[Report, Depends(own_report)]
OwnFund = Annotated[KeptFund, Depends(own_fund)]


@router.get("")
async def home(request: Request, kernel: ThisKernel, visitor: SignedFunder) -> Response:
    """Their funds, each with the six numbers of its latest report."""
    async with kernel.reading() as db:
        kept = await funder_portal.own_funds(db, visitor.contact.funder_id)
        published = {one.fund.fund_id: await reports.reports_of(db, one.fund.fund_id) for one in kept}
        grants = await funder_portal.own_grants(db, visitor.contact.funder_id)
    latest = {fund_id: _latest(found) for fund_id, found in published.items()}
    funds = [
        (one, report, headline(report.content) if report else (), period_in_words(report.content) if report else "")
        for one in kept
        for report in (latest[one.fund.fund_id],)
    ]
    shared = [(plan.grant, name) for plan, name in grants if plan.grant.fund_id not in latest]
    return page(request, "funder/home.html", visitor=visitor, funds=funds, kinds=KIND_WORDS, shared=shared)


@router.get("/funds/{fund_id}")
async def fund_page(request: Request, kernel: ThisKernel, visitor: SignedFunder, kept: OwnFund) -> Response:
    """One fund: what came in, what the latest report says became of it, every report, and what is to come."""
    fund_id, funder_id, today = kept.fund.fund_id, visitor.contact.funder_id, day_of(kernel.clock.now())
    async with kernel.reading() as db:
        published = await reports.reports_of(db, fund_id)
        payments = await funder_portal.payments_of(db, funder_id, fund_id)
        thresholds = await funder_portal.thresholds_of(db, fund_id)
        due = await funder_portal.reports_to_come(db, fund_id)
        plans = [plan for plan, _ in await funder_portal.own_grants(db, funder_id) if plan.grant.fund_id == fund_id]
        told = await funder_portal.told_of(db, fund_id, [funder_id, *(plan.grant.grant_id for plan in plans)])
    latest = _latest(published)
    return page(
        request,
        "funder/fund.html",
        visitor=visitor,
        kept=kept,
        kind=KIND_WORDS[kept.fund.kind],
        terms=terms_in_words(kept.fund.restrictions),
        payments=payments,
        given=sum(one.amount for one in payments),
        latest=latest,
        bar=spend_against_grant(latest) if latest else None,
        stood_on=last_day_of(latest.content) if latest else None,
        charts=periods_compared(published),
        reports=[(one, period_in_words(one.content)) for one in _by_period(published)],
        plans=plans,
        targets=TARGET_WORDS,
        coming=to_come(plans, due, kept.fund.restrictions.until, today),
        passed=were_told(thresholds, told, plans),
    )


@router.get("/reports/{report_id}.csv")
async def report_csv(report: OwnReport) -> Response:
    """The figures for programs."""
    return Response(csv_of(report), media_type="text/csv; charset=utf-8", headers=as_file(report, "csv"))


@router.get("/reports/{report_id}.pdf")
async def report_pdf(request: Request, report: OwnReport) -> Response:
    """The report for print."""
    made = await run_in_threadpool(pdf_of, report, printed(request, report))
    return Response(made, media_type="application/pdf", headers=as_file(report, "pdf"))


@router.get("/reports/{report_id}.html")
async def report_html(request: Request, report: OwnReport) -> Response:
    """The report as one page to keep."""
    return HTMLResponse(printed(request, report), headers=as_file(report, "html"))


@router.get("/reports/{report_id}.json")
async def report_json(report: OwnReport) -> Response:
    """The frozen text itself, whose hash stands in all the others."""
    return Response(report.snapshot, media_type="application/json", headers=as_file(report, "json"))


@router.get("/reports/{report_id}")
async def report_page(request: Request, visitor: SignedFunder, report: OwnReport) -> Response:
    """One period of one fund."""
    return page(
        request,
        "funder/report.html",
        visitor=visitor,
        bar=spend_against_grant(report),
        stood_on=last_day_of(report.content),
        **shown(report),
    )


def _by_period(published: list[Report]) -> list[Report]:
    return sorted(published, key=lambda one: (one.period.end, one.period.start), reverse=True)


def _latest(published: list[Report]) -> Report | None:
    return next(iter(_by_period(published)), None)
