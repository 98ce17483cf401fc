"""Reads a therapist from a row of text, or says column by column what is wrong, never repeating it."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar, get_args

from services.matching.domain.capacity import MOST_PLACES
from services.matching.domain.evidence_columns import EVIDENCE_COLUMNS
from services.matching.domain.therapists import Entry
from services.matching.domain.vocabulary import AgeBand, ClientGroup, Gender, LegalStage, Modality
from shared.kernel.money import Pence

T = TypeVar("T")

COLUMNS = (
    "registration_number", "name", "email", "gender", "client_groups", "age_bands", "languages", "outward_code",
    "radius_km", "online", "step_free_access", "session_fee", "capacity_maximum", "capacity_available",
)  # fmt: skip
OPTIONAL_COLUMNS = ("legal_stages", "child_clearance", "modalities", "concession_fee", *EVIDENCE_COLUMNS)
STARTS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r")
OUTWARD_CODE = re.compile(r"[A-Z]{1,2}[0-9][A-Z0-9]?")
_EMAIL = re.compile(r"[^\s@<>,;:\"()]{1,64}@[A-Za-z0-9.-]{1,190}\.[A-Za-z]{2,24}")
_NUMBER = re.compile(r"[A-Za-z0-9][A-Za-z0-9/-]{2,29}")
_LANGUAGE = re.compile(r"[a-z]{2,3}")
_MONEY = re.compile(r"£?([0-9]{1,4})(?:\.([0-9]{2}))?")


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong in one column."""

    column: str
    sentence: str


class NotUsable(Exception):
    """A cell cannot be read."""


def entry_from(row: Mapping[str, str]) -> Entry | tuple[Problem, ...]:
    """The entry that a row describes, or everything that is wrong with it."""
    found: dict[str, Any] = {}
    problems: list[Problem] = []
    for column, read in _READERS.items():
        cell = (row.get(column) or "").strip()
        try:
            found[column] = read(_harmless(cell))
        except NotUsable as refusal:
            problems.append(Problem(column, str(refusal)))
    if problems:
        return tuple(problems)
    if found["capacity_available"] > found["capacity_maximum"]:
        return (Problem("capacity_available", "There cannot be more free places than places."),)
    if found["concession_fee"] is not None and found["concession_fee"] >= found["session_fee"]:
        return (Problem("concession_fee", "A concession must be lower than the fee."),)
    return Entry(**found)


def normal_registration(text: str) -> str:
    """One spelling for a registration number."""
    return re.sub(r"\s+", "", text).upper()


def _harmless(cell: str) -> str:
    if cell.startswith(STARTS_A_FORMULA):
        raise NotUsable("A spreadsheet would run this as a formula. Enter plain text.")
    return cell


def _registration(cell: str) -> str:
    if not _NUMBER.fullmatch(normal_registration(cell)):
        raise NotUsable("Enter the registration number: 3 to 30 letters, digits, strokes or hyphens.")
    return normal_registration(cell)


def _name(cell: str) -> str:
    if not cell or len(cell) > 100 or not cell.isprintable():
        raise NotUsable("Enter the name, up to 100 characters.")
    return cell


def _email(cell: str) -> str:
    if not _EMAIL.fullmatch(cell):
        raise NotUsable("Enter an e-mail address, like name@example.org.")
    return cell


def _outward(cell: str) -> str:
    code = cell.upper()
    if not OUTWARD_CODE.fullmatch(code):
        raise NotUsable("Enter the first half of a postcode, like SW1A.")
    return code


def _yes_or_no(cell: str) -> bool:
    if cell.lower() not in ("yes", "no"):
        raise NotUsable("Enter yes or no.")
    return cell.lower() == "yes"


def _whole(lowest: int, highest: int) -> Callable[[str], int]:
    def read(cell: str) -> int:
        if not re.fullmatch(r"[0-9]{1,4}", cell) or not lowest <= int(cell) <= highest:
            raise NotUsable(f"Enter a whole number from {lowest} to {highest}.")
        return int(cell)

    return read


def _fee(cell: str) -> Pence:
    money = _MONEY.fullmatch(cell)
    pence = int(money[1]) * 100 + int(money[2] or 0) if money else -1
    if not 0 <= pence <= 50_000:
        raise NotUsable("Enter the fee for a session in pounds, like 60 or 62.50, up to 500.")
    return Pence(pence)


def _several(codes: tuple[T, ...], *, at_least_one: bool = True) -> Callable[[str], tuple[T, ...]]:
    def read(cell: str) -> tuple[T, ...]:
        named = {part.strip().lower() for part in cell.split(";") if part.strip()}
        if (at_least_one and not named) or named - set(codes):
            raise NotUsable(f"Enter one or more of {', '.join(map(str, codes))}, separated by semicolons.")
        return tuple(code for code in codes if code in named) or codes

    return read


def _modalities(cell: str) -> tuple[Modality, ...]:
    return _several(get_args(Modality))(cell) if cell else ()


def _languages(cell: str) -> tuple[str, ...]:
    named = tuple(dict.fromkeys(part.strip().lower() for part in cell.split(";") if part.strip()))
    if not named or not all(_LANGUAGE.fullmatch(language) for language in named):
        raise NotUsable("Enter language codes of two or three letters, like en;cy.")
    return named


def _gender(cell: str) -> Gender:
    if cell.lower() == "woman":
        return "woman"
    if cell.lower() == "man":
        return "man"
    raise NotUsable("Enter woman or man.")


_READERS: dict[str, Callable[[str], object]] = {
    "registration_number": _registration,
    "name": _name,
    "email": _email,
    "gender": _gender,
    "client_groups": _several(get_args(ClientGroup)),
    "age_bands": _several(get_args(AgeBand)),
    "legal_stages": _several(get_args(LegalStage), at_least_one=False),
    "child_clearance": lambda cell: _yes_or_no(cell or "no"),
    "languages": _languages,
    "outward_code": _outward,
    "radius_km": _whole(1, 500),
    "online": _yes_or_no,
    "step_free_access": _yes_or_no,
    "session_fee": _fee,
    "modalities": _modalities,
    "concession_fee": lambda cell: _fee(cell) if cell else None,
    "capacity_maximum": _whole(0, MOST_PLACES),
    "capacity_available": _whole(0, MOST_PLACES),
}
