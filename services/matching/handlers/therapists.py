"""Changes to a therapist's standing and places, and what follows for those who wait or were asked."""

from services.matching import store
from services.matching.domain.capacity import Capacity, Refused, changed_capacity
from services.matching.domain.london import london_day
from services.matching.domain.portal import reach_of
from services.matching.domain.standings import STANDING_MOVES, Standing
from services.matching.domain.therapists import Therapist
from services.matching.domain.transitions import ActorKind
from services.matching.handlers.signing_in import sign_out_everywhere
from services.matching.handlers.waking import wake_for_therapist
from shared.events.matching import TherapistCapacityChanged, TherapistStandingChanged
from shared.kernel.errors import NotFound
from shared.kernel.ids import TherapistId
from shared.messaging.transaction import Transaction

REPLACE_THERAPIST = "replace-therapist"
GONE: frozenset[Standing] = frozenset({"suspended", "removed", "left"})
"""Whoever is gone is not waited for: what they were asked is passed on. A pause touches nothing that runs."""


async def change_standing(
    tx: Transaction, therapist_id: TherapistId, standing: Standing, *, actors: frozenset[ActorKind]
) -> None:
    """Move a therapist's standing; raises `Conflict` where nobody acting in these capacities may."""
    await store.hold_places(tx.db)
    therapist = await _known(tx, therapist_id)
    allowed = [actor for actor in sorted(actors) if STANDING_MOVES.allows(therapist.standing, standing, actor)]
    await move_standing(tx, therapist, standing, actor=allowed[0] if allowed else "coordinator")


async def move_standing(tx: Transaction, therapist: Therapist, standing: Standing, *, actor: ActorKind) -> None:
    """As `change_standing`, for one who is at hand; the caller holds the places."""
    STANDING_MOVES.require(therapist.standing, standing, actor)
    await store.set_standing(tx.db, therapist.therapist_id, standing)
    tx.emit(TherapistStandingChanged(therapist_id=therapist.therapist_id, standing=standing))
    if standing == "active":
        await wake_for_therapist(tx, therapist.therapist_id)
    if reach_of(standing) == "nothing":
        await sign_out_everywhere(tx, therapist.therapist_id)
    if standing in GONE:
        for match_id, referral_id in await store.matches_before_acceptance(tx.db, therapist.therapist_id):
            tx.schedule(REPLACE_THERAPIST, str(match_id), tx.now, lock_key=str(referral_id))


async def change_capacity(
    tx: Transaction, therapist_id: TherapistId, *, maximum: int, available: int
) -> Capacity | Refused:
    """Write how many places a therapist has and how many are free, or say why that cannot be."""
    await store.hold_places(tx.db)
    therapist = await _known(tx, therapist_id)
    decided = changed_capacity(therapist.capacity, maximum=maximum, available=available, on=london_day(tx.now))
    if isinstance(decided, Refused):
        return decided
    await store.set_capacity(tx.db, therapist_id, decided)
    if (decided.maximum, decided.available) != (therapist.capacity.maximum, therapist.capacity.available):
        tell_capacity(tx, therapist_id, decided)
        await wake_for_therapist(tx, therapist_id)
    return decided


def tell_capacity(tx: Transaction, therapist_id: TherapistId, capacity: Capacity) -> None:
    """Tell what a therapist says about their places."""
    tx.emit(TherapistCapacityChanged(therapist_id=therapist_id, maximum=capacity.maximum, available=capacity.available))


async def _known(tx: Transaction, therapist_id: TherapistId) -> Therapist:
    therapist = await store.therapist_by_id(tx.db, tx.keys, therapist_id, lock=True)
    if therapist is None:
        raise NotFound("therapist-unknown", "There is no such therapist.")
    return therapist
