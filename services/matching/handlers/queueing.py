"""Puts clients on the waiting list and takes them off: one, or all whom a run looked at, in the same few steps."""

from collections.abc import Sequence
from datetime import datetime

from services.matching import store
from services.matching.domain.cases import Waiting
from services.matching.domain.explanation import Explanation
from services.matching.domain.policy import Policy
from services.matching.domain.vocabulary import WaitReason
from services.matching.handlers.waking import LOOK_AGAIN
from services.matching.store import Explained
from shared.events.matching import ReferralWaitlisted
from shared.kernel.ids import ReferralId
from shared.messaging.transaction import Transaction


async def wait_for(
    tx: Transaction, referral_id: ReferralId, reason: WaitReason, *, until: datetime | None = None
) -> None:
    """Put a client on the waiting list, or leave them there; never without a timer."""
    await _all_wait(tx, {referral_id: reason}, until=until)


async def wait_unplaced(tx: Transaction, unplaced: Sequence[tuple[ReferralId, WaitReason, Explanation]]) -> None:
    """Let clients wait for whom nobody fits, and keep why wherever it is another reason than before."""
    new = await _all_wait(tx, {referral_id: reason for referral_id, reason, _ in unplaced})
    explained = [Explained(tx.new_id(), who, None, why) for who, _, why in unplaced if who in new]
    await store.add_explanations(tx.db, tx.keys, explained, tx.now)


async def _all_wait(
    tx: Transaction, reasons: dict[ReferralId, WaitReason], *, until: datetime | None = None
) -> set[ReferralId]:
    """Gives for whom the reason is new."""
    if not reasons:
        return set()
    policy: Policy = tx.settings.policy
    present = await store.all_waiting_of(tx.db, reasons)
    next_look_at = until or policy.next_look_at(tx.now)
    moved: list[Waiting] = []
    for referral_id, reason in reasons.items():
        own = present.get(referral_id)
        stays = own is not None and own.reason == reason and own.next_look_at > tx.now and until is None
        look_at = own.next_look_at if own is not None and stays else next_look_at
        tx.schedule(LOOK_AGAIN, str(referral_id), look_at, lock_key=str(referral_id))
        if not stays:
            moved.append(Waiting(referral_id, reason, tx.now, look_at))
            tx.emit(ReferralWaitlisted(referral_id=referral_id, reason=reason, next_look_at=look_at))
    if moved:
        await store.put_on_waiting_list(tx.db, moved)
    return {who for who, reason in reasons.items() if who not in present or present[who].reason != reason}


async def stop_waiting(tx: Transaction, referral_id: ReferralId) -> None:
    """Take a client off the waiting list, with the timer."""
    await all_stop_waiting(tx, [referral_id])


async def all_stop_waiting(tx: Transaction, referral_ids: Sequence[ReferralId]) -> None:
    """Take clients off the waiting list, with their timers."""
    await store.take_off_waiting_list(tx.db, referral_ids)
    for referral_id in referral_ids:
        tx.cancel(LOOK_AGAIN, str(referral_id))
