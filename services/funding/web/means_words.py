"""How answers, and what came of them, read on a page."""

from collections.abc import Mapping
from dataclasses import dataclass

from services.funding.domain.amounts import pence_or_nothing_from
from services.funding.domain.means import Evidence, MeansState, MeansTest, Result
from services.funding.domain.means_questions import PERIODS, Question, asked_in, household_from, problems_in, steps_for
from services.funding.domain.means_words import Reckoning, reckoning
from services.funding.store import means_policies
from shared.kernel.money import pounds
from shared.messaging.kernel import Kernel

STATES: dict[MeansState, tuple[str, str]] = {
    "asked": ("Asked", ""),
    "begun": ("Begun", "accent"),
    "done": ("Complete", "good"),
    "closed": ("Closed", ""),
}
EVIDENCE: dict[Evidence, str] = {
    "none": "None seen",
    "payslip": "Payslip seen",
    "benefit-letter": "Benefit letter seen",
}


@dataclass(frozen=True, slots=True)
class Said:
    """One page of answers, ready to be read: its number, its title and each question with its answer."""

    at: int
    title: str
    answers: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a test, and how, for as long as the answers are kept."""

    result: Result
    how: Reckoning | None
    sessions_a_month: int


def answers_in_words(answers: Mapping[str, str]) -> list[Said]:
    """What was answered, page by page; pages that are not complete are left out."""
    return [
        Said(at, step.title, tuple((one.text, _read(one, answers)) for one in asked_in(step, answers)))
        for at, step in enumerate(steps_for(answers), 1)
        if not problems_in(step, answers)
    ]


async def outcome_of(kernel: Kernel, test: MeansTest) -> Outcome | None:
    """What came of a complete test; None where nothing was worked out."""
    if test.result is None:
        return None
    async with kernel.reading() as db:
        policy = await means_policies.means_policy_on(db, test.result.policy_from)
    if policy is None:
        return None
    how = reckoning(policy, household_from(test.answers)) if test.answers else None
    return Outcome(test.result, how, policy.per_session.sessions_a_month)


def _read(question: Question, answers: Mapping[str, str]) -> str:
    given = answers[question.key]
    if question.options == PERIODS:
        return dict(PERIODS)[given]
    if question.kind == "choice":
        return dict(question.options)[given]
    return pounds(pence_or_nothing_from(given)) if question.kind == "amount" else given
