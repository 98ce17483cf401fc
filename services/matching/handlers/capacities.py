"""Asks therapists about their places when what they said has become stale, and watches over new entries."""

from services.matching.domain.london import london_day
from services.matching.handlers.credentials import review_credentials
from services.matching.handlers.therapists import CAPACITY_STALE, known_therapist
from services.matching.handlers.writing import write_to_therapist
from shared.kernel.ids import TherapistId
from shared.messaging.transaction import Transaction

LOOK_AT_THERAPIST = "look-at-therapist"
"""A look as soon as may be, under the therapist's own lock; each has a key of its own, as with those who are woken."""


def look_soon(tx: Transaction, therapist_id: TherapistId) -> None:
    """Have a therapist looked at whose lock we do not hold."""
    lock_key = str(therapist_id)
    tx.schedule(LOOK_AT_THERAPIST, str(tx.new_id()), tx.now, lock_key=lock_key, therapist=lock_key)


async def look_at(tx: Transaction, therapist_id: TherapistId) -> None:
    """Review a therapist's credentials, and remember when their places become stale."""
    therapist = await known_therapist(tx, therapist_id)
    await review_credentials(tx, therapist_id)
    tx.schedule(CAPACITY_STALE, str(therapist_id), tx.settings.register_policy.stale_at(therapist.capacity_as_of))


async def ask_about_capacity(tx: Transaction, therapist_id: TherapistId) -> None:
    """Ask whether the number of places is still right, and again as long as nobody answers."""
    therapist = await known_therapist(tx, therapist_id)
    policy, today = tx.settings.register_policy, london_day(tx.now)
    if not policy.is_stale(therapist.capacity_as_of, today):
        tx.schedule(CAPACITY_STALE, str(therapist_id), policy.stale_at(therapist.capacity_as_of))
    elif therapist.standing in ("active", "paused"):
        write_to_therapist(tx, therapist, "capacity-stale")
        tx.schedule(CAPACITY_STALE, str(therapist_id), policy.stale_at(today))
