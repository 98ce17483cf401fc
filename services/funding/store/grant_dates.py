"""What a grant brings and wants on which day: instalments, report dates, and the funder's conditions."""

from datetime import datetime
from uuid import UUID

from services.funding.domain.grants import Condition, Grant, Instalment, ReportDate
from services.funding.store.fund_texts import opened, sealed
from shared.db import Connection
from shared.kernel.ids import FundId, GrantId
from shared.privacy import Keyring

COLUMN = "grant_condition.words"


async def save_instalment(db: Connection, grant: Grant, instalment: Instalment) -> None:
    """Keep an instalment, new or changed."""
    await db.execute(
        """
        INSERT INTO grant_instalment (instalment_id, grant_id, fund_id, due_on, amount) VALUES ($1, $2, $3, $4, $5)
        ON CONFLICT (instalment_id) DO UPDATE SET due_on = excluded.due_on, amount = excluded.amount
        """,
        instalment.instalment_id,
        grant.grant_id,
        grant.fund_id,
        instalment.due_on,
        instalment.amount,
    )


async def remove_instalment(db: Connection, instalment_id: UUID) -> None:
    """Take an instalment away for which nothing has come."""
    await db.execute("DELETE FROM grant_instalment WHERE instalment_id = $1", instalment_id)


async def instalments_of(db: Connection, grant_id: GrantId) -> list[Instalment]:
    """The instalments of a grant with what has come of each, the earliest first."""
    rows = await db.fetch(
        """
        SELECT instalment_id, due_on, i.amount, coalesce(sum(m.amount), 0)::bigint AS received,
               max(m.received_on) AS received_on
          FROM grant_instalment i
          LEFT JOIN instalment_receipt USING (instalment_id, fund_id)
          LEFT JOIN money_received m USING (fund_id, reference)
         WHERE grant_id = $1
         GROUP BY instalment_id ORDER BY due_on, instalment_id
        """,
        grant_id,
    )
    return [Instalment(grant_id=grant_id, **row) for row in rows]


async def awaited_by(db: Connection, fund_id: FundId) -> list[tuple[Instalment, str]]:
    """Every instalment of a fund for which nothing has come yet, with the reference of its grant."""
    rows = await db.fetch(
        """
        SELECT instalment_id, grant_id, due_on, i.amount, g.reference
          FROM grant_instalment i JOIN funder_grant g USING (grant_id)
         WHERE i.fund_id = $1
           AND NOT EXISTS (SELECT 1 FROM instalment_receipt r WHERE r.instalment_id = i.instalment_id)
         ORDER BY due_on, instalment_id
        """,
        fund_id,
    )
    return [
        (Instalment(row["instalment_id"], row["grant_id"], row["due_on"], row["amount"]), row["reference"])
        for row in rows
    ]


async def is_instalment_of(db: Connection, instalment_id: UUID, fund_id: FundId) -> bool:
    """Whether this instalment is one of a grant to this fund."""
    found: bool = await db.fetchval(
        "SELECT EXISTS (SELECT 1 FROM grant_instalment WHERE instalment_id = $1 AND fund_id = $2)",
        instalment_id,
        fund_id,
    )
    return found


async def link_receipt(db: Connection, fund_id: FundId, reference: str, instalment_id: UUID) -> UUID:
    """Note that a payment is this instalment; gives the one that it was noted for before, if it was."""
    noted: UUID = await db.fetchval(
        """
        WITH added AS (
            INSERT INTO instalment_receipt (fund_id, reference, instalment_id) VALUES ($1, $2, $3)
            ON CONFLICT DO NOTHING RETURNING instalment_id
        )
        SELECT instalment_id FROM added
        UNION ALL
        SELECT instalment_id FROM instalment_receipt WHERE fund_id = $1 AND reference = $2
        """,
        fund_id,
        reference,
        instalment_id,
    )
    return noted


async def save_report(db: Connection, report: ReportDate) -> None:
    """Keep a report date, new or changed; a period that has one already is a broken promise of the caller."""
    await db.execute(
        """
        INSERT INTO grant_report (report_date_id, grant_id, due_on, from_day, until_day, sent_at, sent_by)
        VALUES ($1, $2, $3, $4, $5, $6, $7)
        ON CONFLICT (report_date_id) DO UPDATE
           SET due_on = excluded.due_on, from_day = excluded.from_day, until_day = excluded.until_day,
               sent_at = excluded.sent_at, sent_by = excluded.sent_by
        """,
        report.report_date_id,
        report.grant_id,
        report.due_on,
        report.from_day,
        report.until_day,
        report.sent_at,
        report.sent_by,
    )


async def remove_report(db: Connection, report_date_id: UUID) -> None:
    """Take a report date away."""
    await db.execute("DELETE FROM grant_report WHERE report_date_id = $1", report_date_id)


async def reports_of(db: Connection, grant_id: GrantId) -> list[ReportDate]:
    """The report dates of a grant, the earliest first, each with the report that was published for it."""
    rows = await db.fetch(
        """
        SELECT report_date_id, due_on, due.from_day, due.until_day, report_id AS published, sent_at, sent_by
          FROM grant_report due
          JOIN funder_grant g USING (grant_id)
          LEFT JOIN report ON report.fund_id = g.fund_id
               AND report.from_day = due.from_day AND report.until_day = due.until_day
         WHERE grant_id = $1
         ORDER BY due_on, report_date_id
        """,
        grant_id,
    )
    return [ReportDate(grant_id=grant_id, **row) for row in rows]


async def add_condition(db: Connection, keys: Keyring, grant: Grant, condition: Condition) -> None:
    """Note what the funder asks for."""
    await db.execute(
        "INSERT INTO grant_condition (condition_id, grant_id, words) VALUES ($1, $2, $3)",
        condition.condition_id,
        grant.grant_id,
        await sealed(db, keys, grant.fund_id, COLUMN, condition.words),
    )


async def tick_condition(db: Connection, condition_id: UUID, met_at: datetime | None, met_by: str | None) -> None:
    """Note that a condition is met, or with nothing that it is not after all."""
    await db.execute(
        "UPDATE grant_condition SET met_at = $2, met_by = $3 WHERE condition_id = $1", condition_id, met_at, met_by
    )


async def conditions_of(db: Connection, keys: Keyring, grant: Grant) -> list[Condition]:
    """The conditions of a grant, in the order in which they were noted."""
    rows = await db.fetch("SELECT * FROM grant_condition WHERE grant_id = $1 ORDER BY condition_id", grant.grant_id)
    return [
        Condition(
            row["condition_id"],
            await opened(db, keys, grant.fund_id, COLUMN, row["words"]),
            row["met_at"],
            row["met_by"],
        )
        for row in rows
    ]
