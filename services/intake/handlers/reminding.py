"""What waits for the client is asked about again, and comes back to a person when there is no answer."""

from dataclasses import replace
from datetime import timedelta

from services.intake.domain.priority import LOOK_WITHIN
from services.intake.domain.states import State
from services.intake.handlers.moving import move, present
from services.intake.handlers.threads import leave_message
from services.intake.store.referrals import Referral
from shared.kernel.ids import ReferralId
from shared.messaging.transaction import Transaction

ASK_AGAIN = "ask-again"
ASK_AFTER: dict[State, timedelta] = {"more_info_needed": timedelta(days=7), "not_ready": timedelta(days=28)}
GIVE_BACK_AFTER = timedelta(days=7)
REMINDER = (
    "We are still here. If you would like to go on, answer here whenever you are ready. If not, you can close this."
)


def ask_again_later(referral: Referral, tx: Transaction) -> None:
    """Set the reminder that belongs to the referral's state."""
    tx.schedule(ASK_AGAIN, str(referral.referral_id), tx.now + ASK_AFTER[referral.state], asked=0)


def stop_asking(referral_id: ReferralId, tx: Transaction) -> None:
    """Take the reminder away."""
    tx.cancel(ASK_AGAIN, str(referral_id))


async def ask_again(referral_id: ReferralId, asked: int, tx: Transaction) -> None:
    """Leave a reminder in the thread the first time; the second time, give the referral back to a person."""
    referral = await present(tx, referral_id)
    if referral.state not in ASK_AFTER:
        return
    if asked == 0:
        await leave_message(referral_id, REMINDER, tx)
        tx.schedule(ASK_AGAIN, str(referral_id), tx.now + GIVE_BACK_AFTER, asked=1)
        return
    look_by = tx.now + LOOK_WITHIN[referral.priority]
    await move(tx, replace(referral, look_by=look_by), "in_triage", "rules", look_by=look_by)
