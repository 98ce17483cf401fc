"""Wakes those on the waiting list whom a change could help, all together."""

from services.matching import store
from services.matching.domain.rules import may_be_matched
from services.matching.domain.waiting import WOKEN_BY_A_THERAPIST
from shared.kernel.ids import TherapistId
from shared.messaging.transaction import Transaction

LOOK_AGAIN = "look-again"
"""The deadline of somebody who waits, set and taken away only under the referral's own lock."""
WOKEN = "woken"
"""A look before the deadline at all whom one change could help, who are then placed together in the best way.

Each has a key of its own: to replace a timer that is running would be to wait for it.
"""


async def wake_for_therapist(tx: Transaction, therapist_id: TherapistId) -> None:
    """Let everyone be looked at who waits and whom this therapist could now take; the caller holds the places."""
    cases = await store.cases_waiting(tx.db, tx.keys, WOKEN_BY_A_THERAPIST)
    if not cases:
        return
    candidates = await store.as_candidate(tx.db, [case.referral_id for case in cases], therapist_id)
    fitting = [
        case
        for case in cases
        if case.referral_id in candidates and may_be_matched(case.need, candidates[case.referral_id])
    ]
    if fitting:
        woken = str(tx.new_id())
        tx.schedule(WOKEN, woken, tx.now, lock_key=woken, referrals=sorted(str(case.referral_id) for case in fitting))


async def free_place(tx: Transaction, therapist_id: TherapistId) -> None:
    """Give a held place back, and wake those who could use it."""
    await store.hold_places(tx.db)
    await store.give_place_back(tx.db, therapist_id)
    await wake_for_therapist(tx, therapist_id)
