"""Fees of therapists: raised by an accepted referral, reminded of, overdue, and settled by finance."""

from dataclasses import replace
from datetime import date
from uuid import UUID

from services.funding.domain.days import beginning_of, day_of
from services.funding.domain.fees import Decision, Fee, FeeState, fees_raised, owed_again, policy_on, require_move
from services.funding.store import fees, receipts
from shared.events.funding import TherapistFeeDue, TherapistFeeOverdue, TherapistFeeSettled
from shared.events.matching import OfferAccepted
from shared.kernel.errors import Conflict, NotFound, Unprocessable
from shared.messaging.transaction import Transaction

FEE_STEP = "fee-step"


async def raise_fees(accepted: OfferAccepted, tx: Transaction) -> None:
    """Note what the therapist owes for this acceptance: the yearly fee once a year, the other once for each client.

    The client owes nothing, whoever takes them.
    """
    today = day_of(tx.now)
    policy = policy_on(await fees.fee_policies(tx.db), today)
    for kind, amount in fees_raised(policy):
        fee = Fee(
            fee_id=tx.new_id(),
            therapist_id=accepted.therapist_id,
            kind=kind,
            year=today.year,
            referral_id=accepted.referral_id if kind == "referral" else None,
            amount=amount,
            state="due",
            raised_on=today,
            overdue_from=policy.step_after(len(policy.reminder_days), today),
        )
        if await fees.add_fee(tx.db, fee, tx.now):
            _write(tx, fee)
            _come_back(tx, fee, policy.step_after(0, today))


async def take_step(tx: Transaction, fee_id: UUID) -> None:
    """Nothing was paid yet: remind, or after the last reminder say that it is overdue."""
    fee = await fees.fee_by_id(tx.db, fee_id, locked=True)
    if fee is None or fee.state != "due":
        return
    policy = policy_on(await fees.fee_policies(tx.db), fee.raised_on)
    if day_of(tx.now) >= fee.overdue_from:
        await _be_overdue(tx, fee)
        return
    reminded = replace(fee, reminded=fee.reminded + 1)
    await fees.save_fee(tx.db, reminded, tx.now)
    _write(tx, reminded)
    _come_back(tx, fee, policy.step_after(reminded.reminded, fee.raised_on))


async def note_paid(tx: Transaction, fee_id: UUID) -> None:
    """The money came in: the fee is settled, and gets the next receipt of the year."""
    fee = await _known(tx, fee_id)
    await _settle(tx, fee, "paid", "")
    await receipts.give_number(tx.db, fee_id, day_of(tx.now))


async def undo_payment(tx: Transaction, fee_id: UUID, reason: str) -> None:
    """The money did not come in after all: the fee is owed again, and its receipt is good no longer."""
    fee = await _known(tx, fee_id)
    if not reason.strip():
        raise Unprocessable("reason-missing", "Say why this payment is taken back.")
    if fee.state != "paid":
        raise Conflict(f"fee-is-{fee.state}", "No payment is noted for this fee.")
    await _note(tx, fee, "payment-undone", reason)
    await receipts.undo(tx.db, fee_id, day_of(tx.now))
    await _owe_again(tx, fee)


async def waive(tx: Transaction, fee_id: UUID, reason: str) -> FeeState:
    """Let a therapist off a fee, or above the limit of the policy ask a second person; gives which of the two."""
    fee = await _known(tx, fee_id)
    if not reason.strip():
        raise Unprocessable("reason-missing", "Say why this fee is not to be paid.")
    if fee.state == "waiver-asked":
        raise Conflict("fee-is-waiver-asked", "Somebody has asked for this already. A second person decides.")
    policy = policy_on(await fees.fee_policies(tx.db), fee.raised_on)
    if fee.amount <= policy.waived_by_one_to:
        await _settle(tx, fee, "waived", reason)
        return "waived"
    require_move(fee.state, "waiver-asked")
    await _note(tx, fee, "waiver-asked", reason)
    await fees.save_fee(tx.db, replace(fee, state="waiver-asked"), tx.now)
    return "waiver-asked"


async def decide_waiver(tx: Transaction, fee_id: UUID, *, agreed: bool) -> None:
    """The second person agrees or refuses; raises Conflict for whoever asked."""
    fee = await _known(tx, fee_id)
    if fee.state != "waiver-asked":
        raise Conflict(f"fee-is-{fee.state}", "Nobody is asking for this fee to be waived.")
    asked_by = [
        actor for decided, actor, *_ in await fees.decisions_on(tx.db, tx.keys, fee) if decided == "waiver-asked"
    ]
    if agreed and tx.actor == asked_by[-1]:
        raise Conflict("own-request", "You asked for this yourself. Somebody else has to agree.")
    if agreed:
        await _settle(tx, fee, "waived", "")
        return
    await _note(tx, fee, "waiver-refused", "")
    await _owe_again(tx, fee)


async def _owe_again(tx: Transaction, fee: Fee) -> None:
    owed = replace(fee, state=owed_again(fee, day_of(tx.now)))
    require_move(fee.state, owed.state)
    if owed.state == "overdue" and (fee.state == "paid" or not fee.was_overdue):
        await _be_overdue(tx, fee)
        return
    await fees.save_fee(tx.db, owed, tx.now)
    if owed.state == "due":
        policy = policy_on(await fees.fee_policies(tx.db), fee.raised_on)
        _come_back(tx, owed, policy.step_after(fee.reminded, fee.raised_on))


async def _be_overdue(tx: Transaction, fee: Fee) -> None:
    require_move(fee.state, "overdue")
    if not await fees.owes_overdue(tx.db, fee.therapist_id, beside=fee.fee_id):
        tx.emit(TherapistFeeOverdue(therapist_id=fee.therapist_id))
    await fees.save_fee(tx.db, replace(fee, state="overdue", was_overdue=True), tx.now)


async def _settle(tx: Transaction, fee: Fee, as_state: FeeState, reason: str) -> None:
    require_move(fee.state, as_state)
    await _note(tx, fee, "paid" if as_state == "paid" else "waived", reason)
    await fees.save_fee(tx.db, replace(fee, state=as_state), tx.now)
    tx.cancel(FEE_STEP, str(fee.fee_id))
    if fee.was_overdue and not await fees.owes_overdue(tx.db, fee.therapist_id, beside=fee.fee_id):
        tx.emit(TherapistFeeSettled(therapist_id=fee.therapist_id))


async def _note(tx: Transaction, fee: Fee, decided: Decision, reason: str) -> None:
    await fees.note_decision(tx.db, tx.keys, fee, (tx.new_id(), decided, tx.actor, tx.now), reason.strip())


async def _known(tx: Transaction, fee_id: UUID) -> Fee:
    fee = await fees.fee_by_id(tx.db, fee_id, locked=True)
    if fee is None:
        raise NotFound("fee-unknown", "There is no such fee.")
    return fee


def _write(tx: Transaction, fee: Fee) -> None:
    tx.emit(TherapistFeeDue(therapist_id=fee.therapist_id, fee_id=fee.fee_id, reminder=fee.reminded))


def _come_back(tx: Transaction, fee: Fee, day: date) -> None:
    tx.schedule(FEE_STEP, str(fee.fee_id), beginning_of(day), lock_key=str(fee.therapist_id))
