"""Whether clients paid their part of each session is noted; nothing is collected, and no therapy is held up by it."""

from collections.abc import Mapping

from services.funding.domain.payments_by_clients import ClientsPart, Noted
from services.funding.store import payments_by_clients
from shared.kernel.errors import NotFound, Unprocessable
from shared.kernel.ids import AwardId, SessionId, TherapistId
from shared.messaging.transaction import Transaction


async def note_by_therapist(tx: Transaction, therapist_id: TherapistId, noted: Mapping[SessionId, Noted]) -> int:
    """A therapist says what became of the client's part of their own sessions; gives how many notes were new."""
    return await _note(tx, await payments_by_clients.parts_of_therapist(tx.db, therapist_id), noted)


async def note_by_staff(tx: Transaction, award_id: AwardId, noted: Mapping[SessionId, Noted]) -> int:
    """The same for the sessions under one award, by staff."""
    return await _note(tx, await payments_by_clients.parts_of_award(tx.db, award_id), noted)


async def _note(tx: Transaction, parts: list[ClientsPart], noted: Mapping[SessionId, Noted]) -> int:
    if not noted:
        raise Unprocessable("nothing-chosen", "Choose what became of at least one session.")
    known = {part.session_id: part for part in parts}
    if not set(noted) <= set(known):
        raise NotFound("session-unknown", "There is no such session.")
    new = {session_id: said for session_id, said in noted.items() if known[session_id].noted != said}
    for session_id, said in sorted(new.items()):
        await payments_by_clients.note(tx.db, tx.new_id(), session_id, said, tx.actor, tx.now)
    return len(new)
