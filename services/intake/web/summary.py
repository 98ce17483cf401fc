"""The answers as the check page lists them."""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from services.intake.domain.purposes import AGREEMENTS
from services.intake.handlers.drafting import APART
from services.intake.store.drafts import Answers
from services.intake.web import questions, wording
from services.intake.web.questions import Question, answer_to

Given = Mapping[str, list[str]]
NOTHING = wording.Words("")


class Row(NamedTuple):
    """One line: what was asked, what was answered, and whether it is folded away."""

    question: Question
    lines: list[str]


def rows_of(answers: Answers) -> list[Row]:
    """A line for each question that applies."""
    online_only = answer_to(answers, "place", "where") == "online"
    rows = [Row(question, _LINES[question.slug](answers[question.slug])) for question in questions.asked(answers)]
    return [row._replace(lines=row.lines[1:]) if row.question.slug == "wishes" and online_only else row for row in rows]


def _one(given: Given, name: str, otherwise: str = "") -> str:
    return next(iter(given.get(name, [])), otherwise)


def _text(choices: Mapping[Any, wording.Words], code: str, otherwise: wording.Words = NOTHING) -> str:
    return choices.get(code, otherwise).text


def _help(given: Given) -> list[str]:
    return [_text(wording.GROUPS, _one(given, "client_group"), wording.RATHER_SAY)]


def _safety(given: Given) -> list[str]:
    return ["Somebody in danger now: " + _text(wording.DANGERS, _one(given, "danger")).lower()]


def _contact(given: Given) -> list[str]:
    channel = _one(given, "channel")
    lines = [_text(wording.CHANNELS, channel)]
    lines += [_one(given, name) for name in ("name", "email", "phone", "mobile") if _one(given, name)]
    if channel == "phone":
        may = "may" if _one(given, "may_leave_message") == "yes" else "may not"
        lines.append(f"We {may} leave a message")
    if channel in ("phone", "text"):
        lines.append(_text(wording.HOURS, _one(given, "safe_hours", "any")))
    return lines


def _wishes(given: Given) -> list[str]:
    lines = [
        _text(wording.SETTINGS, _one(given, "setting", "either")),
        "Therapist: " + _text(wording.GENDERS, _one(given, "therapist_gender", "no-preference")).lower(),
        wording.LANGUAGES[_one(given, "language", "en")],
    ]
    return [*lines, "Access without steps"] if _one(given, "step_free_access") else lines


def _apart(given: Given) -> list[str]:
    return ["A code, of which nobody can read what you told us" if given.get("codes") else "Nobody"]


def _cost(given: Given) -> list[str]:
    amount = _one(given, "affordable")
    return [_text(wording.MEANS, _one(given, "means")), *([f"About £{amount} a session"] if amount else [])]


def _agreement(given: Given) -> list[str]:
    return [agreement.title for agreement in AGREEMENTS if agreement.purpose in given.get("purposes", [])]


_LINES: dict[str, Callable[[Given], list[str]]] = {
    "who": lambda given: [_text(wording.ASKERS, _one(given, "asker"))],
    "help": _help,
    "age": lambda given: [_text(wording.AGES, _one(given, "age_band"))],
    "safety": _safety,
    "situation": lambda given: [_text(wording.STAGES, _one(given, "legal_stage"), wording.RATHER_NOT)],
    "contact": _contact,
    "place": lambda given: [_one(given, "outward") or "Only online"],
    "wishes": _wishes,
    APART: _apart,
    "cost": _cost,
    "words": lambda given: _one(given, "text", "Nothing").split("\n"),
    "agreement": _agreement,
}
