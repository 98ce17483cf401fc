"""Money moves from one fund to another when a second person agrees; whoever waited for it is looked at at once."""

from uuid import UUID

from services.funding.domain.choice import Part
from services.funding.domain.funds import Fund
from services.funding.domain.ledger import MovementKind, entries
from services.funding.domain.transfers import Transfer, refusal
from services.funding.handlers.waking import wake_waiting
from services.funding.store import funds, ledger, transfers
from shared.kernel.errors import Conflict, NotFound, Unprocessable
from shared.kernel.ids import FundId
from shared.kernel.money import Pence
from shared.messaging.transaction import Transaction

TRANSFERS = "transfers"
"""The key under whose lock transfers are asked for and decided."""


async def ask_for_transfer(tx: Transaction, *, from_fund: FundId, to_fund: FundId, amount: Pence, reason: str) -> UUID:
    """Note that money is to move, for a second person to decide; it stays where it is until then.

    Raises NotFound for an unknown fund, and Unprocessable with the side that is wrong as its code.
    """
    if not reason.strip():
        raise Unprocessable("reason-missing", "Say why the money is to move.")
    await _may_move(tx, from_fund, to_fund, amount)
    transfer = Transfer(tx.new_id(), from_fund, to_fund, amount, reason.strip(), "asked", tx.actor, tx.now)
    await transfers.add_transfer(tx.db, tx.keys, transfer)
    return transfer.transfer_id


async def decide_transfer(tx: Transaction, transfer_id: UUID, *, agreed: bool) -> None:
    """The second person agrees, and the money moves; or anybody refuses. Raises Conflict for whoever asked."""
    transfer = await transfers.transfer_by_id(tx.db, tx.keys, transfer_id)
    if transfer is None:
        raise NotFound("transfer-unknown", "There is no such transfer.")
    if transfer.state != "asked":
        raise Conflict(f"transfer-is-{transfer.state}", "This transfer has been decided already.")
    if not agreed:
        await transfers.decide_transfer(tx.db, transfer_id, "refused", tx.actor, tx.now)
        return
    if tx.actor == transfer.asked_by:
        raise Conflict("own-request", "You asked for this yourself. Somebody else has to agree.")
    await _may_move(tx, transfer.from_fund, transfer.to_fund, transfer.amount)
    await transfers.decide_transfer(tx.db, transfer_id, "done", tx.actor, tx.now)
    await _move(tx, transfer, "transfer-out", transfer.from_fund)
    await _move(tx, transfer, "transfer-in", transfer.to_fund)
    await wake_waiting(tx, [transfer.to_fund])


async def _may_move(tx: Transaction, from_fund: FundId, to_fund: FundId, amount: Pence) -> None:
    locked: dict[FundId, Fund] = {fund.fund_id: fund for fund in await funds.lock_funds(tx.db, {from_fund, to_fund})}
    if from_fund not in locked or to_fund not in locked:
        raise NotFound("fund-unknown", "There is no such fund.")
    refused = refusal(locked[from_fund], locked[to_fund], amount)
    if refused is not None:
        raise Unprocessable(refused.side, refused.sentence)


async def _move(tx: Transaction, transfer: Transfer, kind: MovementKind, fund_id: FundId) -> None:
    lines = entries(kind, [Part(fund_id, transfer.amount)])
    movement = ledger.Movement(tx.new_id(), kind, lines, tx.now, tx.actor, transfer_id=transfer.transfer_id)
    await ledger.write(tx.db, movement)
