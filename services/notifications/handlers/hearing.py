"""Takes in a batch of what the others told: opens each profile once, keeps the board, lines up messages."""

from collections.abc import Sequence
from uuid import UUID

from services.notifications.handlers.lining_up import line_up
from services.notifications.handlers.record import record
from shared.events import Event
from shared.events.intake import ReferralReceived
from shared.events.sealed import CardProfile
from shared.messaging.transaction import Transaction


async def take_in(events: Sequence[Event], tx: Transaction) -> None:
    """Keep board and timelines, and put in line what people must be sent."""
    profiles = {
        UUID(event.key_value): tx.unseal(event, CardProfile) for event in events if isinstance(event, ReferralReceived)
    }
    await record(events, profiles, tx)
    await line_up(events, profiles, tx)
