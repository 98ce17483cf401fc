"""What the funder portal reads of a funder's own funds: their payments, what they were told, and what is to come."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal
from uuid import UUID

from services.funding.domain.grants import GrantPlan
from services.funding.store.funds import KeptFund, fund_kept, funds_kept
from services.funding.store.grants import grant_by_id, plan_of
from services.funding.store.reports import Report, report_by_id
from shared.db import Connection, Record
from shared.kernel.ids import FunderId, FundId
from shared.kernel.money import Pence


@dataclass(frozen=True, slots=True)
class Payment:
    """Money that came in from a funder; without the bank's reference."""

    received_on: date
    amount: Pence


@dataclass(frozen=True, slots=True)
class Told:
    """Something that a funder was told once: about which of their grants, or about themselves."""

    milestone: Literal["target-met", "money-expiring"]
    subject: UUID
    mark: str
    told_at: datetime


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


async def payments_of(db: Connection, funder_id: FunderId, fund_id: FundId) -> list[Payment]:
    """What came in for a fund from this funder, the latest first, and what went back to them, below zero.

    What came as an instalment of somebody else's grant into the same fund is theirs to see.
    """
    rows = await db.fetch(
        """
        SELECT received_on, money.amount
          FROM money_received money
          LEFT JOIN instalment_receipt USING (fund_id, reference)
          LEFT JOIN grant_instalment USING (instalment_id, fund_id)
          LEFT JOIN funder_grant agreed USING (grant_id, fund_id)
         WHERE fund_id = $2 AND coalesce(agreed.funder_id, $1) = $1
         UNION ALL
        SELECT (given_at AT TIME ZONE 'Europe/London')::date, -back.amount
          FROM money_given_back back JOIN funder_grant agreed USING (grant_id, fund_id)
         WHERE fund_id = $2 AND agreed.funder_id = $1
         ORDER BY 1 DESC, 2
        """,
        funder_id,
        fund_id,
    )
    return [Payment(row["received_on"], row["amount"]) for row in rows]


async def own_grants(db: Connection, funder_id: FunderId) -> list[tuple[GrantPlan, str]]:
    """All that this funder agreed to give, with the names of the funds, the grant that ends last first."""
    rows = await db.fetch(
        """
        SELECT grant_id, fund.name FROM funder_grant agreed JOIN fund USING (fund_id)
         WHERE agreed.funder_id = $1 ORDER BY last_day DESC, grant_id
        """,
        funder_id,
    )
    found: list[tuple[GrantPlan, str]] = []
    for row in rows:
        grant = await grant_by_id(db, row["grant_id"])
        if grant is not None:
            found.append((await plan_of(db, grant), row["name"]))
    return found


async def told_of(db: Connection, fund_id: FundId, subjects: Collection[UUID]) -> list[Told]:
    """What this funder was told about a fund and their grants into it, the latest first."""
    rows = await db.fetch(
        """
        SELECT milestone, subject, mark, told_at FROM milestone_told
         WHERE fund_id = $1 AND subject = ANY($2::uuid[]) AND milestone IN ('target-met', 'money-expiring')
         ORDER BY told_at DESC
        """,
        fund_id,
        list(subjects),
    )
    return [Told(**row) for row in rows]


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
