"""What intake tells about a referral: suitable or not, closed, the client agrees or no longer agrees."""

from dataclasses import replace

from services.matching import store
from services.matching.domain.cases import Case
from services.matching.domain.matches import BEFORE_THERAPY
from services.matching.domain.pairing import Need
from services.matching.domain.vocabulary import MatchEnd, TherapyOutcome
from services.matching.handlers.placing import find_therapist
from services.matching.handlers.queueing import stop_waiting
from services.matching.handlers.releasing import end_therapy, withdraw_match
from services.matching.handlers.stopping import note_sharing
from shared.events.intake import ConsentGiven, ConsentWithdrawn, ReferralClosed, ReferralTriaged
from shared.events.sealed import NeedProfile
from shared.kernel.ids import ReferralId
from shared.kernel.money import Pence
from shared.messaging.transaction import Transaction


async def take_on(triaged: ReferralTriaged, tx: Transaction) -> None:
    """Look for a therapist for a suitable referral; let go of one that is no longer thought suitable.

    Nobody can find a referral suitable while a concern about it is undecided, so whoever did has weighed each of them.
    """
    referral_id = triaged.referral_id
    if triaged.outcome != "suitable":
        await _let_go(tx, referral_id, "referral-closed", "ended-early")
        return
    profile = tx.unseal(triaged, NeedProfile)
    before = await store.case_of(tx.db, tx.keys, referral_id)
    case = Case(
        referral_id=referral_id,
        state="open",
        priority=triaged.priority,
        received_at=triaged.received_at,
        sharing_agreed="sharing" in profile.consents,
        need=await _need(tx, profile),
    )
    await store.save_case(tx.db, tx.keys, case)
    await store.set_conflict_tokens(tx.db, referral_id, profile.conflict_tokens)
    await note_sharing(tx, referral_id, agreed=case.sharing_agreed)
    await store.lift_holds(tx.db, referral_id, "safeguarding", tx.now)
    if before is not None and before.state in ("finished", "closed"):
        await store.begin_new_episode(tx.db, referral_id)
    await store.reach(tx.db, referral_id, "received", tx.now if before is not None else triaged.received_at)
    await find_therapist(tx, referral_id, new=before is None)


async def close(closed: ReferralClosed, tx: Transaction) -> None:
    """Let go of everything that is kept for a referral, at whatever moment."""
    await _let_go(
        tx, closed.referral_id, "referral-closed", "completed" if closed.reason == "completed" else "ended-early"
    )


async def note_consent(given: ConsentGiven, tx: Transaction) -> None:
    """Go on with a client who now agrees that a therapist is told about them."""
    if given.purpose != "sharing":
        return
    await store.set_sharing(tx.db, given.referral_id, agreed=True)
    await note_sharing(tx, given.referral_id, agreed=True)
    case = await store.case_of(tx.db, tx.keys, given.referral_id)
    if case is not None:
        await find_therapist(tx, given.referral_id)


async def note_withdrawn_consent(withdrawn: ConsentWithdrawn, tx: Transaction) -> None:
    """Stop sharing at once; without consent to the referral itself, let go of everything.

    A therapy that has begun goes on when only sharing is withdrawn: nothing more is shared, and the two have met.
    """
    if withdrawn.purpose == "referral":
        await _let_go(tx, withdrawn.referral_id, "consent-withdrawn", "ended-early")
    elif withdrawn.purpose == "sharing":
        await store.set_sharing(tx.db, withdrawn.referral_id, agreed=False)
        await note_sharing(tx, withdrawn.referral_id, agreed=False)
        match = await store.live_match_of(tx.db, withdrawn.referral_id)
        if match is not None and match.state in BEFORE_THERAPY:
            await withdraw_match(tx, match, "consent-withdrawn")
        if match is None or match.state in BEFORE_THERAPY:
            await find_therapist(tx, withdrawn.referral_id)


async def _let_go(tx: Transaction, referral_id: ReferralId, reason: MatchEnd, outcome: TherapyOutcome) -> None:
    match = await store.live_match_of(tx.db, referral_id)
    if match is not None and match.state == "in-therapy":
        await end_therapy(tx, match, outcome, actor="system")
    elif match is not None:
        await withdraw_match(tx, match, reason)
    await store.set_case_state(tx.db, referral_id, "closed")
    await stop_waiting(tx, referral_id)


async def _need(tx: Transaction, profile: NeedProfile) -> Need:
    need = Need(
        client_group=profile.client_group,
        age_band=profile.age_band,
        legal_stage=profile.legal_stage,
        outward_code=profile.outward_code,
        setting=profile.setting,
        therapist_gender=profile.therapist_gender,
        languages=profile.languages,
        step_free_access=profile.step_free_access,
        means=profile.means,
        interpreter=profile.interpreter,
        affordable_per_session=None
        if profile.affordable_per_session is None
        else Pence(profile.affordable_per_session),
    )
    point = await store.point_of(tx.db, profile.outward_code) if profile.outward_code else None
    return replace(need, point=point)
