"""Grants: what was agreed, how far each has got, and what went back."""

from datetime import datetime
from uuid import UUID

from services.funding.domain.grants import Grant, GrantPlan, Target
from services.funding.store.fund_texts import opened, sealed
from services.funding.store.grant_dates import instalments_of, reports_of
from shared.db import Connection, Record
from shared.kernel.ids import FunderId, FundId, GrantId
from shared.kernel.money import Pence
from shared.privacy import Keyring

BACK = "money_given_back.reason"


async def add_grant(db: Connection, grant: Grant, now: datetime, actor: str) -> bool:
    """Note a grant; False where this funder has one of the same reference."""
    added = await db.fetchval(
        """
        INSERT INTO funder_grant (grant_id, fund_id, funder_id, reference, amount, agreed_on, from_day, last_day,
                                  target_kind, target, created_at, created_by)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
        ON CONFLICT (funder_id, reference) DO NOTHING RETURNING true
        """,
        grant.grant_id,
        grant.fund_id,
        grant.funder_id,
        grant.reference,
        grant.amount,
        grant.agreed_on,
        grant.from_day,
        grant.last_day,
        grant.target.kind if grant.target else None,
        grant.target.number if grant.target else None,
        now,
        actor,
    )
    return added is not None


async def save_grant(db: Connection, grant: Grant) -> None:
    """Keep what was agreed anew; fund, funder and reference stay."""
    await db.execute(
        """
        UPDATE funder_grant
           SET amount = $2, agreed_on = $3, from_day = $4, last_day = $5, target_kind = $6, target = $7
         WHERE grant_id = $1
        """,
        grant.grant_id,
        grant.amount,
        grant.agreed_on,
        grant.from_day,
        grant.last_day,
        grant.target.kind if grant.target else None,
        grant.target.number if grant.target else None,
    )


async def grant_by_id(db: Connection, grant_id: GrantId, *, locked: bool = False) -> Grant | None:
    """One grant; `locked` until the transaction ends."""
    row = await db.fetchrow(
        "SELECT * FROM funder_grant WHERE grant_id = $1 FOR NO KEY UPDATE"
        if locked
        else "SELECT * FROM funder_grant WHERE grant_id = $1",
        grant_id,
    )
    return _grant(row) if row else None


async def grants_of(db: Connection, fund_id: FundId) -> list[Grant]:
    """The grants of a fund, the one that ends last first."""
    rows = await db.fetch(
        "SELECT * FROM funder_grant WHERE fund_id = $1 ORDER BY last_day DESC, grant_id DESC", fund_id
    )
    return [_grant(row) for row in rows]


async def grants_listed(db: Connection) -> list[tuple[Grant, str, str]]:
    """Every grant with the names of its fund and its funder, the one that ends last first."""
    rows = await db.fetch(
        """
        SELECT funder_grant.*, fund.name AS fund, funder.name AS funder
          FROM funder_grant JOIN fund USING (fund_id) JOIN funder ON funder.funder_id = funder_grant.funder_id
         ORDER BY last_day DESC, grant_id DESC
        """
    )
    return [(_grant(row), row["fund"], row["funder"]) for row in rows]


async def plan_of(db: Connection, grant: Grant) -> GrantPlan:
    """A grant with its instalments and report dates."""
    instalments = await instalments_of(db, grant.grant_id)
    return GrantPlan(grant, tuple(instalments), tuple(await reports_of(db, grant.grant_id)))


async def helped_by(db: Connection, grant: Grant) -> dict[str, int]:
    """How many people, and sessions, the fund of a grant has paid for within the days of the grant."""
    row = await db.fetchrow(
        """
        SELECT count(DISTINCT referral_id)::int AS people, count(*)::int AS sessions
          FROM attended_session
         WHERE held_on BETWEEN $2 AND $3 AND match_id IN (
                SELECT match_id
                  FROM award JOIN reservation USING (award_id) JOIN ledger_transaction USING (reservation_id)
                  JOIN ledger_entry USING (transaction_id)
                 WHERE kind = 'commit' AND fund_id = $1)
        """,
        grant.fund_id,
        grant.from_day,
        grant.last_day,
    )
    return {"people": row["people"], "sessions": row["sessions"]}


async def came_from(db: Connection, funder_id: FunderId, fund_id: FundId) -> Pence:
    """What came into a fund from a funder and is still theirs; without an instalment it is of the fund's own."""
    found: Pence = await db.fetchval(
        """
        SELECT (SELECT coalesce(sum(money.amount), 0)
                  FROM money_received money
                  JOIN fund USING (fund_id)
                  LEFT JOIN instalment_receipt USING (fund_id, reference)
                  LEFT JOIN grant_instalment USING (instalment_id, fund_id)
                  LEFT JOIN funder_grant agreed USING (grant_id, fund_id)
                 WHERE fund_id = $2 AND coalesce(agreed.funder_id, fund.funder_id) = $1)::bigint
             - (SELECT coalesce(sum(back.amount), 0)
                  FROM money_given_back back JOIN funder_grant agreed USING (grant_id, fund_id)
                 WHERE fund_id = $2 AND agreed.funder_id = $1)::bigint
        """,
        funder_id,
        fund_id,
    )
    return found


async def add_given_back(
    db: Connection, keys: Keyring, grant: Grant, given: tuple[UUID, Pence, str, str, datetime]
) -> None:
    """Note that money goes back to the funder: its id, how much, why, by whom and when."""
    given_back_id, amount, reason, actor, now = given
    await db.execute(
        """
        INSERT INTO money_given_back (given_back_id, fund_id, grant_id, amount, reason, actor, given_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7)
        """,
        given_back_id,
        grant.fund_id,
        grant.grant_id,
        amount,
        await sealed(db, keys, grant.fund_id, BACK, reason),
        actor,
        now,
    )


async def given_back_of(db: Connection, keys: Keyring, grant: Grant) -> list[tuple[Pence, datetime, str, str]]:
    """What has gone back of a grant: how much, when, by whom and why, the latest first."""
    rows = await db.fetch(
        "SELECT * FROM money_given_back WHERE grant_id = $1 ORDER BY given_at DESC, given_back_id DESC", grant.grant_id
    )
    return [
        (row["amount"], row["given_at"], row["actor"], await opened(db, keys, grant.fund_id, BACK, row["reason"]))
        for row in rows
    ]


def _grant(row: Record) -> Grant:
    target = Target(row["target_kind"], row["target"]) if row["target"] is not None else None
    return Grant(
        GrantId(row["grant_id"]),
        FundId(row["fund_id"]),
        FunderId(row["funder_id"]),
        row["reference"],
        row["amount"],
        row["agreed_on"],
        row["from_day"],
        row["last_day"],
        target,
    )
