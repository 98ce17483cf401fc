"""Takes in answers, form by form: looks at once where somebody may be in danger, and scores a therapy at its end."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

from services.funding.domain.days import day_of
from services.funding.domain.evaluations import OPEN, Evaluation, Outcome, problem_with, result_of, tells_of_danger
from services.funding.handlers.evaluating import EVALUATION_REMINDER
from services.funding.store import courses, evaluations, questionnaires
from shared.events.funding import OutcomeScored, RiskAnswered
from shared.events.sealed import OutcomeProfile
from shared.kernel.errors import NotFound
from shared.kernel.ids import AdministrationId
from shared.messaging.transaction import Transaction


@dataclass(frozen=True, slots=True)
class Sent:
    """One form was taken in; `following` is the next one, None after the last."""

    following: int | None
    danger: bool


@dataclass(frozen=True, slots=True)
class Incomplete:
    """Nothing was taken in: a sentence for each question that needs an answer."""

    problems: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Over:
    """Nothing is asked any more: everything was answered, or the time for it is over."""

    why: Literal["done", "closed"]


async def send_form(
    tx: Transaction, evaluation_id: AdministrationId, at: int, answers: Mapping[str, str], *, skip: bool
) -> Sent | Incomplete | Over:
    """Take in the answers to one form, counted from 1; gaps only with `skip`, and then perhaps without a score."""
    found = await evaluations.evaluation_by_id(tx.db, tx.keys, evaluation_id, locked=True)
    if found is None or not 1 <= at <= len(found.parts):
        raise NotFound("evaluation-unknown", "There is no such page.")
    if found.state not in OPEN:
        return Over("done" if found.state == "done" else "closed")
    part = found.parts[at - 1]
    form = await questionnaires.questionnaire(tx.db, part)
    given = {one.key: answers[one.key] for one in form.questions if answers.get(one.key)}
    if problems := problem_with(form, given, skip=skip):
        return Incomplete(problems)
    danger = tells_of_danger(form, given)
    if danger and not found.alerted:
        tx.emit(RiskAnswered(referral_id=found.referral_id, administration_id=evaluation_id))
    now = replace(
        found,
        answers={**(found.answers or {}), part[0]: given},
        state="begun",
        alerted=found.alerted or danger,
        answered_by=tx.actor,
    )
    if now.next_part is None:
        now = replace(now, state="done")
        await _finish(tx, now)
    await evaluations.save_evaluation(tx.db, tx.keys, now, tx.now)
    return Sent(now.next_part, danger)


async def _finish(tx: Transaction, done: Evaluation) -> None:
    tx.cancel(EVALUATION_REMINDER, str(done.evaluation_id))
    if done.respondent == "client" and done.moment == "start":
        await _count_gender(tx, done)
    if done.respondent == "client" and done.moment == "end":
        await _score_therapy(tx, done)


async def _count_gender(tx: Transaction, done: Evaluation) -> None:
    about = {**(done.answers or {}).get("about-you", {}), **(done.answers or {}).get("about-you-young", {})}
    labels = await courses.labels_of(tx.db, tx.keys, done.match_id)
    if labels is not None and "gender" in about:
        more = {**labels, "gender": about["gender"]}
        await courses.keep_labels(tx.db, tx.keys, done.match_id, done.referral_id, more)


async def _score_therapy(tx: Transaction, done: Evaluation) -> None:
    first = await evaluations.evaluation_at(tx.db, tx.keys, done.match_id, "start", "client")
    result = result_of(first.answers if first else None, done.answers or {})
    outcome = Outcome(done.match_id, done.referral_id, day_of(tx.now), result)
    await evaluations.save_outcome(tx.db, tx.keys, outcome)
    tx.emit(
        OutcomeScored(referral_id=done.referral_id, match_id=done.match_id, therapist_id=done.therapist_id),
        seal={"matching": OutcomeProfile(measure=result.measure, change=result.change, desired=result.desired)},
    )
