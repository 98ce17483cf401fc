"""Asks therapists about a match: one, or several at once where that is set, each with a letter and a time to answer."""

from datetime import datetime
from secrets import token_urlsafe

from services.matching import store
from services.matching.domain.cases import Case, Match, Offer
from services.matching.domain.choice import Chosen, choose
from services.matching.domain.matches import MATCH_MOVES, OPEN_OFFER
from services.matching.domain.pairing import Candidate
from services.matching.domain.policy import Policy
from services.matching.domain.rules import meeting
from services.matching.handlers.awaiting import expect_nothing
from services.matching.handlers.queueing import stop_waiting
from services.matching.handlers.releasing import OFFER_EXPIRES, OFFER_REMINDER
from services.matching.handlers.stopping import what_stops
from shared.events.codes import LetterKind
from shared.events.matching import LetterRequested, OfferExtended, OfferSent
from shared.events.sealed import Letter, OfferLetter
from shared.kernel.errors import Retry
from shared.kernel.ids import LetterId, OfferId, TherapistId
from shared.kernel.money import Pence
from shared.messaging.transaction import Transaction


async def send_offers(tx: Transaction, case: Case, match: Match) -> None:
    """Ask the therapist of a match, and as many others as the policy says who fit and cost no more."""
    MATCH_MOVES.require(match.state, "offered", "system")
    policy: Policy = tx.settings.policy
    await store.set_match_state(tx.db, match.match_id, "offered", tx.now)
    await expect_nothing(tx, match)
    await stop_waiting(tx, match.referral_id)
    await store.reach(tx.db, match.referral_id, "someone-free", match.proposed_at)
    await store.reach(tx.db, match.referral_id, "offered", tx.now)
    await _send(tx, case, match, match.therapist_id, match.session_fee)
    if policy.broadcast_size[case.priority] > 1:
        await _ask_others(tx, case, match, policy.broadcast_size[case.priority] - 1)


async def ask_in_place(tx: Transaction, match: Match) -> None:
    """Ask the next best in place of one who said no while others are still asked, for as long as these have time.

    Nobody is asked where too little of that time is left, or where something stops the search.
    """
    policy: Policy = tx.settings.policy
    case = await store.case_of(tx.db, tx.keys, match.referral_id)
    if case is None or case.state != "open" or await what_stops(tx, case) is not None:
        return
    open_now = [offer for offer in await store.offers_of_match(tx.db, match.match_id) if offer.state in OPEN_OFFER]
    reply_by = max((offer.reply_by for offer in open_now), default=tx.now)
    missing = policy.broadcast_size[case.priority] - len(open_now)
    if missing > 0 and policy.leaves_time(case.priority, tx.now, reply_by):
        await _ask_others(tx, case, match, missing, reply_by=reply_by)


async def _ask_others(
    tx: Transaction, case: Case, match: Match, wanted: int, *, reply_by: datetime | None = None
) -> None:
    for candidate in await _others(tx, case, match, wanted):
        await store.take_places(tx.db, [candidate.therapist_id])
        await _send(tx, case, match, candidate.therapist_id, candidate.session_fee, reply_by=reply_by)


async def _others(tx: Transaction, case: Case, match: Match, wanted: int) -> list[Candidate]:
    """The next best therapists who were not asked, and whom the money that is kept for the match is enough for."""
    await store.hold_places(tx.db)
    policy: Policy = tx.settings.policy
    weights = await store.weights_of(tx.db, policy.weights_version)
    if weights is None:
        return []
    candidates = await store.candidates_for(tx.db, case.referral_id, case.need)
    asked = {offer.therapist_id for offer in await store.offers_of_match(tx.db, match.match_id)}
    affordable = [
        candidate
        for candidate in candidates
        if candidate.therapist_id not in asked
        and candidate.session_fee <= match.session_fee
        and meeting(case.need, candidate) == match.setting
    ]
    choice = choose(case.need, affordable, weights, seed=str(case.referral_id))
    if not isinstance(choice, Chosen):
        return []
    return [one.candidate for one in choice.considered if not one.failures][:wanted]


async def _send(
    tx: Transaction,
    case: Case,
    match: Match,
    therapist_id: TherapistId,
    fee: Pence,
    *,
    reply_by: datetime | None = None,
) -> None:
    policy: Policy = tx.settings.policy
    offer = Offer(
        offer_id=OfferId(tx.new_id()),
        match_id=match.match_id,
        therapist_id=therapist_id,
        session_fee=fee,
        state="sent",
        sent_at=tx.now,
        reply_by=reply_by or policy.reply_by(case.priority, tx.now),
        answered_at=None,
        reason=None,
    )
    await store.add_offer(tx.db, offer)
    set_offer_timers(tx, policy, match, offer.offer_id, offer.reply_by)
    letter = await new_letter(tx, offer.offer_id, therapist_id)
    tx.emit(
        OfferSent(
            offer_id=offer.offer_id,
            match_id=match.match_id,
            referral_id=match.referral_id,
            therapist_id=therapist_id,
            reply_by=offer.reply_by,
        ),
        seal={"notifications": letter},
    )


def set_offer_timers(tx: Transaction, policy: Policy, match: Match, offer_id: OfferId, reply_by: datetime) -> None:
    """Remind of an offer on the way to its end, and end it."""
    lock_key = str(match.referral_id)
    tx.schedule(OFFER_EXPIRES, str(offer_id), reply_by, lock_key=lock_key)
    tx.schedule(OFFER_REMINDER, str(offer_id), policy.remind_at(tx.now, reply_by), lock_key=lock_key)


def tell_extended(tx: Transaction, match: Match, offer: Offer, reply_by: datetime) -> None:
    """Tell until when a therapist has time now."""
    tx.emit(
        OfferExtended(
            offer_id=offer.offer_id,
            match_id=match.match_id,
            referral_id=match.referral_id,
            therapist_id=offer.therapist_id,
            reply_by=reply_by,
        )
    )


async def new_letter(tx: Transaction, offer_id: OfferId, therapist_id: TherapistId) -> OfferLetter:
    """Where an offer's mail goes, with a new link of 256 random bits, of which only the hash stays here."""
    email, link = await _address_and_link(tx, offer_id, therapist_id)
    return OfferLetter(email=email, link=link)


async def write_to_therapist(tx: Transaction, offer: Offer, kind: LetterKind) -> None:
    """Have a therapist written to about an offer, with a new link to it."""
    email, link = await _address_and_link(tx, offer.offer_id, offer.therapist_id)
    tx.emit(
        LetterRequested(subject_id=offer.therapist_id, letter_id=LetterId(tx.new_id()), kind=kind),
        seal={"notifications": Letter(email=email, link=link)},
    )


async def _address_and_link(tx: Transaction, offer_id: OfferId, therapist_id: TherapistId) -> tuple[str, str]:
    therapist = await store.therapist_by_id(tx.db, tx.keys, therapist_id)
    if therapist is None:
        raise Retry("therapist-unreadable", "The therapist's address cannot be read.")
    token = token_urlsafe(32)
    await store.add_link(tx.db, offer_id, token, tx.now)
    return therapist.entry.email, f"{tx.settings.public_url('matching')}/offers/{token}"
