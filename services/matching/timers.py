"""What matching does because time has passed, or because a later moment was set for it."""

from uuid import UUID

from services.matching.handlers import offer_times, placing, therapy
from services.matching.handlers.releasing import OFFER_EXPIRES, OFFER_REMINDER
from services.matching.handlers.therapists import REPLACE_THERAPIST
from services.matching.handlers.waking import LOOK_AGAIN, WOKEN
from shared.kernel.ids import MatchId, OfferId, ReferralId
from shared.messaging.subscriptions import DueTimer, timer
from shared.messaging.transaction import Transaction


@timer(LOOK_AGAIN)
async def on_look_again(due: DueTimer, tx: Transaction) -> None:
    """Look again for somebody who waits."""
    await placing.find_therapist(tx, ReferralId(UUID(due.key)))


@timer(WOKEN)
async def on_woken(due: DueTimer, tx: Transaction) -> None:
    """Look at once for somebody who waits, because something has changed that could help."""
    await placing.find_therapist(tx, ReferralId(UUID(due.payload["referral"])))


@timer(OFFER_EXPIRES)
async def on_offer_expires(due: DueTimer, tx: Transaction) -> None:
    """Ask the next therapist."""
    await offer_times.expire_offer(tx, OfferId(UUID(due.key)))


@timer(OFFER_REMINDER)
async def on_offer_reminder(due: DueTimer, tx: Transaction) -> None:
    """Ask the same therapist once more."""
    await offer_times.remind_of_offer(tx, OfferId(UUID(due.key)))


@timer(REPLACE_THERAPIST)
async def on_replace_therapist(due: DueTimer, tx: Transaction) -> None:
    """Pass on what a therapist was asked who is gone."""
    await therapy.replace_therapist(tx, MatchId(UUID(due.key)))
