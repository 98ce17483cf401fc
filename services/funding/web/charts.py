"""Charts of reports as SVG that says what it shows: bars with figures, hidden ones marked as hidden."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from services.funding.domain.reports import Dimension, figure_in
from services.funding.domain.small_numbers import Shown
from shared.kernel.money import Pence, pounds

WIDTH, ROW = 270, 40
"""A row is a line of words with its bar below, so that a chart can be read on a phone as well as on paper."""


@dataclass(frozen=True, slots=True)
class Row:
    """One value: its words, what is shown for it, and how long its bar is; that of a hidden one says nothing."""

    words: str
    shown: str
    length: int
    hidden: bool
    y: int


@dataclass(frozen=True, slots=True)
class Chart:
    """One dimension as bars, and the same in one sentence for those who do not see them."""

    code: str
    title: str
    rows: Sequence[Row]
    height: int
    description: str
    left_out: Sequence[str]
    width: int = WIDTH


def charts_of(frozen: Mapping[str, Any] | None, dimensions: Sequence[Dimension]) -> list[Chart]:
    """A chart for each dimension; none where nothing of it may be published."""
    return [] if frozen is None else [chart_of(one, frozen["by"][one.code]) for one in dimensions]


def chart_of(dimension: Dimension, figures: Mapping[str, int | str]) -> Chart:
    """The bars of one dimension; values of nobody at all are only named below it."""
    found = {value: figure_in(figures[value]) for value in dimension.values}
    kept = {value: figure for value, figure in found.items() if figure != Shown(0)}
    most = max([figure.value for figure in kept.values() if isinstance(figure, Shown)], default=1)
    rows: list[Row] = []
    for value, figure in kept.items():
        words, y = _capital(dimension.values[value]), len(rows) * ROW
        if isinstance(figure, Shown):
            rows.append(Row(words, str(figure.value), max(2, figure.value * WIDTH // most), hidden=False, y=y))
        else:
            rows.append(Row(words, "hidden", WIDTH, hidden=True, y=y))
    said = ", ".join(f"{row.words.lower()} {row.shown}" for row in rows) or "nobody"
    left_out = [dimension.values[value] for value in found if value not in kept]
    height = max(1, len(rows)) * ROW
    return Chart(dimension.code, dimension.title, rows, height, f"{dimension.title}: {said}.", left_out)


def money_chart(money: Mapping[str, int]) -> Chart:
    """Where the money of the fund was at the end of the period."""
    parts = {
        "Spent": money["spent_in_all"],
        "Promised, not yet spent": money["promised_at_end"],
        "Still available": money["available_at_end"],
    }
    most = max(*parts.values(), 1)
    rows = [
        Row(words, pounds(Pence(amount)), amount and max(2, amount * WIDTH // most), hidden=False, y=at * ROW)
        for at, (words, amount) in enumerate(parts.items())
    ]
    said = ", ".join(f"{row.words.lower()} {row.shown}" for row in rows)
    whole = pounds(Pence(money["received_in_all"]))
    return Chart("money", "Where the money is", rows, len(rows) * ROW, f"Of {whole} received in all: {said}.", ())


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]
