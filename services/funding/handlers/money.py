"""Funds are opened and money comes in; whoever waited for it is looked at in the same transaction."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from services.funding.domain.choice import Part
from services.funding.domain.days import beginning_of, day_of
from services.funding.domain.funds import Fund, Restrictions
from services.funding.domain.ledger import entries
from services.funding.domain.vocabulary import FundKind
from services.funding.handlers.milestones import look_soon
from services.funding.handlers.waking import wake_waiting
from services.funding.store import funds, grant_dates, ledger
from shared.events.funding import FundReceived
from shared.kernel.errors import Conflict, NotFound, Unprocessable
from shared.kernel.ids import FunderId, FundId
from shared.kernel.money import Pence
from shared.messaging.transaction import Transaction

FUND_OPENS = "fund-opens"
UNTIED = Restrictions()
LARGEST_AMOUNT = Pence(1_000_000_000_00)


@dataclass(frozen=True, slots=True)
class Gift:
    """Money that came in; `reference` is the bank's or the funder's own, by which a repetition is known."""

    fund_id: FundId
    amount: Pence
    reference: str
    received_on: date
    instalment_id: UUID | None = None
    """Which instalment of a grant it is, where it is one."""


async def open_fund(
    tx: Transaction, *, funder: str, name: str, kind: FundKind, restrictions: Restrictions = UNTIED
) -> FundId:
    """Open an empty fund, and note its funder if they are new; raises Conflict where they have a fund of this name."""
    funder_id = await funds.funder_named(tx.db, funder)
    if funder_id is None:
        funder_id = FunderId(tx.new_id())
        await funds.add_funder(tx.db, funder_id, funder, tx.now)
    if await funds.fund_of(tx.db, funder_id, name) is not None:
        raise Conflict("fund-exists", "This funder already has a fund of this name.")
    try:
        fund = Fund(FundId(tx.new_id()), name, kind, Pence(0), restrictions)
    except ValueError as error:
        raise Unprocessable("fund-not-possible", str(error)) from error
    await funds.add_fund(tx.db, fund, funder_id, tx.now)
    if restrictions.available_from and restrictions.available_from > day_of(tx.now):
        tx.schedule(
            FUND_OPENS, str(fund.fund_id), beginning_of(restrictions.available_from), lock_key=str(fund.fund_id)
        )
    look_soon(tx, fund.fund_id)
    return fund.fund_id


async def receive_money(tx: Transaction, gift: Gift) -> bool:
    """Note money that came in, and wake those who wait for it; False where this reference was noted before.

    A payment that was noted before can be noted again with the instalment that it is. Raises NotFound for an unknown
    fund, Unprocessable for an impossible gift, and Conflict for a closed fund and where the reference is known with
    another amount, day or instalment. In each of these cases nothing is changed.
    """
    if not 0 < gift.amount <= LARGEST_AMOUNT:
        raise Unprocessable("amount-not-possible", "The amount must be more than nothing.")
    if not gift.reference.strip():
        raise Unprocessable("reference-missing", "The reference must be given: by it a repetition is recognised.")
    if gift.received_on > day_of(tx.now):
        raise Unprocessable("day-in-future", "Money cannot have come in on a day that is still to come.")
    locked = await funds.lock_funds(tx.db, [gift.fund_id])
    if not locked:
        raise NotFound("fund-unknown", "There is no such fund.")
    before = await ledger.reference_used(tx.db, gift.fund_id, gift.reference)
    if before is not None and before != (gift.amount, gift.received_on):
        raise Conflict("reference-used", "This reference was used before for another amount or day.")
    if before is not None:
        await _link(tx, gift)
        return False
    if locked[0].restrictions.closed:
        raise Conflict("fund-closed", "This fund is closed. Note the money under another one.")
    await _post(tx, gift)
    await _link(tx, gift)
    look_soon(tx, gift.fund_id)
    await wake_waiting(tx, [gift.fund_id])
    return True


async def begin_to_spend(tx: Transaction, fund_id: FundId) -> None:
    """The first day of a fund has come: those who wait are looked at."""
    await funds.lock_funds(tx.db, [fund_id])
    await wake_waiting(tx, [fund_id])


async def _link(tx: Transaction, gift: Gift) -> None:
    if gift.instalment_id is None:
        return
    if not await grant_dates.is_instalment_of(tx.db, gift.instalment_id, gift.fund_id):
        raise Unprocessable("instalment-unknown", "This fund has no such instalment.")
    noted = await grant_dates.link_receipt(tx.db, gift.fund_id, gift.reference, gift.instalment_id)
    if noted != gift.instalment_id:
        raise Conflict("instalment-named", "This payment was noted as another instalment before.")
    look_soon(tx, gift.fund_id)


async def _post(tx: Transaction, gift: Gift) -> None:
    transaction_id = tx.new_id()
    lines = entries("receive", [Part(gift.fund_id, gift.amount)])
    await ledger.write(tx.db, ledger.Movement(transaction_id, "receive", lines, tx.now, tx.actor))
    await ledger.add_receipt_of_money(
        tx.db,
        fund_id=gift.fund_id,
        reference=gift.reference,
        amount=gift.amount,
        received_on=gift.received_on,
        transaction_id=transaction_id,
    )
    kept = await funds.fund_kept(tx.db, gift.fund_id)
    if kept is not None:
        tx.emit(FundReceived(fund_id=gift.fund_id, funder_id=kept.funder_id, amount=gift.amount))
