"""The public form's questions in their order, which of them apply, and the finished request they add up to."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from pydantic import ValidationError

from services.intake.domain.answers import Contact, Need, Submission
from services.intake.domain.codes import NO_LEGAL_STAGE, LegalStage
from services.intake.handlers.drafting import APART
from services.intake.store.drafts import Answers
from services.intake.web import answering, apart
from services.intake.web.answering import Answer
from shared.kernel.errors import Conflict
from shared.kernel.money import Pence
from shared.web.forms import Form

A = TypeVar("A", bound=Answer)


@dataclass(frozen=True, slots=True)
class Question:
    """One page: its address, its neutral title, what may be answered, and whether it is asked at all."""

    slug: str
    title: str
    model: type[Answer]
    applies: Callable[[Answers], bool] = lambda _: True
    sensitive: bool = False


def answer_to(answers: Answers, slug: str, name: str) -> str:
    """One answer of the draft, or nothing."""
    return next(iter(answers.get(slug, {}).get(name, [])), "")


def _has_stage(answers: Answers) -> bool:
    group = answer_to(answers, "help", "client_group")
    return group != "rather-say" and group not in NO_LEGAL_STAGE


QUESTIONS: tuple[Question, ...] = (
    Question("who", "Who this is for", answering.Who),
    Question("help", "What brings you here", answering.Help, sensitive=True),
    Question("age", "Age", answering.Age),
    Question("safety", "Safety", answering.Safety, sensitive=True),
    Question("situation", "Your situation", answering.Situation, _has_stage, sensitive=True),
    Question("contact", "How we may reach you", answering.ContactAnswer, sensitive=True),
    Question("place", "Where", answering.Place),
    Question("wishes", "What would help", answering.Wishes),
    Question(APART, "Somebody to keep apart", apart.Apart, sensitive=True),
    Question("cost", "Cost", answering.Cost),
    Question("words", "Anything else", answering.OwnWords, sensitive=True),
    Question("agreement", "What you agree to", answering.Agreement),
)
BY_SLUG = {question.slug: question for question in QUESTIONS}


def asked(answers: Answers) -> list[Question]:
    """The questions that apply to what was answered so far."""
    return [question for question in QUESTIONS if question.applies(answers)]


def first_unanswered(answers: Answers) -> Question | None:
    """The first question that applies and has no good answer yet."""
    return next((question for question in asked(answers) if read(answers, question) is None), None)


def after(question: Question, answers: Answers) -> Question | None:
    """The next question that applies; None after the last."""
    rest = QUESTIONS[QUESTIONS.index(question) + 1 :]
    return next((following for following in rest if following.applies(answers)), None)


def before(question: Question, answers: Answers) -> Question | None:
    """The question before, that applies; None before the first."""
    earlier = QUESTIONS[: QUESTIONS.index(question)]
    return next((one for one in reversed(earlier) if one.applies(answers)), None)


def read(answers: Answers, question: Question) -> Answer | None:
    """The answers of one page, checked again; None where they are missing or no longer good."""
    if question.slug not in answers:
        return None
    fields = question.model.model_fields
    kept = {name: values for name, values in answers[question.slug].items() if name in fields}
    several = {name for name in kept if name == "purposes"}
    try:
        return question.model.model_validate(
            {name: values if name in several else values[0] for name, values in kept.items() if values}
        )
    except ValidationError:
        return None


def form_of(question: Question, answers: Answers) -> Form[Answer]:
    """The page's form, filled in with what was answered before, or else with what is taken where nothing is chosen."""
    kept = answers.get(question.slug)
    if kept is None:
        defaults = {name: field.default for name, field in question.model.model_fields.items()}
        return Form(None, {name: (value,) for name, value in defaults.items() if isinstance(value, str) and value})
    return Form(None, {name: tuple(values) for name, values in kept.items()})


def submission_of(answers: Answers) -> Submission | Question:
    """The finished request, or the first question that stands in its way."""
    missing = first_unanswered(answers)
    if missing is not None:
        return missing
    return Submission(
        channel="web",
        source="family" if answer_to(answers, "who", "asker") == "close-person" else "self",
        need=_need(answers),
        contact=_contact(answers),
        consents=_typed(answers, "agreement", answering.Agreement).purposes,
        words=_typed(answers, "words", answering.OwnWords).text,
    )


def _typed(answers: Answers, slug: str, model: type[A]) -> A:
    found = read(answers, BY_SLUG[slug])
    if not isinstance(found, model):
        raise Conflict("answer-missing", "One of the answers is missing. Please go through them again.")
    return found


def _need(answers: Answers) -> Need:
    group = _typed(answers, "help", answering.Help).client_group
    place = _typed(answers, "place", answering.Place)
    wishes = _typed(answers, "wishes", answering.Wishes)
    cost = _typed(answers, "cost", answering.Cost)
    other = wishes.language == "other"
    return Need(
        asker=_typed(answers, "who", answering.Who).asker,
        client_group=None if group == "rather-say" else group,
        age_band=_typed(answers, "age", answering.Age).age_band,
        danger=_typed(answers, "safety", answering.Safety).danger,
        legal_stage=_stage(answers),
        outward_code=place.outward or None,
        setting="online" if place.where == "online" else wishes.setting,
        therapist_gender=wishes.therapist_gender,
        languages=("en",) if other else (wishes.language,),
        other_language=other,
        step_free_access=wishes.step_free_access == "yes",
        means=cost.means,
        affordable_per_session=Pence(round(float(cost.affordable) * 100)) if cost.affordable else None,
        conflict_tokens=tuple(answers.get(APART, {}).get("codes", ())),
    )


def _stage(answers: Answers) -> LegalStage | None:
    if not _has_stage(answers):
        return "none" if answer_to(answers, "help", "client_group") in NO_LEGAL_STAGE else None
    stage = _typed(answers, "situation", answering.Situation).legal_stage
    return None if stage == "rather-not" else stage


def _contact(answers: Answers) -> Contact:
    given = _typed(answers, "contact", answering.ContactAnswer)
    return Contact(
        channel=given.channel,
        name=given.name,
        email=given.email or "",
        phone=given.phone or given.mobile or "",
        may_leave_message=given.may_leave_message == "yes",
        safe_hours=given.safe_hours,
    )
