"""What matching tells about therapies, and when somebody is therefore asked how it goes."""

from datetime import timedelta

from services.funding.domain.evaluations import Course
from services.funding.domain.policy import Policy
from services.funding.domain.questionnaires import Moment
from services.funding.handlers.evaluating import EVALUATION_DUE, stop_asking
from services.funding.store import courses, referrals
from shared.events.matching import SessionAttended, TherapyEnded, TherapyStarted
from shared.kernel.ids import MatchId
from shared.messaging.transaction import Transaction


async def begin_course(started: TherapyStarted, tx: Transaction) -> None:
    """A therapy begins: remember as what this person may be counted, and ask how things are at the start."""
    course = Course(started.match_id, started.referral_id, started.therapist_id, tx.now)
    if not await courses.add_course(tx.db, course):
        return
    referral = await referrals.referral_of(tx.db, tx.keys, started.referral_id)
    if referral is not None and referral.profile is not None and referral.statistics_agreed:
        profile, person = referral.profile, referral.profile.person
        labels = {"group": person.client_group, "age": person.age_band, "region": person.region or "not-said"}
        more = {"source": profile.source or "not-said", "legal-stage": profile.legal_stage or "not-said"}
        await courses.keep_labels(tx.db, tx.keys, course.match_id, course.referral_id, {**labels, **more})
    _ask(tx, course.match_id, "start", tx.settings.policy.evaluation_after)


async def note_session(attended: SessionAttended, tx: Transaction) -> None:
    """A session took place; after so many of them, ask how it goes."""
    await courses.add_session(
        tx.db, attended.session_id, attended.match_id, attended.referral_id, attended.held_on, attended.number
    )
    policy: Policy = tx.settings.policy
    if attended.number == policy.review_after_sessions:
        _ask(tx, attended.match_id, "review", policy.evaluation_after)


async def end_course(ended: TherapyEnded, tx: Transaction) -> None:
    """A therapy is over: ask how it went. One that never began, or whose match was taken back, is not asked about."""
    if await courses.end_course(tx.db, ended.match_id, tx.now, ended.outcome):
        tx.cancel(EVALUATION_DUE, f"{ended.match_id}:review")
        _ask(tx, ended.match_id, "end", tx.settings.policy.evaluation_after)


async def stop_course(match_id: MatchId, tx: Transaction) -> None:
    """A match is taken back: nobody is asked about it any more."""
    for moment in ("start", "review", "end"):
        tx.cancel(EVALUATION_DUE, f"{match_id}:{moment}")
    await stop_asking(tx, match_id=match_id)


def _ask(tx: Transaction, match_id: MatchId, moment: Moment, after: timedelta) -> None:
    tx.schedule(EVALUATION_DUE, f"{match_id}:{moment}", tx.now + after)
