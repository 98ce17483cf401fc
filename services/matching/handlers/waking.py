"""Wakes those on the waiting list whom a change could help, the most urgent and longest waiting first."""

from datetime import timedelta

from services.matching import store
from services.matching.domain.rules import may_be_matched
from services.matching.domain.waiting import WOKEN_BY_A_THERAPIST, order_of_waiting
from shared.kernel.ids import TherapistId
from shared.messaging.transaction import Transaction

LOOK_AGAIN = "look-again"
"""The deadline of somebody who waits, set and taken away only under the referral's own lock."""
WOKEN = "woken"
"""A look before the deadline. Each has a key of its own: to replace a timer that is running would be to wait for it."""


async def wake_for_therapist(tx: Transaction, therapist_id: TherapistId) -> None:
    """Look at once at everyone who waits and whom this therapist could now take; the caller holds the places."""
    cases = await store.cases_waiting(tx.db, tx.keys, WOKEN_BY_A_THERAPIST)
    if not cases:
        return
    candidates = await store.as_candidate(tx.db, [case.referral_id for case in cases], therapist_id)
    fitting = [
        case
        for case in cases
        if case.referral_id in candidates and may_be_matched(case.need, candidates[case.referral_id])
    ]
    fitting.sort(key=lambda case: order_of_waiting(case.priority, case.received_at, str(case.referral_id)))
    for nth, case in enumerate(fitting):
        lock_key = str(case.referral_id)
        tx.schedule(WOKEN, str(tx.new_id()), tx.now + timedelta(microseconds=nth), lock_key=lock_key, referral=lock_key)


async def free_place(tx: Transaction, therapist_id: TherapistId) -> None:
    """Give a held place back, and wake those who could use it."""
    await store.hold_places(tx.db)
    await store.give_place_back(tx.db, therapist_id)
    await wake_for_therapist(tx, therapist_id)
