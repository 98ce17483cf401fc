"""One filling of forms: by whom, when, how far it has got, and what a finished therapy comes to."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal, cast

from services.funding.domain.measures import MEASURES, Gender, MeasureCode, alert_in
from services.funding.domain.questionnaires import Moment, Questionnaire, Respondent
from services.funding.domain.scores import Change, TooFewAnswers, change_between, score
from shared.kernel.ids import AdministrationId, MatchId, ReferralId, TherapistId

EvaluationState = Literal["due", "begun", "done", "closed"]
Desired = Literal["achieved", "partly", "not", "not-said"]
Part = tuple[str, int]
"""The code and the version of a form."""
Answers = Mapping[str, Mapping[str, str]]
"""Form → question → choice."""
OPEN: frozenset[EvaluationState] = frozenset({"due", "begun"})


@dataclass(frozen=True, slots=True)
class Course:
    """A therapy as evaluations follow it."""

    match_id: MatchId
    referral_id: ReferralId
    therapist_id: TherapistId
    started_at: datetime
    ended_at: datetime | None = None
    outcome: Literal["completed", "ended-early"] | None = None


@dataclass(frozen=True, slots=True)
class Evaluation:
    """What somebody is asked at one moment of a therapy; `answers` are empty until they begin."""

    evaluation_id: AdministrationId
    match_id: MatchId
    referral_id: ReferralId
    therapist_id: TherapistId
    moment: Moment
    respondent: Respondent
    parts: tuple[Part, ...]
    state: EvaluationState
    due_at: datetime
    reminded: int = 0
    alerted: bool = False
    answers: Answers | None = None
    answered_by: str = ""

    @property
    def next_part(self) -> int | None:
        """The first form that was not sent yet, counted from 1; None where all were."""
        done = self.answers or {}
        return next((at for at, (code, _) in enumerate(self.parts, 1) if code not in done), None)


@dataclass(frozen=True, slots=True)
class Result:
    """How a therapy went, by one measure and by what the client had hoped for."""

    measure: MeasureCode | None
    change: Change
    desired: Desired


@dataclass(frozen=True, slots=True)
class Outcome:
    """The result of one match, and the day on which it was known."""

    match_id: MatchId
    referral_id: ReferralId
    scored_on: date
    result: Result


def problem_with(form: Questionnaire, answers: Mapping[str, str], *, skip: bool) -> dict[str, str]:
    """A sentence for each question that has no answer or one that is no choice; with `skip`, gaps are all right."""
    found: dict[str, str] = {}
    for one in form.questions:
        given = answers.get(one.key)
        if given is None and not skip:
            found[one.key] = f"Choose an answer: {one.text[0].lower()}{one.text[1:].rstrip('?.')}."
        elif given is not None and given not in {value for value, _ in one.options}:
            found[one.key] = "Choose one of the answers."
    return found


def tells_of_danger(form: Questionnaire, answers: Mapping[str, str]) -> bool:
    """Whether a person must look at once."""
    return form.measure is not None and alert_in(form.measure, form.scored_answers(answers))


def result_of(begin: Answers | None, end: Answers) -> Result:
    """What changed between two fillings, by the first measure that both were asked."""
    said = end.get("your-hopes", {}).get("desired", "not-said")
    desired = cast("Desired", said)
    age, gender = _person((begin or {}).get("about-you-young", {}))
    for measure in MEASURES.values():
        first, last = (begin or {}).get(measure.code), end.get(measure.code)
        if first is None or last is None:
            continue
        before, after = (
            score(
                measure, [_number(given.get(str(item))) for item in range(1, measure.items + 1)], age=age, gender=gender
            )
            for given in (first, last)
        )
        if not isinstance(before, TooFewAnswers) and not isinstance(after, TooFewAnswers):
            return Result(measure.code, change_between(before, after), desired)
    return Result(None, "not-scored", desired)


def _person(about: Mapping[str, str]) -> tuple[int | None, Gender | None]:
    age, gender = about.get("age", ""), about.get("gender")
    return (int(age) if age.isdigit() else None), cast("Gender", gender) if gender in ("female", "male") else None


def _number(given: str | None) -> int | None:
    return None if given is None else int(given)
