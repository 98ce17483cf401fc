"""Changes to a therapist's standing and places, and what follows for those who wait or were asked."""

from dataclasses import dataclass
from datetime import date

from services.matching import store
from services.matching.domain.accreditation import lapse_sentence, missing_for_activation, run_out
from services.matching.domain.capacity import Capacity, Refused, changed_capacity
from services.matching.domain.london import london_day, midnight_before
from services.matching.domain.portal import reach_of
from services.matching.domain.standings import STANDING_MOVES, Cause, Standing, StandingChange
from services.matching.domain.therapists import Therapist
from services.matching.domain.transitions import ActorKind
from services.matching.handlers.signing_in import sign_out_everywhere
from services.matching.handlers.waking import wake_for_therapist
from services.matching.store.accreditation import accreditation_of
from services.matching.store.standings import add_change, changes_of, set_paused_until
from shared.events.matching import TherapistCapacityChanged, TherapistStandingChanged
from shared.kernel.errors import Conflict, NotFound
from shared.kernel.ids import TherapistId
from shared.messaging.transaction import Transaction

REPLACE_THERAPIST = "replace-therapist"
PAUSE_ENDS = "pause-ends"
CAPACITY_STALE = "capacity-stale"
GONE: frozenset[Standing] = frozenset({"lapsed", "suspended", "removed", "left"})
"""Whoever may not begin anything is not waited for: what they were asked is passed on. A pause touches nothing."""


@dataclass(frozen=True, slots=True)
class Why:
    """What the history keeps of a move beside the move: its cause, who made it and their reason, a pause's end."""

    cause: Cause = "decided"
    who: str = ""
    reason: str = ""
    until: date | None = None


NOTHING_SAID = Why()


async def change_standing(
    tx: Transaction,
    therapist_id: TherapistId,
    standing: Standing,
    *,
    actors: frozenset[ActorKind],
    why: Why = NOTHING_SAID,
) -> Refused | None:
    """Move a therapist's standing; says why not where the day or a credential forbids it.

    Raises `Conflict` where nobody acting in these capacities may.
    """
    await store.hold_places(tx.db)
    therapist = await known_therapist(tx, therapist_id)
    allowed = [actor for actor in sorted(actors) if STANDING_MOVES.allows(therapist.standing, standing, actor)]
    actor: ActorKind = allowed[0] if allowed else "coordinator"
    STANDING_MOVES.require(therapist.standing, standing, actor)
    today = london_day(tx.now)
    if standing == "paused" and why.until is not None and why.until <= today:
        return Refused(
            "pause-is-over", "A pause ends on a later day than today. Leave it empty for a pause without end."
        )
    if standing == "active":
        await _own_pause_only(tx, therapist, actor)
        if (refused := await _not_accredited(tx, therapist, today)) is not None:
            return refused
    await move_standing(tx, therapist, standing, actor=actor, why=why)
    return None


async def move_standing(
    tx: Transaction, therapist: Therapist, standing: Standing, *, actor: ActorKind, why: Why = NOTHING_SAID
) -> None:
    """As `change_standing`, for one who is at hand and may be moved; the caller holds the places."""
    STANDING_MOVES.require(therapist.standing, standing, actor)
    therapist_id = therapist.therapist_id
    await store.set_standing(tx.db, therapist_id, standing)
    change = StandingChange(therapist.standing, standing, why.cause, actor, tx.now, why.who, why.reason)
    await add_change(tx.db, tx.keys, therapist_id, change, tx.new_id())
    tx.emit(TherapistStandingChanged(therapist_id=therapist_id, standing=standing))
    if standing != "lapsed":
        await _end_pause_on(tx, therapist, why.until if standing == "paused" else None)
    if standing == "active":
        await wake_for_therapist(tx, therapist_id)
    if reach_of(standing) == "nothing":
        await sign_out_everywhere(tx, therapist.therapist_id)
    if standing in GONE:
        for match_id, referral_id in await store.matches_before_acceptance(tx.db, therapist_id):
            tx.schedule(REPLACE_THERAPIST, str(match_id), tx.now, lock_key=str(referral_id))


async def end_pause(tx: Transaction, therapist_id: TherapistId) -> None:
    """Ask a therapist again whose pause is over, unless something else has happened to their standing."""
    await store.hold_places(tx.db)
    therapist = await known_therapist(tx, therapist_id)
    today = london_day(tx.now)
    if therapist.standing != "paused" or therapist.paused_until is None or therapist.paused_until > today:
        return
    if run_out(await accreditation_of(tx.db, tx.keys, therapist_id, today)):
        return
    await move_standing(tx, therapist, "active", actor="system", why=Why("pause-over"))


async def change_capacity(
    tx: Transaction, therapist_id: TherapistId, *, maximum: int, available: int
) -> Capacity | Refused:
    """Write how many places a therapist has and how many are free, or say why that cannot be."""
    await store.hold_places(tx.db)
    therapist = await known_therapist(tx, therapist_id)
    decided = changed_capacity(therapist.capacity, maximum=maximum, available=available, on=london_day(tx.now))
    if isinstance(decided, Refused):
        return decided
    await store.set_capacity(tx.db, therapist_id, decided)
    tx.schedule(CAPACITY_STALE, str(therapist_id), tx.settings.register_policy.stale_at(decided.as_of))
    if (decided.maximum, decided.available) != (therapist.capacity.maximum, therapist.capacity.available):
        tell_capacity(tx, therapist_id, decided)
        await wake_for_therapist(tx, therapist_id)
    return decided


def tell_capacity(tx: Transaction, therapist_id: TherapistId, capacity: Capacity) -> None:
    """Tell what a therapist says about their places."""
    tx.emit(TherapistCapacityChanged(therapist_id=therapist_id, maximum=capacity.maximum, available=capacity.available))


async def known_therapist(tx: Transaction, therapist_id: TherapistId) -> Therapist:
    """A therapist, whom nobody else changes until the transaction ends; raises `NotFound`."""
    therapist = await store.therapist_by_id(tx.db, tx.keys, therapist_id, lock=True)
    if therapist is None:
        raise NotFound("therapist-unknown", "There is no such therapist.")
    return therapist


async def _end_pause_on(tx: Transaction, therapist: Therapist, until: date | None) -> None:
    if therapist.paused_until is not None or until is not None:
        await set_paused_until(tx.db, therapist.therapist_id, until)
        if until is None:
            tx.cancel(PAUSE_ENDS, str(therapist.therapist_id))
    if until is not None:
        key = str(therapist.therapist_id)
        tx.schedule(PAUSE_ENDS, key, midnight_before(until), lock_key=key)


async def _own_pause_only(tx: Transaction, therapist: Therapist, actor: ActorKind) -> None:
    if actor != "therapist":
        return
    history = await changes_of(tx.db, tx.keys, therapist.therapist_id)
    made = next((one for one in history if one.after == "paused" and one.before != "lapsed"), None)
    if made is not None and made.actor_kind != "therapist":
        raise Conflict("paused-by-the-charity", "The charity made this pause. Please ask us to end it.")


async def _not_accredited(tx: Transaction, therapist: Therapist, today: date) -> Refused | None:
    lines = await accreditation_of(tx.db, tx.keys, therapist.therapist_id, today)
    if over := run_out(lines):
        return Refused("credentials-run-out", f"{lapse_sentence(over)} Record what was renewed first.")
    missing = missing_for_activation(lines)
    if missing and therapist.standing == "approved" and tx.settings.register_policy.credentials_required:
        words = ", ".join(line.words.lower() for line in missing)
        return Refused("credentials-missing", f"Record these first: {words}.")
    return None
