"""Published reports, frozen for ever, and the days on which the next ones are due."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from services.funding.domain.releases import Period
from shared.db import Connection, Record
from shared.kernel.ids import FundId


@dataclass(frozen=True, slots=True)
class Report:
    """A published report; `snapshot` is the very text whose hash is `sha256`."""

    report_id: UUID
    fund_id: FundId
    period: Period
    snapshot: str
    sha256: str
    published_at: datetime

    @property
    def content(self) -> Mapping[str, Any]:
        """What the frozen text says."""
        read: dict[str, Any] = json.loads(self.snapshot)
        return read


async def add_report(db: Connection, report: Report, published_by: str) -> None:
    """Keep a report for ever."""
    await db.execute(
        """
        INSERT INTO report (report_id, fund_id, from_day, until_day, snapshot, sha256, published_at, published_by)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
        """,
        report.report_id,
        report.fund_id,
        report.period.start,
        report.period.end,
        report.snapshot,
        report.sha256,
        report.published_at,
        published_by,
    )


async def report_by_id(db: Connection, report_id: UUID) -> Report | None:
    """One report."""
    row = await db.fetchrow("SELECT * FROM report WHERE report_id = $1", report_id)
    return _report(row) if row else None


async def report_for(db: Connection, fund_id: FundId, period: Period) -> Report | None:
    """The report of just this period."""
    row = await db.fetchrow(
        "SELECT * FROM report WHERE fund_id = $1 AND from_day = $2 AND until_day = $3",
        fund_id,
        period.start,
        period.end,
    )
    return _report(row) if row else None


async def reports_of(db: Connection, fund_id: FundId) -> list[Report]:
    """Everything published about a fund, the earliest first."""
    rows = await db.fetch("SELECT * FROM report WHERE fund_id = $1 ORDER BY published_at, report_id", fund_id)
    return [_report(row) for row in rows]


async def reports_listed(db: Connection, limit: int) -> list[Record]:
    """Every report, the latest first, without what it says."""
    return await db.fetch(
        """
        SELECT report_id, fund_id, fund.name AS fund, funder.name AS funder, from_day, until_day, published_at, sha256
          FROM report JOIN fund USING (fund_id) JOIN funder USING (funder_id)
         ORDER BY published_at DESC, report_id DESC LIMIT $1
        """,
        limit,
    )


async def note_due(db: Connection, fund_id: FundId, period: Period, due_on: date) -> bool:
    """Note that a report is due on a day; False where one was noted for that day before."""
    noted = await db.fetchval(
        """
        INSERT INTO report_due (fund_id, due_on, from_day, until_day) VALUES ($1, $2, $3, $4)
        ON CONFLICT DO NOTHING RETURNING true
        """,
        fund_id,
        due_on,
        period.start,
        period.end,
    )
    return noted is not None


async def due_period(db: Connection, fund_id: FundId, due_on: date) -> Period | None:
    """The period of the report that is due on a day."""
    row = await db.fetchrow("SELECT * FROM report_due WHERE fund_id = $1 AND due_on = $2", fund_id, due_on)
    return Period(row["from_day"], row["until_day"]) if row else None


async def reports_due(db: Connection) -> list[Record]:
    """What is due and not published, the soonest first."""
    return await db.fetch(
        """
        SELECT fund_id, due_on, due.from_day, due.until_day, fund.name AS fund
          FROM report_due due JOIN fund USING (fund_id)
         WHERE NOT EXISTS (
                SELECT 1 FROM report WHERE report.fund_id = due.fund_id
                   AND report.from_day = due.from_day AND report.until_day = due.until_day)
         ORDER BY due_on, fund.name
        """
    )


def _report(row: Record) -> Report:
    return Report(
        row["report_id"],
        row["fund_id"],
        Period(row["from_day"], row["until_day"]),
        row["snapshot"],
        row["sha256"],
        row["published_at"],
    )
