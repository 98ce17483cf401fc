"""The terms of a fund change with a reason, and a fund is closed; what is promised stays promised."""

from collections.abc import Sequence
from dataclasses import replace

from services.funding.domain.days import beginning_of, day_of
from services.funding.domain.fund_changes import Changed, changes, takes_away
from services.funding.domain.funds import Restrictions
from services.funding.handlers.milestones import look_soon
from services.funding.handlers.money import FUND_OPENS
from services.funding.handlers.waking import wake_waiting
from services.funding.store import fund_changes, funds
from services.funding.store.fund_changes import NotedChange
from services.funding.store.funds import KeptFund
from shared.kernel.errors import Conflict, NotFound, Unprocessable
from shared.kernel.ids import FundId, GrantId
from shared.kernel.money import pounds
from shared.messaging.transaction import Transaction


async def change_fund(tx: Transaction, fund_id: FundId, *, name: str, terms: Restrictions, reason: str) -> None:
    """Change name and terms, and wake those for whom they now fit; funder and kind stay as they are.

    Raises Unprocessable, with the field that is wrong as its code, and Conflict; then nothing is changed.
    """
    kept = await _open_fund(tx, fund_id)
    reason = require_reason(reason)
    try:
        after = replace(kept.fund, name=name.strip(), restrictions=terms)
    except ValueError as error:
        raise Unprocessable("kind", str(error)) from error
    lines = changes(kept.fund, after)
    if not lines:
        raise Unprocessable("nothing-changed", "Nothing would change.")
    if after.name != kept.fund.name and await funds.fund_of(tx.db, kept.funder_id, after.name) is not None:
        raise Conflict("fund-exists", "This funder already has a fund of this name.")
    lost = takes_away(terms, await fund_changes.promises_from(tx.db, tx.keys, fund_id), day_of(tx.now))
    if lost is not None:
        raise Unprocessable(lost.field, lost.sentence)
    await funds.save_terms(tx.db, after)
    await note(tx, fund_id, "Terms changed", lines, reason)
    if terms.available_from and terms.available_from > day_of(tx.now):
        tx.schedule(FUND_OPENS, str(fund_id), beginning_of(terms.available_from), lock_key=str(fund_id))
    else:
        tx.cancel(FUND_OPENS, str(fund_id))
    look_soon(tx, fund_id)
    await wake_waiting(tx, [fund_id])


async def close_fund(tx: Transaction, fund_id: FundId, reason: str) -> None:
    """Close a fund of which nothing is reserved or promised, and state what remains in it; it stays closed.

    Raises Conflict while something is, or where it is closed already.
    """
    kept = await _open_fund(tx, fund_id)
    reason, stood = require_reason(reason), kept.balances
    if stood.reserved or stood.committed:
        raise Conflict(
            "fund-in-use",
            f"{pounds(stood.reserved)} of this fund is reserved and {pounds(stood.committed)} promised. "
            "It can be closed once both are spent or free again.",
        )
    await funds.close(tx.db, fund_id, day_of(tx.now))
    remains = ("Remains in it", pounds(stood.available), pounds(stood.available))
    await note(tx, fund_id, "Closed", [remains, ("Spent", pounds(stood.spent), pounds(stood.spent))], reason)
    tx.cancel(FUND_OPENS, str(fund_id))
    look_soon(tx, fund_id)


def require_reason(reason: str) -> str:
    """The reason without space around it; raises Unprocessable where none is given."""
    if not reason.strip():
        raise Unprocessable("reason", "Say why.")
    return reason.strip()


async def note(
    tx: Transaction,
    fund_id: FundId,
    what: str,
    lines: Sequence[Changed],
    reason: str = "",
    grant_id: GrantId | None = None,
) -> None:
    """Add an entry to the log of a fund, or of one of its grants."""
    change = NotedChange(tx.new_id(), fund_id, what, lines, reason, tx.actor, tx.now, grant_id)
    await fund_changes.note_change(tx.db, tx.keys, change)


async def _open_fund(tx: Transaction, fund_id: FundId) -> KeptFund:
    await funds.lock_funds(tx.db, [fund_id])
    kept = await funds.fund_kept(tx.db, fund_id)
    if kept is None:
        raise NotFound("fund-unknown", "There is no such fund.")
    if kept.closed_on is not None:
        raise Conflict("fund-closed", "This fund is closed.")
    return kept
