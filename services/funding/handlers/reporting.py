"""Publishes reports for funders: counts, protects, freezes, tells; once for each fund and period."""

import asyncio
from datetime import date
from functools import partial

from services.funding.domain.days import beginning_of, day_of
from services.funding.domain.ledger import Balances
from services.funding.domain.policy import Policy
from services.funding.domain.releases import Period, release
from services.funding.domain.reports import (
    OUTCOMES,
    PEOPLE,
    Content,
    Money,
    hash_of,
    release_in,
    snapshot_of,
    values_of,
)
from services.funding.domain.small_numbers import PRESETS
from services.funding.handlers.funder_letters import write_to_funder
from services.funding.store import funds, ledger, reporting, reports
from services.funding.store.reports import Report
from shared.events.funding import ReportPublished
from shared.kernel.errors import NotFound, Unprocessable
from shared.kernel.ids import FundId, ReportId
from shared.messaging.transaction import Transaction

REPORT_DUE = "report-due"


async def publish_report(tx: Transaction, fund_id: FundId, period: Period) -> Report:
    """The report of a fund and a period that is over; asked for again, it is the one that was published."""
    if (known := await reports.report_for(tx.db, fund_id, period)) is not None:
        return known
    kept = await funds.fund_kept(tx.db, fund_id)
    if kept is None:
        raise NotFound("fund-unknown", "There is no such fund.")
    if period.end > day_of(tx.now):
        raise Unprocessable("period-not-over", "This period is not over yet.")
    earlier = await reports.reports_of(tx.db, fund_id)
    before = next((one.content for one in reversed(earlier) if one.period.end == period.start), None)
    content = await _count(tx, kept, period, earlier)
    snapshot = snapshot_of(content, before)
    report = Report(ReportId(tx.new_id()), fund_id, period, snapshot, hash_of(snapshot), tx.now)
    await reports.add_report(tx.db, report, tx.actor)
    tx.emit(
        ReportPublished(
            report_id=ReportId(report.report_id),
            fund_id=fund_id,
            funder_id=kept.funder_id,
            from_day=period.start,
            until_day=period.end,
            sha256=report.sha256,
        )
    )
    await write_to_funder(tx, kept.funder_id, "funder-report", f"/funder/reports/{report.report_id}")
    return report


async def plan_report(tx: Transaction, fund_id: FundId, period: Period, due_on: date) -> None:
    """Have a report published by itself on a day after its period."""
    if await funds.fund_kept(tx.db, fund_id) is None:
        raise NotFound("fund-unknown", "There is no such fund.")
    if not period.start < period.end <= due_on:
        raise Unprocessable("due-too-early", "A report is due after its period, and a period ends after it began.")
    if await reports.note_due(tx.db, fund_id, period, due_on):
        tx.schedule(REPORT_DUE, f"{fund_id}:{due_on}", beginning_of(due_on), lock_key=str(fund_id))


async def publish_due(tx: Transaction, fund_id: FundId, due_on: date) -> None:
    """The day has come."""
    period = await reports.due_period(tx.db, fund_id, due_on)
    if period is not None:
        await publish_report(tx, fund_id, period)


async def _count(tx: Transaction, kept: funds.KeptFund, period: Period, earlier: list[Report]) -> Content:
    policy: Policy = tx.settings.policy
    small, fund_id = PRESETS[policy.small_numbers], kept.fund.fund_id
    people = await reporting.people_helped(tx.db, tx.keys, fund_id)
    scored = await reporting.therapies_scored(tx.db, tx.keys, fund_id)
    published = [one.content for one in earlier]
    solved = [
        await asyncio.to_thread(
            partial(
                release,
                period,
                counted,
                values_of(dimensions),
                small,
                [found for one in published if (found := release_in(one, name)) is not None],
            )
        )
        for name, counted, dimensions in (("people", people, PEOPLE), ("outcomes", scored, OUTCOMES))
    ]
    return Content(
        fund=kept.fund.name,
        funder=kept.funder,
        period=period,
        published_on=day_of(tx.now),
        policy=small,
        money=await _money(tx, fund_id, period),
        sessions=small.shown(await reporting.sessions_held(tx.db, fund_id, period.start, period.end)),
        people=solved[0],
        outcomes=solved[1],
    )


async def _money(tx: Transaction, fund_id: FundId, period: Period) -> Money:
    start, end = beginning_of(period.start), beginning_of(period.end)
    moved = await reporting.money_moved(tx.db, fund_id, start, end)
    stood: Balances = (await ledger.balances_at(tx.db, [fund_id], end))[fund_id]
    return Money(
        received=moved.get("receive", 0) + moved.get("transfer-in", 0),
        left=moved.get("transfer-out", 0) + moved.get("give-back", 0),
        promised=moved.get("commit", 0),
        spent=moved.get("spend", 0) - moved.get("unspend", 0) - moved.get("refund", 0),
        available_at_end=stood.available,
        promised_at_end=stood.reserved + stood.committed,
        spent_in_all=stood.spent,
        received_in_all=stood.received,
    )
