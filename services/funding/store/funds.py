"""Funders, and their funds with the terms on which each was given."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime

from services.funding.domain.funds import Fund, Restrictions
from services.funding.domain.ledger import Balances
from shared.db import Connection, Record
from shared.kernel.ids import FunderId, FundId


@dataclass(frozen=True, slots=True)
class KeptFund:
    """A fund with its funder and how it stands."""

    fund: Fund
    funder_id: FunderId
    funder: str
    balances: Balances
    created_at: datetime
    closed_on: date | None = None


async def funder_named(db: Connection, name: str) -> FunderId | None:
    """The funder of this name."""
    found: FunderId | None = await db.fetchval("SELECT funder_id FROM funder WHERE name = $1", name)
    return found


async def add_funder(db: Connection, funder_id: FunderId, name: str, now: datetime) -> None:
    """Note a new funder; the name must be new."""
    await db.execute("INSERT INTO funder (funder_id, name, created_at) VALUES ($1, $2, $3)", funder_id, name, now)


async def add_fund(db: Connection, fund: Fund, funder_id: FunderId, now: datetime) -> None:
    """Open a fund; its accounts start at nothing, whatever `fund.available` says."""
    terms = fund.restrictions
    await db.execute(
        """
        INSERT INTO fund (fund_id, funder_id, name, kind, client_groups, regions, age_bands, available_from, until,
                          cap_per_client, share_of_fee, created_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
        """,
        fund.fund_id,
        funder_id,
        fund.name,
        fund.kind,
        sorted(terms.client_groups),
        sorted(terms.regions),
        sorted(terms.age_bands),
        terms.available_from,
        terms.until,
        terms.cap_per_client,
        terms.share_of_fee,
        now,
    )


async def save_terms(db: Connection, fund: Fund) -> None:
    """Keep the name and the terms of a fund, after a change."""
    terms = fund.restrictions
    await db.execute(
        """
        UPDATE fund
           SET name = $2, client_groups = $3, regions = $4, age_bands = $5, available_from = $6, until = $7,
               cap_per_client = $8, share_of_fee = $9
         WHERE fund_id = $1
        """,
        fund.fund_id,
        fund.name,
        sorted(terms.client_groups),
        sorted(terms.regions),
        sorted(terms.age_bands),
        terms.available_from,
        terms.until,
        terms.cap_per_client,
        terms.share_of_fee,
    )


async def close(db: Connection, fund_id: FundId, today: date) -> None:
    """Close a fund for good."""
    await db.execute("UPDATE fund SET closed_on = $2 WHERE fund_id = $1", fund_id, today)


async def fund_of(db: Connection, funder_id: FunderId, name: str) -> FundId | None:
    """The fund of this funder with this name."""
    found: FundId | None = await db.fetchval(
        "SELECT fund_id FROM fund WHERE funder_id = $1 AND name = $2", funder_id, name
    )
    return found


async def funds_kept(db: Connection, fund_ids: Collection[FundId] | None = None) -> list[KeptFund]:
    """Every fund, or those of `fund_ids`, in the order of their names."""
    rows = await db.fetch(
        """
        SELECT fund.*, funder.name AS funder, stands.*
          FROM fund
          JOIN funder USING (funder_id)
          JOIN (SELECT fund_id AS stands_so,
                       max(-amount) FILTER (WHERE account = 'received') AS received,
                       max(amount) FILTER (WHERE account = 'available') AS available,
                       max(amount) FILTER (WHERE account = 'reserved') AS reserved,
                       max(amount) FILTER (WHERE account = 'committed') AS committed,
                       max(amount) FILTER (WHERE account = 'spent') AS spent
                  FROM fund_balance
                 WHERE $1::uuid[] IS NULL OR fund_id = ANY($1)
                 GROUP BY fund_id) AS stands ON stands_so = fund_id
         ORDER BY fund.name, fund_id
        """,
        None if fund_ids is None else list(fund_ids),
    )
    return [_kept(row) for row in rows]


async def fund_kept(db: Connection, fund_id: FundId) -> KeptFund | None:
    """One fund."""
    found = await funds_kept(db, [fund_id])
    return found[0] if found else None


async def lock_money(db: Connection) -> None:
    """Let nobody else decide about money, or change what it may pay for, until the transaction ends."""
    await db.execute("SELECT pg_advisory_xact_lock(hashtextextended('funding money', 7))")


async def lock_funds(db: Connection, fund_ids: Iterable[FundId]) -> list[Fund]:
    """These funds as they stand, locked until the transaction ends.

    Whoever decides by a balance, or lets money come back, takes this lock first: otherwise somebody could begin to wait
    just as the money that they wait for comes in. One lock for all money comes before those of the funds, because a
    batch decides case after case, and two batches that lock funds in different orders would block each other.
    """
    wanted = sorted(fund_ids)
    await lock_money(db)
    if not wanted:
        return []
    await db.execute(
        "SELECT fund_id FROM fund WHERE fund_id = ANY($1::uuid[]) ORDER BY fund_id FOR NO KEY UPDATE", wanted
    )
    return [kept.fund for kept in await funds_kept(db, wanted)]


def _kept(row: Record) -> KeptFund:
    balances = Balances(row["received"], row["available"], row["reserved"], row["committed"], row["spent"])
    terms = Restrictions(
        frozenset(row["client_groups"]),
        frozenset(row["regions"]),
        frozenset(row["age_bands"]),
        row["available_from"],
        row["until"],
        row["cap_per_client"],
        row["share_of_fee"],
        closed=row["closed_on"] is not None,
    )
    fund = Fund(row["fund_id"], row["name"], row["kind"], balances.available, terms)
    return KeptFund(fund, row["funder_id"], row["funder"], balances, row["created_at"], row["closed_on"])
