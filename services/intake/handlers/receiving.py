"""Taking in a request for help: put away, told, and triaged by the rules, all at once."""

from dataclasses import dataclass, replace
from uuid import UUID

from services.intake.domain.answers import Submission
from services.intake.domain.priority import LOOK_WITHIN, propose_priority
from services.intake.domain.purposes import BY_PURPOSE
from services.intake.domain.triage import NeedsPerson, StraightOn, is_dangerous, triage
from services.intake.handlers.linking import conflict_tokens
from services.intake.handlers.moving import move
from services.intake.handlers.safeguarding import raise_concern
from services.intake.handlers.telling import tell_received, tell_triaged
from services.intake.store import consents, vault
from services.intake.store.decisions import Decision, add_decision
from services.intake.store.referrals import Referral, add_referral
from shared.events.intake import ConsentGiven
from shared.kernel.errors import Unprocessable
from shared.kernel.ids import ReferralId
from shared.messaging.transaction import Transaction


@dataclass(frozen=True, slots=True)
class Arrival:
    """How a request came in: its id, the keyed hash of its receipt (if one is given), and the sending program's key."""

    referral_id: ReferralId
    receipt_hash: bytes | None = None
    api_key_id: UUID | None = None


async def receive(asked: Submission, arrival: Arrival, tx: Transaction) -> Referral:
    """Take in one request, which the caller makes sure is a new one; raises Unprocessable without consent."""
    if "referral" not in asked.consents:
        raise Unprocessable("consent-missing", "We cannot work on a request without agreement.")
    asked = replace(asked, need=replace(asked.need, conflict_tokens=conflict_tokens(tx.keys, asked)))
    proposal = propose_priority(asked.need)
    verdict = triage(asked)
    referral = Referral(
        referral_id=arrival.referral_id,
        state="submitted",
        wait_reason=None,
        state_since=tx.now,
        look_by=None,
        version=1,
        channel=asked.channel,
        source=asked.source,
        priority=proposal.priority,
        received_at=tx.now,
        received_by=tx.actor,
        api_key_id=arrival.api_key_id,
        unreachable=False,
        offered_match=None,
        ended_by=None,
        close_reason=None,
    )
    await add_referral(tx.db, referral, arrival.receipt_hash)
    await _put_away(asked, verdict, referral.referral_id, tx)
    tell_received(tx, referral, asked)
    await _note_consents(asked, referral.referral_id, tx)
    referral = await move(tx, referral, "in_triage", "rules", look_by=tx.now + LOOK_WITHIN[referral.priority])
    if is_dangerous(asked):
        await raise_concern(referral.referral_id, tx)
    match verdict:
        case NeedsPerson():
            return referral
        case StraightOn():
            return await _send_straight_on(asked, referral, tx)


async def _put_away(
    asked: Submission, verdict: StraightOn | NeedsPerson, referral_id: ReferralId, tx: Transaction
) -> None:
    key = await vault.add_subject(tx.db, tx.keys, referral_id)
    reasons = verdict.reasons if isinstance(verdict, NeedsPerson) else ()
    await vault.keep(tx.db, key, referral_id, asked, reasons)


async def _note_consents(asked: Submission, referral_id: ReferralId, tx: Transaction) -> None:
    for purpose in asked.consents:
        version = BY_PURPOSE[purpose].version
        if await consents.give(tx.db, referral_id, purpose, version, tx.now):
            tx.emit(ConsentGiven(referral_id=referral_id, purpose=purpose, version=version))


async def _send_straight_on(asked: Submission, referral: Referral, tx: Transaction) -> Referral:
    referral = await move(tx, replace(referral, look_by=None), "suitable", "rules")
    decision = Decision(tx.new_id(), "suitable", referral.priority, referral.priority, "rules", tx.now)
    await add_decision(tx.db, tx.keys, referral.referral_id, decision)
    tell_triaged(tx, referral, "suitable", "rules", asked.need, frozenset(asked.consents))
    return referral
