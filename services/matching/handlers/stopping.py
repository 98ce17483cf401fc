"""Says whether anything stops the search for a therapist for one client, and keeps the record of it."""

from dataclasses import dataclass
from datetime import datetime

from services.matching import store
from services.matching.domain.cases import Case
from services.matching.domain.holds import Hold, HoldReason, gravest
from shared.kernel.ids import ReferralId
from shared.messaging.transaction import Transaction


@dataclass(frozen=True, slots=True)
class Stop:
    """What the client waits for, and when it is looked at again where a day was set."""

    reason: HoldReason
    look_at: datetime | None = None


async def what_stops(tx: Transaction, case: Case) -> Stop | None:
    """The gravest reason not to look for a therapist now; a hold whose day has come is lifted."""
    for old in await store.holds_of(tx.db, case.referral_id):
        if old.look_at is not None and old.look_at <= tx.now:
            await store.lift_hold(tx.db, old.hold_id, tx.now)
    held = [hold for hold in await store.holds_of(tx.db, case.referral_id) if hold.reason != "not-shared"]
    hold = gravest(held)
    if not case.sharing_agreed and (hold is None or hold.reason != "safeguarding"):
        return Stop("not-shared")
    return Stop(hold.reason, hold.look_at) if hold is not None else None


async def note_sharing(tx: Transaction, referral_id: ReferralId, *, agreed: bool) -> None:
    """Keep the record of when a client had not agreed that a therapist is told about them."""
    if agreed:
        await store.lift_holds(tx.db, referral_id, "not-shared", tx.now)
        return
    present = await store.holds_of(tx.db, referral_id)
    if not any(hold.reason == "not-shared" and hold.lifted_at is None for hold in present):
        await store.add_hold(tx.db, Hold(tx.new_id(), referral_id, "not-shared", tx.now))
