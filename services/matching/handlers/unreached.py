"""Keeps who could not be written to, so that somebody calls them."""

from services.matching.store.unreached import note_unreached
from shared.events.notifications import LetterGivenUp
from shared.messaging.transaction import Transaction


async def keep_unreached(event: LetterGivenUp, tx: Transaction) -> None:
    """Show registrars that a letter did not arrive."""
    await note_unreached(tx.db, event.letter_id, event.subject_id, event.kind, tx.now)
