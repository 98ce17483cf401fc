"""Answers added up to a score or refused, and two scores of one person compared."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from services.funding.domain.measures import MEASURES, Gender, Measure, MeasureCode, cut_off_of

Change = Literal["recovered", "improved", "unchanged", "deteriorated", "not-scored"]


@dataclass(frozen=True, slots=True)
class Score:
    """A total; exact, so that an estimated one is neither rounded into a band nor out of it."""

    measure: MeasureCode
    total: Fraction
    band: str | None
    case: bool | None
    estimated: bool = False


@dataclass(frozen=True, slots=True)
class TooFewAnswers:
    """No score: fewer items were answered than the measure needs."""

    answered: int
    needed: int


def score(
    measure: Measure, answers: Sequence[int | None], *, age: int | None = None, gender: Gender | None = None
) -> Score | TooFewAnswers:
    """The score of one form; `None` is an item without an answer, and missing ones count as the mean of the others.

    Raises ValueError where there are not as many answers as items, or one is off the scale.
    """
    if len(answers) != measure.items:
        raise ValueError(f"{measure.name} has {measure.items} items")
    values: list[int] = []
    for number, answer in enumerate(answers, 1):
        if answer is None:
            continue
        if not 0 <= answer <= measure.highest:
            raise ValueError(f"an answer to {measure.name} is from 0 to {measure.highest}")
        values.append(measure.highest - answer if number in measure.turned else answer)
    if len(values) < measure.fewest:
        return TooFewAnswers(len(values), measure.fewest)
    total = Fraction(sum(values) * measure.items, len(values))
    limit = cut_off_of(measure, age, gender)
    case = None if limit is None else total >= limit
    return Score(measure.code, total, band_of(measure, total), case, estimated=len(values) < measure.items)


def band_of(measure: Measure, total: Fraction) -> str | None:
    """The name of the band that a total lies in; a total between two whole ones belongs to the lower band."""
    found = [band.words for band in measure.bands if band.lowest <= total]
    return found[-1] if found else None


def change_between(before: Score | TooFewAnswers, after: Score | TooFewAnswers) -> Change:
    """What became of somebody: lower is better, and less than the reliable change is no change.

    Recovered is a reliable change for the better that also crosses the cut-off (Jacobson and Truax, 1991).
    """
    if isinstance(before, TooFewAnswers) or isinstance(after, TooFewAnswers) or before.measure != after.measure:
        return "not-scored"
    better = before.total - after.total
    enough = MEASURES[before.measure].reliable_change
    if better <= -enough:
        return "deteriorated"
    if better < enough:
        return "unchanged"
    return "recovered" if before.case and after.case is False else "improved"
