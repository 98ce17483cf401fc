"""What coordinators do about offers and matches in a therapist's or client's stead: always with who and why."""

from datetime import datetime
from typing import Literal, assert_never

from services.matching import store
from services.matching.domain.matches import MATCH_MOVES, OFFER_MOVES, UNANSWERED
from services.matching.domain.policy import Policy
from services.matching.domain.vocabulary import DeclineReason
from services.matching.handlers import answers, declining
from services.matching.handlers.answers import TooLate, offered
from services.matching.handlers.dropping import drop_offer
from services.matching.handlers.offering import set_offer_timers, tell_extended, write_to_therapist
from services.matching.handlers.placing import find_therapist
from services.matching.handlers.releasing import end_match
from services.matching.store import OfferNote
from services.matching.store.offer_notes import NoteKind
from shared.events.matching import MatchWithdrawn
from shared.kernel.errors import Conflict, NotFound, Unprocessable
from shared.kernel.ids import MatchId, OfferId
from shared.messaging.transaction import Transaction

ByPhone = Literal["acknowledged", "accepted", "declined", "given-up"]


async def answer_for(
    tx: Transaction, offer_id: OfferId, answer: ByPhone, why: str, reason: DeclineReason = "other"
) -> None:
    """Write what a therapist said by phone; raises `Conflict` where the offer had come to its end before."""
    result: answers.Answer | None = None
    match answer:
        case "acknowledged":
            result = await answers.acknowledge(tx, offer_id, by="coordinator")
        case "accepted":
            result = await answers.accept(tx, offer_id, by="coordinator")
        case "declined":
            result = await answers.decline(tx, offer_id, reason, by="coordinator")
        case "given-up":
            await declining.give_up(tx, offer_id, reason, by="coordinator")
        case never:
            assert_never(never)
    if isinstance(result, TooLate):
        raise Conflict(f"offer-is-{result.state}", f"This offer is {result.state} already; nothing was changed.")
    await _note(tx, offer_id, answer, why)


async def settle_decline(tx: Transaction, offer_id: OfferId, *, stands: bool, why: str) -> None:
    """Let a therapist's no stand, or ask them to think again."""
    if stands:
        await declining.confirm_decline(tx, offer_id, by="coordinator")
    else:
        await declining.override_decline(tx, offer_id)
    await _note(tx, offer_id, "confirmed" if stands else "overridden", why)


async def extend(tx: Transaction, offer_id: OfferId, reply_by: datetime, why: str) -> None:
    """Give a therapist more time to answer."""
    offer, match = await offered(tx, offer_id)
    if offer.state not in UNANSWERED:
        raise Conflict(f"offer-is-{offer.state}", f"This offer is {offer.state} already; nothing was changed.")
    if reply_by <= max(offer.reply_by, tx.now):
        raise Unprocessable("not-later", "Choose a moment after the one by which the answer is due now.")
    policy: Policy = tx.settings.policy
    await store.set_reply_by(tx.db, offer_id, reply_by)
    set_offer_timers(tx, policy, match, offer_id, reply_by)
    await write_to_therapist(tx, offer, "offer-extended")
    tell_extended(tx, match, offer, reply_by)
    await _note(tx, offer_id, "extended", why)


async def withdraw_offer(tx: Transaction, offer_id: OfferId, why: str) -> None:
    """Take one offer back; the match goes on with the others who were asked, or else with the next therapist."""
    offer, match = await offered(tx, offer_id)
    OFFER_MOVES.require(offer.state, "withdrawn", "coordinator")
    await store.hold_places(tx.db)
    await store.note_asked(
        tx.db, match.referral_id, offer.therapist_id, outcome="withdrawn-by-staff", for_ever=False, now=tx.now
    )
    await drop_offer(tx, match, offer, "by-staff", actor="coordinator")
    await _note(tx, offer_id, "withdrawn", why)


async def ask_for_another(tx: Transaction, match_id: MatchId) -> None:
    """Find the client another therapist because they wish it: this pair never again, the next one at once.

    The award ends with the match, and what is left of it is free for the next; the yearly fee stays one, which
    whoever reckons it can see from the reason.
    """
    match = await store.match_by_id(tx.db, match_id)
    if match is None:
        raise NotFound("match-unknown", "There is no such match.")
    if match.state not in ("accepted", "in-therapy"):
        raise Conflict("no-therapist-yet", "No therapist has accepted this client, so there is none to change.")
    MATCH_MOVES.require(match.state, "withdrawn", "coordinator")
    await store.hold_places(tx.db)
    await end_match(tx, match, "withdrawn", reason="client-wish")
    await store.note_asked(
        tx.db, match.referral_id, match.therapist_id, outcome="client-wish", for_ever=True, now=tx.now
    )
    tx.emit(MatchWithdrawn(match_id=match_id, referral_id=match.referral_id, reason="client-wish"))
    await find_therapist(tx, match.referral_id)


async def settle(tx: Transaction, match_id: MatchId) -> None:
    """A coordinator has seen to everything that was shown about a match."""
    await store.settle_attention(tx.db, match_id, tx.now)


async def _note(tx: Transaction, offer_id: OfferId, kind: NoteKind, why: str) -> None:
    if not why:
        raise Unprocessable("why-missing", "Say why, in a few words.")
    _, match = await offered(tx, offer_id)
    await store.add_offer_note(
        tx.db,
        tx.keys,
        OfferNote(offer_id, kind, tx.now, tx.actor, why),
        note_id=tx.new_id(),
        referral_id=match.referral_id,
    )
