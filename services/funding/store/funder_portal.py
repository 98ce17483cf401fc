"""What the funder portal reads of a funder's own funds: their payments, what they were told, and what is to come."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from services.funding.store.funds import KeptFund, fund_kept, funds_kept
from services.funding.store.reports import Report, report_by_id
from shared.db import Connection, Record
from shared.kernel.ids import FunderId, FundId
from shared.kernel.money import Pence


@dataclass(frozen=True, slots=True)
class Payment:
    """Money that came in from a funder; without the bank's reference."""

    received_on: date
    amount: Pence


async def own_funds(db: Connection, funder_id: FunderId) -> list[KeptFund]:
    """The funds of this funder and no others."""
    rows = await db.fetch("SELECT fund_id FROM fund WHERE funder_id = $1", funder_id)
    return await funds_kept(db, [row["fund_id"] for row in rows])


async def own_fund(db: Connection, funder_id: FunderId, fund_id: UUID) -> KeptFund | None:
    """One fund, if it is this funder's."""
    found = await fund_kept(db, FundId(fund_id))
    return found if found is not None and found.funder_id == funder_id else None


async def own_report(db: Connection, funder_id: FunderId, report_id: UUID) -> Report | None:
    """One published report, if it is about a fund of this funder."""
    found = await report_by_id(db, report_id)
    return found if found is not None and await own_fund(db, funder_id, found.fund_id) is not None else None


async def payments_of(db: Connection, fund_id: FundId) -> list[Payment]:
    """What came in for a fund, the latest first."""
    rows = await db.fetch(
        """
        SELECT received_on, amount FROM money_received
         WHERE fund_id = $1 ORDER BY received_on DESC, transaction_id DESC
        """,
        fund_id,
    )
    return [Payment(row["received_on"], row["amount"]) for row in rows]


async def thresholds_of(db: Connection, fund_id: FundId) -> list[Record]:
    """When so many per cent of a fund were promised or spent for the first time, as its funder was told then."""
    return await db.fetch(
        """
        SELECT percent, min(crossed_at) AS crossed_at FROM fund_threshold
         WHERE fund_id = $1 GROUP BY percent ORDER BY min(crossed_at) DESC
        """,
        fund_id,
    )


async def reports_to_come(db: Connection, fund_id: FundId) -> list[Record]:
    """Days on which reports are due that are not published yet, the soonest first."""
    return await db.fetch(
        """
        SELECT due_on, from_day, until_day FROM report_due due
         WHERE fund_id = $1 AND NOT EXISTS (
                SELECT 1 FROM report WHERE report.fund_id = due.fund_id
                   AND report.from_day = due.from_day AND report.until_day = due.until_day)
         ORDER BY due_on
        """,
        fund_id,
    )
