"""The thread of messages between a client without a name and the charity."""

from uuid import UUID

from services.intake.store.messages import add_message
from shared.events.intake import MessageLeft
from shared.kernel.ids import ReferralId
from shared.messaging.transaction import Transaction


async def leave_message(referral_id: ReferralId, text: str, tx: Transaction, *, message_id: UUID | None = None) -> bool:
    """Leave a message as the transaction's actor; the same `message_id` a second time does nothing and gives False."""
    added = await add_message(
        tx.db,
        tx.keys,
        referral_id,
        message_id or tx.new_id(),
        written_at=tx.now,
        actor=tx.actor,
        text=text,
    )
    if added:
        tx.emit(MessageLeft(referral_id=referral_id, by_client=tx.actor == "client"))
    return added
