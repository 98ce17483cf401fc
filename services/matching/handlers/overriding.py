"""What a coordinator may decide about one client and one therapist, always with a reason or on the client's wish."""

from dataclasses import dataclass, replace
from datetime import datetime

from services.matching import store
from services.matching.domain.cases import Case
from services.matching.domain.choice import Choice, Chosen, choose
from services.matching.domain.explanation import ByStaff, Explanation, decide
from services.matching.domain.london import london_day
from services.matching.domain.matches import ASKED, OPEN_OFFER
from services.matching.domain.money import money_for
from services.matching.domain.rules import EXEMPTIBLE
from services.matching.domain.scoring import Weights
from services.matching.handlers.dropping import drop_offer
from services.matching.handlers.placing import find_therapist, weights_in_force
from services.matching.handlers.proposing import propose
from services.matching.handlers.releasing import withdraw_match
from services.matching.handlers.stopping import what_stops
from services.matching.store.candidates import CLIENTS_WISH
from shared.db import Connection
from shared.kernel.errors import Conflict, NotFound, Unprocessable
from shared.kernel.ids import ReferralId, TherapistId
from shared.messaging.transaction import Transaction
from shared.privacy import Keyring

SHORTEST_REASON = 10


@dataclass(frozen=True, slots=True)
class Looked:
    """A client and everyone who could come into question now, with one therapist among them."""

    case: Case
    choice: Choice


async def look_at(
    db: Connection,
    keys: Keyring,
    pair: tuple[ReferralId, TherapistId | None],
    weights: Weights,
    now: datetime,
) -> Looked:
    """Decide for one client as it would be decided now, this therapist included, and change nothing.

    Raises NotFound where nothing is known of the client any more.
    """
    referral_id, therapist_id = pair
    case = await store.case_of(db, keys, referral_id)
    if case is None:
        raise NotFound("referral-unknown", "There is no such referral, or the client's record was erased.")
    money = money_for(case.need, await store.outlook_of_money(db), london_day(now))
    case = replace(case, need=replace(case.need, money=money))
    candidates = await store.candidates_for(db, referral_id, case.need)
    if therapist_id is not None and all(one.therapist_id != therapist_id for one in candidates):
        candidates += (await store.as_candidate(db, [referral_id], therapist_id)).values()
    return Looked(case, choose(case.need, candidates, weights, seed=str(referral_id)))


async def assign(tx: Transaction, referral_id: ReferralId, therapist_id: TherapistId, reason: str) -> None:
    """Propose a therapist of the coordinator's choice, in place of whoever was asked; no rule is passed over.

    Raises Conflict where a rule fails, where something stops the search, or where somebody has accepted already.
    """
    _require_reason(reason)
    await store.hold_places(tx.db)
    await _let_go_of_whom_is_asked(tx, referral_id, therapist_id)
    weights = await weights_in_force(tx)
    looked = await look_at(tx.db, tx.keys, (referral_id, therapist_id), weights, tx.now)
    if looked.case.state != "open" or await what_stops(tx, looked.case) is not None:
        raise Conflict("not-to-be-matched", "Nobody may be asked for this client at present.")
    asked = next((one for one in looked.choice.considered if one.candidate.therapist_id == therapist_id), None)
    if asked is None:
        raise NotFound("therapist-unknown", "There is no such therapist.")
    if asked.failures:
        sentences = " ".join(failure.sentence for failure in asked.failures)
        raise Conflict("rule-does-not-hold", f"This therapist cannot be asked. {sentences}")
    decided = ByStaff(therapist_id, reason)
    chosen = decide(looked.choice, decided)
    if isinstance(chosen, Chosen):
        need = looked.case.need
        await propose(tx, looked.case, chosen, Explanation(need, weights, str(referral_id), chosen, decided))


async def permit(tx: Transaction, referral_id: ReferralId, therapist_id: TherapistId, rule: str, reason: str) -> None:
    """Exempt one pair from one of the rules that allow it, and look again for a client who waits."""
    _require_reason(reason)
    if rule not in EXEMPTIBLE:
        raise Conflict("rule-without-exemption", "Nobody can be exempted from this rule.")
    if await store.case_of(tx.db, tx.keys, referral_id) is None:
        raise NotFound("referral-unknown", "There is no such referral, or the client's record was erased.")
    await store.hold_places(tx.db)
    await store.permit_pair(tx.db, tx.keys, (referral_id, therapist_id), rule, reason=reason, by=tx.actor, now=tx.now)
    if await store.waiting_of(tx.db, referral_id) is not None:
        await find_therapist(tx, referral_id)


async def refuse(tx: Transaction, referral_id: ReferralId, therapist_id: TherapistId) -> None:
    """Note that the client does not want this therapist, for ever; where others are asked too, they are no longer."""
    await store.hold_places(tx.db)
    match = await store.live_match_of(tx.db, referral_id)
    if match is not None and match.therapist_id == therapist_id:
        raise Conflict(
            "matched-with-them", "This therapist is matched with the client: end or change that match first."
        )
    await store.note_asked(tx.db, referral_id, therapist_id, outcome=CLIENTS_WISH, for_ever=True, now=tx.now)
    for offer in await store.offers_of_match(tx.db, match.match_id) if match is not None else ():
        if offer.therapist_id == therapist_id and offer.state in OPEN_OFFER and match is not None:
            await drop_offer(tx, match, offer, "client-wish", actor="coordinator")


async def _let_go_of_whom_is_asked(tx: Transaction, referral_id: ReferralId, therapist_id: TherapistId) -> None:
    match = await store.live_match_of(tx.db, referral_id)
    if match is None:
        return
    if match.state not in ASKED:
        raise Conflict("accepted-already", "A therapist has accepted this client already.")
    if match.therapist_id == therapist_id:
        raise Conflict("asked-already", "This therapist is being asked already.")
    await withdraw_match(tx, match, "by-staff", actor="coordinator")


def _require_reason(reason: str) -> None:
    if len(reason.strip()) < SHORTEST_REASON:
        raise Unprocessable("reason-missing", f"Give a reason of at least {SHORTEST_REASON} characters.")
