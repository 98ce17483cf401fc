"""Funders: their names, what staff note about them, and what they gave."""

from dataclasses import dataclass

from services.funding.store.fund_texts import opened, sealed
from shared.db import Connection
from shared.kernel.ids import FunderId
from shared.privacy import Keyring

COLUMN = "funder.notes"


@dataclass(frozen=True, slots=True)
class KeptFunder:
    """A funder with how many funds and grants they gave."""

    funder_id: FunderId
    name: str
    funds: int
    grants: int
    notes: str = ""


async def funders_listed(db: Connection) -> list[KeptFunder]:
    """Every funder by name, without notes."""
    rows = await db.fetch(
        """
        SELECT funder_id, name, (SELECT count(*) FROM fund WHERE fund.funder_id = funder.funder_id)::int AS funds,
               (SELECT count(*) FROM funder_grant g WHERE g.funder_id = funder.funder_id)::int AS grants
          FROM funder ORDER BY name
        """
    )
    return [KeptFunder(row["funder_id"], row["name"], row["funds"], row["grants"]) for row in rows]


async def funder_by_id(db: Connection, keys: Keyring, funder_id: FunderId) -> KeptFunder | None:
    """One funder, with what is noted about them."""
    found = next((one for one in await funders_listed(db) if one.funder_id == funder_id), None)
    if found is None:
        return None
    stored = await db.fetchval("SELECT notes FROM funder WHERE funder_id = $1", funder_id)
    notes = await opened(db, keys, funder_id, COLUMN, stored)
    return KeptFunder(found.funder_id, found.name, found.funds, found.grants, notes)


async def save_funder(db: Connection, keys: Keyring, funder_id: FunderId, name: str, notes: str) -> None:
    """Keep name and notes; the name must be nobody else's."""
    await db.execute(
        "UPDATE funder SET name = $2, notes = $3 WHERE funder_id = $1",
        funder_id,
        name,
        await sealed(db, keys, funder_id, COLUMN, notes) if notes else None,
    )
