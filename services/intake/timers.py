"""What intake does because time has passed."""

from uuid import UUID

from services.intake.handlers import drafting, reminding, returning, safeguarding
from shared.kernel.ids import ReferralId
from shared.messaging.subscriptions import DueTimer, timer
from shared.messaging.transaction import Transaction


@timer(drafting.DRAFT_EXPIRES)
async def on_draft_expires(due: DueTimer, tx: Transaction) -> None:
    """Wipe a form that nobody went on with."""
    await drafting.wipe(due.key, tx)


@timer(returning.VISIT_ENDS)
async def on_return_visit_ends(due: DueTimer, tx: Transaction) -> None:
    """End a visit that was left open."""
    await returning.go_away(due.key, tx)


@timer(safeguarding.ESCALATES)
async def on_concern_escalates(due: DueTimer, tx: Transaction) -> None:
    """Tell a concern one level higher."""
    await safeguarding.escalate(UUID(due.key), tx)


@timer(reminding.ASK_AGAIN)
async def on_ask_again(due: DueTimer, tx: Transaction) -> None:
    """Ask the client once more, or give the referral back to a person."""
    await reminding.ask_again(ReferralId(UUID(due.key)), due.payload["asked"], tx)
