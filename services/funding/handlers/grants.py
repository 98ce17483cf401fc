"""Grants are entered and changed by finance; what is unspent when one ends can go back to its funder."""

from dataclasses import replace
from datetime import date

from services.funding.domain.choice import Part
from services.funding.domain.days import day_in_words, day_of
from services.funding.domain.fund_changes import Changed
from services.funding.domain.grants import TARGET_WORDS, Grant, GrantPlan, Target, clash
from services.funding.domain.ledger import entries
from services.funding.domain.policy import Policy
from services.funding.domain.small_numbers import PRESETS
from services.funding.handlers.fund_changes import note, require_reason
from services.funding.handlers.milestones import look_soon
from services.funding.store import funds, grants, ledger
from shared.kernel.errors import Conflict, NotFound, Unprocessable
from shared.kernel.ids import GrantId
from shared.kernel.money import Pence, pounds
from shared.messaging.transaction import Transaction


async def add_grant(tx: Transaction, grant: Grant) -> None:
    """Note what a funder agreed to give; raises Conflict for a reference this funder used before, or a closed fund."""
    kept = await funds.fund_kept(tx.db, grant.fund_id)
    if kept is None:
        raise NotFound("fund-unknown", "There is no such fund.")
    if kept.closed_on is not None:
        raise Conflict("fund-closed", "This fund is closed.")
    _require_showable(tx, grant.target)
    if not await grants.add_grant(tx.db, grant, tx.now, tx.actor):
        raise Conflict("reference-used", "A grant of this funder has this reference already.")
    await note(tx, grant.fund_id, "Entered", [], grant_id=grant.grant_id)
    look_soon(tx, grant.fund_id)


async def change_grant(
    tx: Transaction,
    grant_id: GrantId,
    *,
    amount: Pence,
    agreed_on: date,
    days: tuple[date, date],
    target: Target | None,
    reason: str,
) -> None:
    """Keep what was agreed anew, with the reason; instalments and report dates must still fit."""
    before, reason = await known_grant(tx, grant_id), require_reason(reason)
    try:
        first, last = days
        after = replace(before, amount=amount, agreed_on=agreed_on, from_day=first, last_day=last, target=target)
    except ValueError as error:
        raise Unprocessable("last_day", str(error)) from error
    lines = _changes(before, after)
    if not lines:
        raise Unprocessable("nothing-changed", "Nothing would change.")
    _require_showable(tx, target)
    plan = await grants.plan_of(tx.db, before)
    refused = clash(GrantPlan(after, plan.instalments, plan.reports))
    if refused is not None:
        raise Unprocessable("amount" if "instalments" in refused else "last_day", refused)
    await grants.save_grant(tx.db, after)
    await note(tx, after.fund_id, "Changed", lines, reason, grant_id)
    look_soon(tx, after.fund_id)


async def give_back(tx: Transaction, grant_id: GrantId, amount: Pence, reason: str) -> None:
    """Unspent money of a grant that has ended goes back to its funder; it leaves the fund at once.

    Raises Conflict while the grant runs, and Unprocessable for more than is free in the fund, was agreed, or came in
    from this funder: what somebody else gave to the same fund is not theirs to have back.
    """
    grant, reason = await known_grant(tx, grant_id), require_reason(reason)
    if day_of(tx.now) <= grant.last_day:
        raise Conflict(
            "grant-runs",
            f"This grant runs until {day_in_words(grant.last_day)}. Money can go back once it has ended; "
            "if it ended early, change its last day first.",
        )
    [fund] = await funds.lock_funds(tx.db, [grant.fund_id])
    before = sum(given[0] for given in await grants.given_back_of(tx.db, tx.keys, grant))
    if amount <= 0:
        raise Unprocessable("amount", "The amount must be more than nothing.")
    if amount > fund.available:
        free = pounds(fund.available)
        raise Unprocessable("amount", f"{free} of this fund is neither promised nor spent; no more can go back.")
    if amount + before > grant.amount:
        raise Unprocessable("amount", f"No more can go back than the {pounds(grant.amount)} that were agreed.")
    came = await grants.came_from(tx.db, grant.funder_id, grant.fund_id)
    if amount > came:
        raise Unprocessable(
            "amount",
            f"{pounds(came)} came into this fund from this funder and has not gone back; no more can go back to them. "
            "Money is theirs where it was noted as an instalment of theirs, or without one in a fund of their own.",
        )
    given_back_id = tx.new_id()
    await grants.add_given_back(tx.db, tx.keys, grant, (given_back_id, amount, reason, tx.actor, tx.now))
    lines = entries("give-back", [Part(grant.fund_id, amount)])
    movement = ledger.Movement(tx.new_id(), "give-back", lines, tx.now, tx.actor, given_back_id=given_back_id)
    await ledger.write(tx.db, movement)
    look_soon(tx, grant.fund_id)


async def known_grant(tx: Transaction, grant_id: GrantId) -> Grant:
    """The grant, locked; raises NotFound."""
    grant = await grants.grant_by_id(tx.db, grant_id, locked=True)
    if grant is None:
        raise NotFound("grant-unknown", "There is no such grant.")
    return grant


def _require_showable(tx: Transaction, target: Target | None) -> None:
    """That so many were helped, or sessions held, is told to the funder, so it must be a number that may be told."""
    policy: Policy = tx.settings.policy
    fewest = PRESETS[policy.small_numbers].fewest
    if target is not None and target.number < fewest:
        sentence = f"Enter at least {fewest} {target.kind}: with fewer, somebody could be recognised when this is told."
        raise Unprocessable("target", sentence)


def _changes(before: Grant, after: Grant) -> list[Changed]:
    pairs = (
        ("Amount", pounds(before.amount), pounds(after.amount)),
        ("Agreed on", day_in_words(before.agreed_on), day_in_words(after.agreed_on)),
        ("First day", day_in_words(before.from_day), day_in_words(after.from_day)),
        ("Last day", day_in_words(before.last_day), day_in_words(after.last_day)),
        ("Target", _target(before.target), _target(after.target)),
    )
    return [(what, was, now) for what, was, now in pairs if was != now]


def _target(target: Target | None) -> str:
    return f"{target.number} {TARGET_WORDS[target.kind]}" if target else "none"
