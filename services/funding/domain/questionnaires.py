"""Forms as data: questions with their choices, in versions, and which of them somebody is asked when."""

import json
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from services.funding.domain.measures import MEASURES, Measure, MeasureCode
from services.funding.domain.vocabulary import AgeBand

Moment = Literal["start", "review", "end"]
Respondent = Literal["client", "therapist"]
_CODE = re.compile(r"[a-z][a-z0-9-]{1,40}\Z")


@dataclass(frozen=True, slots=True)
class Question:
    """One question; each choice is the value that is kept and the words that are shown."""

    key: str
    text: str
    options: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Questionnaire:
    """One version of a form; that of a measure has exactly its items, numbered from 1."""

    code: str
    version: int
    title: str
    lead: str
    notice: str
    measure: Measure | None
    questions: tuple[Question, ...]

    def scored_answers(self, answers: Mapping[str, str]) -> list[int | None]:
        """The answers as the measure counts them, in order."""
        return [int(answers[one.key]) if one.key in answers else None for one in self.questions]


def questionnaire_from(content: Mapping[str, Any]) -> Questionnaire:
    """A form from its stored shape; raises ValueError with a sentence where it cannot be asked or scored.

    A measure may give its `items` as plain texts and one `scale` for all of them.
    """
    try:
        code, version = str(content["code"]), int(content["version"])
        measure = _measure_of(content.get("measure"))
        questions = _questions_of(content)
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"Something is missing or of the wrong kind: {error}.") from error
    if not _CODE.match(code) or version < 1:
        raise ValueError("Give a code such as core-10, and a version from 1.")
    title = str(content.get("title") or "")
    if not title or not questions:
        raise ValueError(f"{code}: a form needs a title and questions.")
    if measure is not None:
        _check_measure(code, measure, questions)
    lead, notice = (str(content.get(name) or "") for name in ("lead", "notice"))
    return Questionnaire(code, version, title, lead, notice, measure, questions)


def questionnaires_in(text: str) -> tuple[Questionnaire, ...]:
    """Every form in a file, a JSON list; raises ValueError with a sentence.

    Who copies the words of a measure says from its own paper which items count backwards and which one asks about
    danger, so that words and scoring are known to agree.
    """
    try:
        read = json.loads(text)
    except ValueError as error:
        raise ValueError("The file is not JSON.") from error
    if not isinstance(read, list) or not read or not all(isinstance(one, dict) for one in read):
        raise ValueError("The file must hold a list of questionnaires.")
    forms = tuple(questionnaire_from(one) for one in read)
    for content, form in zip(read, forms, strict=True):
        if form.measure is not None:
            _check_scoring(content, form.measure)
    return forms


def as_content(form: Questionnaire) -> dict[str, object]:
    """The stored shape."""
    return {
        "code": form.code,
        "version": form.version,
        "title": form.title,
        "lead": form.lead,
        "notice": form.notice,
        "measure": form.measure.code if form.measure else None,
        "questions": [{"key": one.key, "text": one.text, "options": list(one.options)} for one in form.questions],
    }


def forms_for(respondent: Respondent, moment: Moment, age_band: AgeBand, loaded: Collection[str]) -> tuple[str, ...]:
    """The codes of the forms that are asked, in order.

    The CORE measures where their words are loaded, else two that are free: PHQ-9 and GAD-7, from 13 years.
    """
    if respondent == "therapist":
        return ("therapist-start",) if moment == "start" else ("therapist-view",)
    young = age_band in ("under-13", "13-17")
    core = "yp-core" if young else "core-10"
    asked: tuple[str, ...] = (core,)
    if core not in loaded:
        asked = () if age_band == "under-13" else ("phq-9", "gad-7")
    if moment != "start":
        return (*asked, "your-hopes")
    return (*asked, "about-you-young" if young else "about-you")


def _measure_of(code: MeasureCode | None) -> Measure | None:
    if code is None:
        return None
    if code not in MEASURES:
        raise ValueError(f"There is no measure {code}.")
    return MEASURES[code]


def _questions_of(content: Mapping[str, Any]) -> tuple[Question, ...]:
    if "items" in content:
        scale = tuple((str(value), str(label)) for value, label in enumerate(content["scale"]))
        return tuple(Question(str(number), str(text), scale) for number, text in enumerate(content["items"], 1))
    return tuple(
        Question(str(one["key"]), str(one["text"]), tuple((str(value), str(label)) for value, label in one["options"]))
        for one in content["questions"]
    )


def _check_measure(code: str, measure: Measure, questions: tuple[Question, ...]) -> None:
    values = [str(value) for value in range(measure.highest + 1)]
    fits = [one.key for one in questions] == [str(number) for number in range(1, measure.items + 1)]
    if code != measure.code or not fits or any([value for value, _ in one.options] != values for one in questions):
        raise ValueError(f"{measure.name} has {measure.items} items, each answered from 0 to {measure.highest}.")


def _check_scoring(content: Mapping[str, Any], measure: Measure) -> None:
    said = content.get("reversed", []), content.get("risk_item")
    if said != (sorted(measure.turned), measure.alerts):
        raise ValueError(
            f"{measure.name} is scored with reversed items {sorted(measure.turned)} and risk item {measure.alerts}; "
            "the file must say the same under reversed and risk_item, as the form you copied has it."
        )
