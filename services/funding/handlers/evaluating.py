"""Asks clients and therapists how it goes, reminds them, and stops at once when the client no longer agrees."""

from dataclasses import replace
from secrets import token_urlsafe

from services.funding.domain.evaluations import OPEN, Course, Evaluation
from services.funding.domain.policy import Policy
from services.funding.domain.questionnaires import Moment, Respondent, forms_for
from services.funding.domain.vocabulary import AgeBand
from services.funding.store import courses, evaluations, questionnaires, referrals
from shared.events.funding import EvaluationDue
from shared.events.sealed import EvaluationLink
from shared.kernel.ids import AdministrationId, MatchId, ReferralId
from shared.messaging.transaction import Transaction

EVALUATION_DUE = "evaluation-due"
EVALUATION_REMINDER = "evaluation-reminder"


async def ask_now(tx: Transaction, match_id: MatchId, moment: Moment) -> None:
    """Ask both, each by a letter of their own; nobody where the client does not agree to it."""
    course = await courses.course_of(tx.db, match_id)
    referral = await referrals.referral_of(tx.db, tx.keys, course.referral_id) if course else None
    if course is None or referral is None or not referral.evaluation_agreed:
        return
    age_band: AgeBand = referral.profile.person.age_band if referral.profile else await _age_asked_before(tx, course)
    for respondent in ("client", "therapist"):
        await _ask(tx, course, moment, respondent, age_band)


async def remind(tx: Transaction, evaluation_id: AdministrationId) -> None:
    """Write once more; after the last reminder and its time, stop asking."""
    found = await evaluations.evaluation_by_id(tx.db, tx.keys, evaluation_id, locked=True)
    if found is None or found.state not in OPEN:
        return
    policy: Policy = tx.settings.policy
    if found.reminded >= len(policy.reminder_days):
        await evaluations.save_evaluation(tx.db, tx.keys, replace(found, state="closed"), tx.now)
        return
    again = replace(found, reminded=found.reminded + 1)
    await evaluations.save_evaluation(tx.db, tx.keys, again, tx.now)
    await _write(tx, again)


async def stop_asking(
    tx: Transaction, *, referral_id: ReferralId | None = None, match_id: MatchId | None = None
) -> None:
    """Close what is still open about a referral or a match."""
    for evaluation_id in await evaluations.close_open(tx.db, referral_id=referral_id, match_id=match_id, now=tx.now):
        tx.cancel(EVALUATION_REMINDER, str(evaluation_id))


async def give_consent(referral_id: ReferralId, tx: Transaction) -> None:
    """The client agrees to be asked, from the next moment on."""
    await referrals.set_evaluation_agreed(tx.db, referral_id, agreed=True)


async def withdraw_consent(referral_id: ReferralId, tx: Transaction) -> None:
    """The client does not want to be asked, nor their answers kept: both end at once."""
    await referrals.set_evaluation_agreed(tx.db, referral_id, agreed=False)
    await stop_asking(tx, referral_id=referral_id)
    await evaluations.forget_answers(tx.db, referral_id)


async def allow_counting(referral_id: ReferralId, tx: Transaction) -> None:
    """The client agrees to be counted, from their next therapy on."""
    await referrals.set_statistics_agreed(tx.db, referral_id, agreed=True)


async def stop_counting(referral_id: ReferralId, tx: Transaction) -> None:
    """The client does not want to be counted as anything any more; it acts on every report made from now on."""
    await referrals.set_statistics_agreed(tx.db, referral_id, agreed=False)
    await courses.forget_labels(tx.db, referral_id)


async def _ask(tx: Transaction, course: Course, moment: Moment, respondent: Respondent, age_band: AgeBand) -> None:
    codes = forms_for(respondent, moment, age_band, await questionnaires.codes_loaded(tx.db))
    versions = await questionnaires.latest_versions(tx.db, codes)
    evaluation = Evaluation(
        evaluation_id=AdministrationId(tx.new_id()),
        match_id=course.match_id,
        referral_id=course.referral_id,
        therapist_id=course.therapist_id,
        moment=moment,
        respondent=respondent,
        parts=tuple((code, versions[code]) for code in codes),
        state="due",
        due_at=tx.now,
    )
    if await evaluations.add_evaluation(tx.db, evaluation, tx.now):
        await _write(tx, evaluation)


async def _write(tx: Transaction, evaluation: Evaluation) -> None:
    token = token_urlsafe(32)
    await evaluations.add_link(tx.db, evaluation.evaluation_id, token, tx.now)
    tx.emit(
        EvaluationDue(
            referral_id=evaluation.referral_id,
            administration_id=evaluation.evaluation_id,
            respondent=evaluation.respondent,
            therapist_id=evaluation.therapist_id,
            reminder=evaluation.reminded,
        ),
        seal={"notifications": EvaluationLink(link=f"{tx.settings.public_url('funding')}/evaluations/{token}")},
    )
    policy: Policy = tx.settings.policy
    tx.schedule(EVALUATION_REMINDER, str(evaluation.evaluation_id), tx.now + policy.reminder_after(evaluation.reminded))


async def _age_asked_before(tx: Transaction, course: Course) -> AgeBand:
    """The profile is gone when a referral is closed; what was asked at the start says whether they are young."""
    first = await evaluations.evaluation_at(tx.db, tx.keys, course.match_id, "start", "client")
    young = first is not None and any(code == "about-you-young" for code, _ in first.parts)
    if young and first is not None:
        measured = {code for code, _ in first.parts}
        return "13-17" if measured & {"yp-core", "phq-9"} else "under-13"
    return "26-64"
