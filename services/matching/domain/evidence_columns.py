"""Reads credentials from the optional columns of a row of text, or says column by column what is wrong."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import get_args

from services.matching.domain.credentials import ClearanceLevel, CredentialKind, Evidence, Wrong

PREFIXES: dict[str, CredentialKind] = {
    "training": "specialist-training",
    "insurance": "insurance",
    "development": "development-hours",
    "practice": "practice-hours",
    "clearance": "clearance",
    "membership": "body-membership",
}
_ENDINGS: dict[str, str] = {"issued": "issued_on", "expires": "expires_on", "amount": "amount"}
EVIDENCE_COLUMNS = (
    "training_issued", "training_amount", "insurance_issued", "insurance_expires", "insurance_amount",
    "development_issued", "development_amount", "development_on_this_work", "practice_issued", "practice_amount",
    "clearance_issued", "clearance_expires", "clearance_level", "membership_issued", "membership_expires",
)  # fmt: skip
_AMOUNT = re.compile(r"£?[0-9]{1,3}(?:,?[0-9]{3}){0,3}|[0-9]{1,9}")


@dataclass(frozen=True, slots=True)
class WrongCell:
    """What is wrong in one of these columns."""

    column: str
    sentence: str


def evidence_from(row: Mapping[str, str]) -> tuple[Evidence, ...] | tuple[WrongCell, ...]:
    """What a row shows of each kind, kinds without any cell left out, or everything that cannot be read."""
    found: list[Evidence] = []
    wrong: list[WrongCell] = []
    for prefix, kind in PREFIXES.items():
        cells = {column: (row.get(column) or "").strip() for column in EVIDENCE_COLUMNS if _prefix(column) == prefix}
        if not any(cells.values()):
            continue
        read = _read(prefix, kind, cells)
        if isinstance(read, Evidence):
            found.append(read)
        else:
            wrong += read
    return tuple(wrong) or tuple(found)


def column_of(wrong: Wrong, kind: CredentialKind) -> str:
    """The column in which an answer stands that a rule found wrong."""
    prefix = next(prefix for prefix, known in PREFIXES.items() if known == kind)
    endings = {field: ending for ending, field in _ENDINGS.items()}
    return f"{prefix}_{endings.get(wrong.field, wrong.field)}"


def pounds_or_number(kind: CredentialKind, text: str) -> int | None:
    """An amount as we keep it, cover in pence; None for what is no whole amount."""
    if not _AMOUNT.fullmatch(text):
        return None
    number = int(text.lstrip("£").replace(",", ""))
    return number * 100 if kind == "insurance" else number


def _read(prefix: str, kind: CredentialKind, cells: Mapping[str, str]) -> Evidence | list[WrongCell]:
    wrong: list[WrongCell] = []
    days: dict[str, date | None] = {}
    for ending in ("issued", "expires"):
        cell = cells.get(f"{prefix}_{ending}", "")
        days[ending] = _day(cell)
        if days[ending] is None and (cell or ending == "issued"):
            wrong.append(WrongCell(f"{prefix}_{ending}", "Enter a day like 2026-06-30."))
    amounts: dict[str, int | None] = {}
    for ending in ("amount", "on_this_work"):
        cell = cells.get(f"{prefix}_{ending}", "")
        amounts[ending] = pounds_or_number(kind, cell) if cell else None
        if cell and amounts[ending] is None:
            wrong.append(WrongCell(f"{prefix}_{ending}", "Enter a whole number."))
    level = _level(cells.get(f"{prefix}_level", ""))
    if cells.get(f"{prefix}_level") and level is None:
        wrong.append(WrongCell(f"{prefix}_level", f"Enter one of {', '.join(get_args(ClearanceLevel))}."))
    issued = days["issued"]
    if wrong or issued is None:
        return wrong
    return Evidence(
        kind=kind,
        issued_on=issued,
        expires_on=days["expires"],
        amount=amounts["amount"],
        on_this_work=amounts["on_this_work"],
        level=level,
    )


def _prefix(column: str) -> str:
    return column.split("_", 1)[0]


def _day(cell: str) -> date | None:
    try:
        return date.fromisoformat(cell) if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", cell) else None
    except ValueError:
        return None


def _level(cell: str) -> ClearanceLevel | None:
    return next((level for level in get_args(ClearanceLevel) if level == cell.lower()), None)
