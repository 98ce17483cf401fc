"""What therapists ask for a session from a day on, and whether they owe the charity a fee."""

from services.matching import store
from services.matching.domain.fees import Fee, FeeRefused, checked_fee, fee_on, next_fee
from services.matching.domain.london import london_day, midnight_before
from services.matching.handlers.therapists import known_therapist
from services.matching.handlers.waking import wake_for_therapist
from services.matching.store import fees as kept
from shared.events.funding import TherapistFeeOverdue, TherapistFeeSettled
from shared.kernel.ids import TherapistId
from shared.messaging.transaction import Transaction

FEE_BEGINS = "fee-begins"


async def set_fee(tx: Transaction, therapist_id: TherapistId, fee: Fee) -> Fee | FeeRefused:
    """Keep a fee from its day on, or say what is wrong; what was matched before keeps the fee of its day."""
    await store.hold_places(tx.db)
    await known_therapist(tx, therapist_id)
    checked = checked_fee(fee, london_day(tx.now))
    if isinstance(checked, Fee):
        await kept.add_fee(tx.db, therapist_id, checked)
        await begin_fee(tx, therapist_id)
    return checked


async def begin_fee(tx: Transaction, therapist_id: TherapistId) -> None:
    """Let the fee of today hold, and come back when the next one begins."""
    await store.hold_places(tx.db)
    therapist = await known_therapist(tx, therapist_id)
    fees, today = await kept.fees_of(tx.db, therapist_id), london_day(tx.now)
    present = fee_on(fees, today)
    entry = therapist.entry
    if present is not None and (present.session_fee, present.concession_fee) != (
        entry.session_fee,
        entry.concession_fee,
    ):
        await kept.set_fee_in_force(tx.db, therapist_id, present)
        await wake_for_therapist(tx, therapist_id)
    following = next_fee(fees, today)
    if following is not None:
        tx.schedule(FEE_BEGINS, str(therapist_id), midnight_before(following.valid_from))


async def note_overdue(overdue: TherapistFeeOverdue, tx: Transaction) -> None:
    """Send no new offers to somebody who owes the charity a fee; nothing that runs is touched."""
    await store.hold_places(tx.db)
    await kept.set_fees_overdue(tx.db, overdue.therapist_id, overdue=True)


async def note_settled(settled: TherapistFeeSettled, tx: Transaction) -> None:
    """Send them offers again, and look at once for those who wait."""
    await store.hold_places(tx.db)
    if await kept.set_fees_overdue(tx.db, settled.therapist_id, overdue=False):
        await wake_for_therapist(tx, settled.therapist_id)
