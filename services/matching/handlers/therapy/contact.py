"""How a therapist reaches the client they have accepted: asked of intake at that moment, shown, and never kept here."""

from services.matching import store
from services.matching.handlers.awaiting import contact_made as first_session_expected
from services.matching.handlers.therapy.course import known
from services.matching.store import episodes
from shared.events.asks import ClientContact, RevealContactToTherapist
from shared.events.matching import ContactMade
from shared.kernel.errors import Conflict, NotFound
from shared.kernel.ids import MatchId, TherapistId
from shared.messaging.kernel import Kernel
from shared.messaging.transaction import Transaction

SHOWS_CONTACT = frozenset({"accepted", "in-therapy"})


async def reveal(kernel: Kernel, match_id: MatchId, therapist_id: TherapistId) -> ClientContact:
    """Ask intake who the client is; raises NotFound for somebody else's match, Conflict unless it was accepted."""
    async with kernel.reading() as db:
        match = await store.match_by_id(db, match_id)
    if match is None or match.therapist_id != therapist_id:
        raise NotFound("match-unknown", "There is no such client among yours.")
    if match.state not in SHOWS_CONTACT:
        raise Conflict("not-accepted", "You see how to reach a client from your acceptance to the end of the therapy.")
    question = RevealContactToTherapist(referral_id=match.referral_id, match_id=match_id, therapist_id=therapist_id)
    return await kernel.ask("intake", question, ClientContact)


async def contact_made(tx: Transaction, match_id: MatchId) -> None:
    """Note that the therapist has reached the client; a second time changes nothing."""
    match = await known(tx, match_id)
    if match.state not in SHOWS_CONTACT:
        raise Conflict(f"match-is-{match.state}", "This is over, so there is nobody to reach.")
    if (await episodes.episode_of(tx.db, tx.keys, match)).contact_at is not None:
        return
    await episodes.note_step(tx.db, match_id, "contact", tx.now)
    if match.state == "accepted":
        await first_session_expected(tx, match)
    tx.emit(ContactMade(referral_id=match.referral_id, match_id=match_id, therapist_id=match.therapist_id))
