"""The questionnaires that are scored: how many items each has, which run the other way, and where its limits lie.

CORE-10: Barkham and others, 2013. YP-CORE: Twigg and others, 2016. PHQ-9: Kroenke and others, 2001.
GAD-7: Spitzer and others, 2006. Only numbers stand here; the words of the items are loaded as a questionnaire.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import sqrt
from statistics import NormalDist
from typing import Literal

MeasureCode = Literal["core-10", "yp-core", "phq-9", "gad-7"]
Gender = Literal["female", "male"]
BOTH_TAILS = NormalDist().inv_cdf(0.975)


def reliable_change_index(deviation: float, reliability: float) -> float:
    """The smallest change beyond chance (Jacobson and Truax, 1991), at five per cent in both tails together."""
    return BOTH_TAILS * sqrt(2) * deviation * sqrt(1 - reliability)


@dataclass(frozen=True, slots=True)
class Band:
    """A name for the totals from `lowest` up to the next band."""

    lowest: int
    words: str


@dataclass(frozen=True, slots=True)
class Measure:
    """One measure; items are counted from 1 as on paper, and a form with fewer answers than `fewest` has no score."""

    code: MeasureCode
    name: str
    items: int
    highest: int
    bands: tuple[Band, ...]
    reliable_change: float
    fewest: int
    cut_off: int | None = None
    turned: frozenset[int] = frozenset()
    alerts: int | None = None

    @property
    def largest(self) -> int:
        """The highest total there is."""
        return self.items * self.highest


MEASURES: dict[MeasureCode, Measure] = {
    "core-10": Measure(
        "core-10",
        "CORE-10",
        10,
        4,
        (
            Band(0, "healthy"),
            Band(6, "low"),
            Band(11, "mild"),
            Band(15, "moderate"),
            Band(20, "moderate to severe"),
            Band(25, "severe"),
        ),
        6,
        9,
        cut_off=11,
        turned=frozenset({2, 3}),
        alerts=6,
    ),
    "yp-core": Measure(
        "yp-core",
        "YP-CORE",
        10,
        4,
        (),
        reliable_change_index(7.5, 0.8),
        9,
        turned=frozenset({3, 5, 10}),
        alerts=4,
    ),
    "phq-9": Measure(
        "phq-9",
        "PHQ-9",
        9,
        3,
        (
            Band(0, "minimal"),
            Band(5, "mild"),
            Band(10, "moderate"),
            Band(15, "moderately severe"),
            Band(20, "severe"),
        ),
        6,
        9,
        cut_off=10,
        alerts=9,
    ),
    "gad-7": Measure(
        "gad-7",
        "GAD-7",
        7,
        3,
        (Band(0, "minimal"), Band(5, "mild"), Band(10, "moderate"), Band(15, "severe")),
        4,
        7,
        cut_off=8,
    ),
}
_YOUNG_CUT_OFFS: dict[tuple[Gender, bool], Fraction] = {
    ("male", False): Fraction("1.03"),
    ("male", True): Fraction("1.41"),
    ("female", False): Fraction("1.44"),
    ("female", True): Fraction("1.59"),
}
"""Means of an item for boys and girls of 11 to 13, and from 14 to 16."""


def cut_off_of(measure: Measure, age: int | None = None, gender: Gender | None = None) -> Fraction | None:
    """The total from which somebody counts as a case; None where it depends on an age and gender we do not know."""
    if measure.code != "yp-core":
        return None if measure.cut_off is None else Fraction(measure.cut_off)
    if age is None or gender is None or not 11 <= age <= 16:
        return None
    return _YOUNG_CUT_OFFS[gender, age >= 14] * measure.items


def alert_in(measure: Measure, answers: Sequence[int | None]) -> bool:
    """Whether the answers say that somebody may be in danger: anything above nothing on the item that asks it."""
    return measure.alerts is not None and (answers[measure.alerts - 1] or 0) > 0
