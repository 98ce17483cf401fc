"""Notes who has checked a therapist's entry, and when."""

from services.matching import store
from services.matching.domain.london import london_day
from services.matching.handlers.therapists import known_therapist
from shared.kernel.ids import TherapistId
from shared.messaging.transaction import Transaction


async def verify_entry(tx: Transaction, therapist_id: TherapistId, *, who: str) -> None:
    """Note that somebody has checked what the register says of a therapist."""
    await store.hold_places(tx.db)
    await known_therapist(tx, therapist_id)
    await store.set_verified(tx.db, tx.keys, therapist_id, on=london_day(tx.now), by=who)
