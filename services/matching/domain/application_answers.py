"""What an applicant is asked, section by section; what is wrong with an answer is said without repeating it."""

import re
from collections.abc import Callable, Mapping
from typing import get_args

from services.matching.domain.applications import Answers, Application, ApplicationPolicy
from services.matching.domain.capacity import MOST_PLACES
from services.matching.domain.references import Role
from services.matching.domain.registration import Problem, entry_from
from services.matching.domain.therapists import Entry
from services.matching.domain.vocabulary import CHILD_BANDS, AgeBand, ClientGroup, LegalStage, Modality

SECTIONS: dict[str, tuple[str, ...]] = {
    "you": ("name", "email"),
    "training": ("body", "registration_number", "level", "training_days", "practice_hours"),
    "work": ("client_groups", "age_bands", "child_clearance", "legal_stages", "modalities"),
    "place": ("outward_code", "radius_km", "online", "step_free_access", "gender", "languages"),
    "terms": ("session_fee", "places"),
    "referees": ("supervisor_name", "supervisor_email", "professional_name", "professional_email"),
}
SEVERAL = frozenset({"client_groups", "age_bands", "legal_stages", "modalities", "languages"})
LANGUAGES: dict[str, str] = {
    "en": "English", "cy": "Welsh", "bfi": "British Sign Language", "ar": "Arabic", "bn": "Bengali", "fr": "French",
    "gu": "Gujarati", "pl": "Polish", "pt": "Portuguese", "pa": "Punjabi", "ro": "Romanian", "so": "Somali",
    "es": "Spanish", "ur": "Urdu",
}  # fmt: skip
LEVELS: dict[str, str] = {
    "4": "Level 4 (a diploma, or the like)",
    "5": "Level 5 (a foundation degree)",
    "6": "Level 6 (a first degree)",
    "7": "Level 7 (a master's degree)",
    "8": "Level 8 (a doctorate)",
    "lower": "None of these",
}

_OF_THE_REGISTER = {
    "name": "name",
    "email": "email",
    "registration_number": "registration_number",
    "outward_code": "outward_code",
    "radius_km": "radius_km",
    "session_fee": "session_fee",
    "supervisor_name": "name",
    "supervisor_email": "email",
    "professional_name": "name",
    "professional_email": "email",
}
"""Answers that the register's own rules read, with the column whose rule it is."""
_CHOICES: dict[str, tuple[tuple[str, ...], str]] = {
    "client_groups": (get_args(ClientGroup), "Choose at least one group of people that you work with."),
    "age_bands": (get_args(AgeBand), "Choose at least one age."),
    "legal_stages": (get_args(LegalStage), "Choose at least one situation."),
    "modalities": (get_args(Modality), "Choose at least one way of working."),
    "languages": (tuple(LANGUAGES), "Choose at least one language."),
    "child_clearance": (("yes", "no"), "Say whether you have an enhanced clearance for work with children."),
    "online": (("yes", "no"), "Say whether you also work online."),
    "step_free_access": (("yes", "no"), "Say whether your premises can be reached without steps."),
    "gender": (("woman", "man"), "Choose one; some clients ask for it."),
}
_NUMBERS: dict[str, tuple[int, int, str]] = {
    "training_days": (0, 999, "Enter the days as a whole number, like 3."),
    "practice_hours": (0, 9999, "Enter the hours of the last twelve months as a whole number, like 120."),
    "places": (1, MOST_PLACES, f"Enter how many of our clients you could see at one time, from 1 to {MOST_PLACES}."),
}


def read_section(section: str, answers: Answers, policy: ApplicationPolicy) -> tuple[Problem, ...]:
    """Everything that is wrong with the answers of one section."""
    found = [
        Problem(name, sentence)
        for name in SECTIONS[section]
        if (sentence := _wrong(name, answers.get(name, ()), policy))
    ]
    return (*found, *_beyond_one_answer(section, answers)) if not found else tuple(found)


def unanswered(answers: Mapping[str, Answers]) -> str | None:
    """The first section that has not been answered."""
    return next((section for section in SECTIONS if section not in answers), None)


def all_answers(by_section: Mapping[str, Answers]) -> Answers:
    """The answers of all sections together."""
    return {name: values for answers in by_section.values() for name, values in answers.items()}


def entry_of(answers: Answers) -> Entry | tuple[Problem, ...]:
    """What the register writes down about this applicant, or why it cannot."""
    row = {name: ";".join(values) for name, values in answers.items()}
    return entry_from({**row, "capacity_maximum": row.get("places", ""), "capacity_available": row.get("places", "")})


def _wrong(name: str, given: tuple[str, ...], policy: ApplicationPolicy) -> str:
    if name in _CHOICES:
        codes, sentence = _CHOICES[name]
        return "" if given and set(given) <= set(codes) else sentence
    text = given[0] if given else ""
    if name in _OF_THE_REGISTER:
        column = _OF_THE_REGISTER[name]
        return next((p.sentence for p in _problems({column: text}) if p.column == column), "")
    if name in _NUMBERS:
        lowest, highest, sentence = _NUMBERS[name]
        return "" if re.fullmatch(r"[0-9]{1,4}", text) and lowest <= int(text) <= highest else sentence
    return _OTHERS[name](text, policy)


def _problems(row: Mapping[str, str]) -> tuple[Problem, ...]:
    read = entry_from(row)
    return () if isinstance(read, Entry) else read


def _body(text: str, _policy: ApplicationPolicy) -> str:
    return "" if 0 < len(text) <= 100 and text[0].isalnum() and text.isprintable() else "Enter the body's name."


def _level(text: str, policy: ApplicationPolicy) -> str:
    if text not in LEVELS:
        return "Choose the level of your qualification."
    if text == "lower" or int(text) < policy.lowest_level:
        return f"We can take therapists with a qualification at level {policy.lowest_level} or above."
    return ""


_OTHERS: dict[str, Callable[[str, ApplicationPolicy], str]] = {"body": _body, "level": _level}


def _beyond_one_answer(section: str, answers: Answers) -> tuple[Problem, ...]:
    if section == "work" and set(answers["age_bands"]) & CHILD_BANDS and answers["child_clearance"] != ("yes",):
        return (Problem("child_clearance", "Without this clearance we cannot put anybody under 18 in touch with you."),)
    if section == "referees" and _same(answers, "supervisor_email", "professional_email"):
        return (Problem("professional_email", "Name two different people."),)
    return ()


def own_referee(answers: Answers) -> Problem | None:
    """Nobody vouches for themselves."""
    for name in ("supervisor_email", "professional_email"):
        if _same(answers, "email", name):
            return Problem(name, "This is your own address. Name somebody else.")
    return None


def _same(answers: Answers, one: str, other: str) -> bool:
    return answers[one][0].casefold() == answers[other][0].casefold()


def referee_problems(application: Application, role: Role, name: str, email: str) -> dict[str, str]:
    """What is wrong with somebody whom an applicant names later, by `name` and `email`."""
    found = {problem.column: problem.sentence for problem in _problems({"name": name, "email": email})}
    wrong: dict[str, str] = {column: found[column] for column in ("name", "email") if column in found}
    others = {asked.email.casefold() for asked in application.references if asked.role != role}
    if not wrong and email.casefold() == application.email.casefold():
        wrong["email"] = "This is your own address. Name somebody else."
    elif not wrong and email.casefold() in others:
        wrong["email"] = "Name two different people."
    return wrong
