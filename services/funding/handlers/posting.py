"""Moves money of an award between the accounts of its funds, and tells when a fund is nearly used up."""

from collections.abc import Iterable, Sequence

from services.funding.domain.awards import Award
from services.funding.domain.choice import Part
from services.funding.domain.ledger import MOVEMENTS, MovementKind, entries
from services.funding.domain.policy import Policy
from services.funding.domain.thresholds import thresholds_reached
from services.funding.handlers.funder_letters import write_to_funder
from services.funding.store import funds as fund_store
from services.funding.store import ledger
from shared.events.funding import FundThresholdCrossed
from shared.kernel.ids import FundId
from shared.kernel.money import Pence
from shared.messaging.transaction import Transaction

RESERVATION_EXPIRES = "reservation-expires"


async def reserve(tx: Transaction, award: Award, parts: Sequence[Part]) -> None:
    """Keep money for an award, for as long as the policy says; the funds must be locked."""
    lines = entries("reserve", parts)
    movement = ledger.Movement(
        tx.new_id(), "reserve", lines, tx.now, tx.actor, tx.new_id(), reserved_for=award.award_id
    )
    await ledger.write(tx.db, movement)
    await_answer(tx, award)
    await _tell_thresholds(tx, {part.fund_id for part in parts})


def await_answer(tx: Transaction, award: Award) -> None:
    """From now on the policy's time runs in which a therapist, or whoever approves, can answer."""
    policy: Policy = tx.settings.policy
    due_at = tx.now + policy.reservation_time
    tx.schedule(RESERVATION_EXPIRES, str(award.award_id), due_at, lock_key=str(award.referral_id))


async def move_all(tx: Transaction, award: Award, kind: MovementKind) -> tuple[Part, ...]:
    """Move everything that an award still has where this kind of movement takes it from; gives what was moved.

    Money that becomes free is moved under the locks of its funds.
    """
    source, target = MOVEMENTS[kind]
    held = await ledger.held_for(tx.db, award.award_id, source)
    if target == "available":
        await fund_store.lock_funds(tx.db, {part.fund_id for parts in held.values() for part in parts})
    for reservation_id, parts in held.items():
        await ledger.write(
            tx.db, ledger.Movement(tx.new_id(), kind, entries(kind, parts), tx.now, tx.actor, reservation_id)
        )
    tx.cancel(RESERVATION_EXPIRES, str(award.award_id))
    return tuple(part for parts in held.values() for part in parts)


def total(parts: Iterable[Part]) -> Pence:
    """What the parts add up to."""
    return Pence(sum(part.amount for part in parts))


async def _tell_thresholds(tx: Transaction, fund_ids: set[FundId]) -> None:
    policy: Policy = tx.settings.policy
    for kept in await fund_store.funds_kept(tx.db, fund_ids):
        for percent in thresholds_reached(kept.balances, policy.thresholds):
            if await ledger.note_threshold(tx.db, kept.fund.fund_id, percent, kept.balances.received, tx.now):
                tx.emit(FundThresholdCrossed(fund_id=kept.fund.fund_id, funder_id=kept.funder_id, percent_used=percent))
                await write_to_funder(tx, kept.funder_id, "funder-milestone", f"/funder/funds/{kept.fund.fund_id}")
