"""Funds and gifts from a CSV file: every row is read and checked before the first one is taken in."""

import csv
import io
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TypeVar, get_args
from uuid import UUID

from services.funding.domain.amounts import pence_from
from services.funding.domain.days import likely_day
from services.funding.domain.funds import NOTHING, Fund, Restrictions
from services.funding.domain.vocabulary import AgeBand, ClientGroup, FundKind
from shared.kernel.ids import FundId
from shared.kernel.money import Pence
from shared.kernel.regions import Region

T = TypeVar("T")
C = TypeVar("C", bound=str)

REQUIRED = ("funder", "fund", "kind")
COLUMNS = (
    *REQUIRED, "client_groups", "regions", "age_bands", "available_from", "until", "cap_per_client", "share_of_fee",
    "amount", "reference", "received_on",
)  # fmt: skip
MOST_ROWS = 5000
_NO_ID = FundId(UUID(int=0))


@dataclass(frozen=True, slots=True)
class FundRow:
    """One row: a fund, and the money that came in for it, if any."""

    line: int
    funder: str
    name: str
    kind: FundKind
    restrictions: Restrictions
    amount: Pence | None = None
    reference: str = ""
    received_on: date | None = None


@dataclass(frozen=True, slots=True)
class RowError:
    """What is wrong, in which line of the file; the first line is the header."""

    line: int
    column: str
    sentence: str


def read_funds(text: str, today: date) -> list[FundRow] | list[RowError]:
    """The rows of a file, or everything that is wrong with it. Several codes in one cell are separated by spaces."""
    reader = csv.DictReader(io.StringIO(text.removeprefix("\ufeff")), restkey="", restval="")
    header = [name.strip() for name in reader.fieldnames or ()]
    unknown = [name for name in header if name not in COLUMNS]
    missing = [name for name in REQUIRED if name not in header]
    if unknown or missing:
        return [RowError(1, name, "This column is not known.") for name in unknown] + [
            RowError(1, name, "This column is missing.") for name in missing
        ]
    rows: list[FundRow] = []
    errors: list[RowError] = []
    try:
        for cells in reader:
            if len(rows) + len(errors) >= MOST_ROWS:
                return [RowError(reader.line_num, "", f"A file may have at most {MOST_ROWS} rows.")]
            row = _Cells(reader.line_num, cells, [])
            found = _read_row(row, today)
            errors += row.errors
            rows += [found] if found else []
    except csv.Error:
        return [RowError(reader.line_num, "", "This is not a readable CSV file.")]
    return errors or rows


@dataclass(frozen=True, slots=True)
class _Cells:
    """The cells of one row, and what was found wrong in them so far."""

    line: int
    typed: Mapping[str, str]
    errors: list[RowError]

    def text(self, column: str) -> str:
        return str(self.typed.get(column) or "").strip()

    def read(self, column: str, reading: Callable[[str], T]) -> T | None:
        """What a cell says; None where it is empty or wrong."""
        try:
            return reading(self.text(column)) if self.text(column) else None
        except ValueError as error:
            self.refuse(column, str(error))
            return None

    def refuse(self, column: str, sentence: str) -> None:
        self.errors.append(RowError(self.line, column, sentence))


def _read_row(cells: _Cells, today: date) -> FundRow | None:
    if cells.typed.get(""):
        cells.refuse("", "This row has more cells than the header.")
    for column in REQUIRED:
        if not cells.text(column):
            cells.refuse(column, "This must be filled in.")
    kind: FundKind | None = cells.read("kind", _one_of(get_args(FundKind)))
    restrictions = _restrictions(cells, kind)
    amount, received_on = cells.read("amount", pence_from), cells.read("received_on", _day)
    reference = cells.text("reference")
    for column, sentence in _wrong_with_gift(amount, reference, received_on, today):
        cells.refuse(column, sentence)
    if cells.errors or kind is None or restrictions is None:
        return None
    return FundRow(
        cells.line, cells.text("funder"), cells.text("fund"), kind, restrictions, amount, reference, received_on
    )


def _restrictions(cells: _Cells, kind: FundKind | None) -> Restrictions | None:
    try:
        terms = Restrictions(
            client_groups=cells.read("client_groups", _several_of(get_args(ClientGroup))) or frozenset(),
            regions=cells.read("regions", _several_of(get_args(Region))) or frozenset(),
            age_bands=cells.read("age_bands", _several_of(get_args(AgeBand))) or frozenset(),
            available_from=cells.read("available_from", _day),
            until=cells.read("until", _day),
            cap_per_client=cells.read("cap_per_client", pence_from),
            share_of_fee=cells.read("share_of_fee", _whole_number),
        )
        if kind is not None:
            Fund(_NO_ID, cells.text("fund"), kind, NOTHING, terms)
    except ValueError as error:
        cells.refuse("", str(error))
        return None
    return terms


def _wrong_with_gift(
    amount: Pence | None, reference: str, received_on: date | None, today: date
) -> Iterable[tuple[str, str]]:
    if amount is not None and not reference:
        yield "reference", "Money needs the reference of its payment."
    if amount is not None and received_on is None:
        yield "received_on", "Money needs the day on which it came in."
    if received_on is not None and received_on > today:
        yield "received_on", "Money cannot have come in on a day that is still to come."


def _one_of(codes: Sequence[C]) -> Callable[[str], C]:
    def read(typed: str) -> C:
        for code in codes:
            if code == typed:
                return code
        raise ValueError(f"This must be one of: {', '.join(codes)}.")

    return read


def _several_of(codes: Sequence[C]) -> Callable[[str], frozenset[C]]:
    one = _one_of(codes)
    return lambda typed: frozenset(one(code) for code in typed.split())


def _day(typed: str) -> date:
    try:
        day = date.fromisoformat(typed)
    except ValueError:
        raise ValueError("This must be a day like 2026-04-01.") from None
    return likely_day(day)


def _whole_number(typed: str) -> int:
    if not typed.isascii() or not typed.isdigit() or len(typed) > 9:
        raise ValueError("This must be a whole number.")
    return int(typed)
