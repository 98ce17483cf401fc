"""Looks for the funds that pay for a case, under the lock for all money."""

from services.funding.domain.choice import Case, NotEnough, Split, choose_fund
from services.funding.domain.days import day_of
from services.funding.domain.explanation import reason_for
from services.funding.store import funds
from shared.kernel.errors import Conflict
from shared.kernel.ids import FundId
from shared.messaging.transaction import Transaction


async def find_money(tx: Transaction, case: Case, *, first: FundId | None = None) -> Split | NotEnough:
    """Choose among all funds, of which nobody else changes the money or the terms until the transaction ends.

    All money is locked before terms are read: otherwise somebody could begin to wait by terms that have just widened.
    """
    await funds.lock_money(tx.db)
    every = [kept.fund for kept in await funds.funds_kept(tx.db)]
    return choose_fund(case, every, day_of(tx.now), first=first)


def require_chosen(found: Split | NotEnough, chosen: FundId) -> None:
    """Raise Conflict unless the fund that staff chose pays, within its terms, and all of the need is met."""
    considered = {one.fund_id: one for one in found.explanation}
    if chosen not in considered:
        raise Conflict("fund-unknown", "There is no such fund.")
    one = considered[chosen]
    if one.verdict != "chosen":
        raise Conflict("fund-cannot-pay", f"{one.name} cannot pay for this. {reason_for(one.verdict, one.reasons)}")
    if isinstance(found, NotEnough):
        raise Conflict("not-enough", "All fitting funds together do not hold enough for this now.")
