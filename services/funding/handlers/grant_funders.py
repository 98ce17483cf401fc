"""Funders are noted and renamed by finance, with whatever is worth remembering about them."""

from services.funding.store import funders, funds
from shared.kernel.errors import Conflict, NotFound, Unprocessable
from shared.kernel.ids import FunderId
from shared.messaging.transaction import Transaction


async def add_funder(tx: Transaction, name: str, notes: str) -> FunderId:
    """Note a funder before they have given anything; raises Conflict where there is one of this name."""
    await _require_new(tx, name)
    funder_id = FunderId(tx.new_id())
    await funds.add_funder(tx.db, funder_id, name.strip(), tx.now)
    await funders.save_funder(tx.db, tx.keys, funder_id, name.strip(), notes.strip())
    return funder_id


async def change_funder(tx: Transaction, funder_id: FunderId, name: str, notes: str) -> None:
    """Keep another name or other notes; the funder stays the same one."""
    known = await funders.funder_by_id(tx.db, tx.keys, funder_id)
    if known is None:
        raise NotFound("funder-unknown", "There is no such funder.")
    if name.strip() != known.name:
        await _require_new(tx, name)
    await funders.save_funder(tx.db, tx.keys, funder_id, name.strip(), notes.strip())


async def _require_new(tx: Transaction, name: str) -> None:
    if not name.strip():
        raise Unprocessable("name", "Enter the name of the funder.")
    if await funds.funder_named(tx.db, name.strip()) is not None:
        raise Conflict("name", "There is a funder of this name already.")
