"""What staff decide about a referral: the outcome, the priority and why it differs from what the rules propose."""

from dataclasses import dataclass, replace

from services.intake.domain.answers import Need
from services.intake.domain.codes import ClientGroup, LegalStage, Outcome, Priority
from services.intake.domain.concerns import stops_matching
from services.intake.domain.priority import propose_priority
from services.intake.domain.states import CLOSED, STATE_OF_OUTCOME
from services.intake.handlers.closing import finish
from services.intake.handlers.moving import move, present, refuse_if_changed
from services.intake.handlers.reminding import ask_again_later, stop_asking
from services.intake.handlers.telling import tell_triaged
from services.intake.handlers.threads import leave_message
from services.intake.store import consents, vault
from services.intake.store.concerns import concerns_of
from services.intake.store.decisions import Decision, add_decision
from services.intake.store.referrals import Referral
from shared.kernel.errors import Conflict, Unprocessable
from shared.kernel.ids import ReferralId
from shared.messaging.transaction import Transaction


@dataclass(frozen=True, slots=True)
class Asked:
    """A decision as it comes from the page; `version` is the referral's when the page was opened."""

    version: int
    outcome: Outcome
    priority: Priority
    reason: str = ""
    client_group: ClientGroup | None = None
    legal_stage: LegalStage | None = None
    message: str = ""


async def decide(referral_id: ReferralId, asked: Asked, tx: Transaction) -> Referral:
    """Decide a referral.

    Raises Conflict where somebody was quicker or a concern forbids it, Unprocessable where a reason is missing.
    """
    referral = await present(tx, referral_id)
    refuse_if_changed(referral, asked.version)
    need = await _need_as_known_now(referral_id, asked, tx)
    proposed = propose_priority(need).priority
    if asked.priority != proposed and not asked.reason:
        raise Unprocessable("reason-missing", "Say why the priority differs from what the rules propose.")
    if asked.outcome == "more-information" and not asked.message:
        raise Unprocessable("question-missing", "Write what you would like to know.")
    if asked.outcome == "suitable":
        await _refuse_while_a_concern_is_undecided(referral_id, tx)
    target = STATE_OF_OUTCOME[asked.outcome]
    moved = await move(tx, replace(referral, priority=asked.priority), target, "staff")
    decision = Decision(tx.new_id(), asked.outcome, asked.priority, proposed, tx.actor, tx.now, asked.reason)
    await add_decision(tx.db, tx.keys, referral_id, decision)
    agreed = await consents.in_force(tx.db, referral_id)
    tell_triaged(tx, moved, asked.outcome, "staff", need, agreed)
    if asked.message:
        await leave_message(referral_id, asked.message, tx)
    if target in CLOSED:
        return await finish(moved, "charity", "signposted" if target == "signposted" else "not-suitable", tx)
    if target in ("more_info_needed", "not_ready"):
        ask_again_later(moved, tx)
    else:
        stop_asking(referral_id, tx)
    return moved


async def _need_as_known_now(referral_id: ReferralId, asked: Asked, tx: Transaction) -> Need:
    need = (await vault.kept_of(tx.db, tx.keys, referral_id)).need
    known = replace(
        need,
        client_group=asked.client_group or need.client_group,
        legal_stage=asked.legal_stage or need.legal_stage,
    )
    if known != need:
        await vault.replace_need(tx.db, tx.keys, referral_id, known)
    return known


async def _refuse_while_a_concern_is_undecided(referral_id: ReferralId, tx: Transaction) -> None:
    if any(stops_matching(concern.state) for concern in await concerns_of(tx.db, referral_id)):
        raise Conflict(
            "concern-undecided",
            "A safeguarding concern about this referral is not decided yet. No therapist is looked for until it is.",
        )
