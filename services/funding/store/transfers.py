"""Transfers between funds: who asked for them, why, and what became of each."""

from datetime import datetime
from uuid import UUID

from services.funding.domain.transfers import Transfer, TransferState
from services.funding.store.fund_texts import opened, sealed
from shared.db import Connection, Record
from shared.kernel.ids import FundId
from shared.privacy import Keyring

COLUMN = "fund_transfer.reason"


async def add_transfer(db: Connection, keys: Keyring, transfer: Transfer) -> None:
    """Note that somebody asks for money to move."""
    await db.execute(
        """
        INSERT INTO fund_transfer (transfer_id, from_fund, to_fund, amount, reason, state, asked_by, asked_at)
        VALUES ($1, $2, $3, $4, $5, 'asked', $6, $7)
        """,
        transfer.transfer_id,
        transfer.from_fund,
        transfer.to_fund,
        transfer.amount,
        await sealed(db, keys, transfer.from_fund, COLUMN, transfer.reason),
        transfer.asked_by,
        transfer.asked_at,
    )


async def decide_transfer(db: Connection, transfer_id: UUID, state: TransferState, actor: str, now: datetime) -> None:
    """Note what the second person said; the database refuses whoever asked to agree."""
    await db.execute(
        "UPDATE fund_transfer SET state = $2, decided_by = $3, decided_at = $4 WHERE transfer_id = $1",
        transfer_id,
        state,
        actor,
        now,
    )


async def transfer_by_id(db: Connection, keys: Keyring, transfer_id: UUID) -> Transfer | None:
    """One transfer, locked until the transaction ends."""
    row = await db.fetchrow("SELECT * FROM fund_transfer WHERE transfer_id = $1 FOR NO KEY UPDATE", transfer_id)
    return await _transfer(db, keys, row) if row else None


async def transfers_listed(db: Connection, keys: Keyring, limit: int, fund_id: FundId | None = None) -> list[Transfer]:
    """Transfers from or to a fund, or all of them: those that wait for a second person first, then the latest."""
    rows = await db.fetch(
        """
        SELECT * FROM fund_transfer
         WHERE $2::uuid IS NULL OR $2 IN (from_fund, to_fund)
         ORDER BY state <> 'asked', asked_at DESC, transfer_id DESC LIMIT $1
        """,
        limit,
        fund_id,
    )
    return [await _transfer(db, keys, row) for row in rows]


async def _transfer(db: Connection, keys: Keyring, row: Record) -> Transfer:
    values = {name: row[name] for name in Transfer.__dataclass_fields__ if name != "reason"}
    return Transfer(**values, reason=await opened(db, keys, row["from_fund"], COLUMN, row["reason"]))
