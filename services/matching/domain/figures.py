"""Whether offers are accepted as often and clients wait as long whoever they are: shares, medians, intervals, flags."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from math import ceil, floor, sqrt
from typing import Literal

from services.matching.domain.pairing import Need
from shared.kernel.regions import region_of

Dimension = Literal["region", "client-group", "age-band", "payer"]
DIMENSIONS: tuple[Dimension, ...] = ("region", "client-group", "age-band", "payer")
SMALLEST_SHOWN = 5
Z = 1.959964
"""The 97.5 % point of the normal distribution, for intervals that hold the truth 95 times in 100."""


@dataclass(frozen=True, slots=True)
class Figure:
    """So many answered offers of one kind, whose clients had waited so many days."""

    dimension: Dimension
    value: str
    accepted: bool
    days: int
    n: int = 1


@dataclass(frozen=True, slots=True)
class Estimate:
    """A share in per cent or a median in days with its 95 % interval; `differs` where all others lie outside."""

    value: float
    low: float
    high: float
    differs: bool


@dataclass(frozen=True, slots=True)
class Group:
    """One value of a dimension; without estimates where there are too few to show."""

    value: str
    offers: int | None
    acceptance: Estimate | None
    accepted: int | None
    wait: Estimate | None


def figures_of(need: Need, *, accepted: bool, days: int) -> tuple[Figure, ...]:
    """What an answered offer is counted under, one dimension at a time."""
    payer = "self-payer" if need.means == "full-fee" else "subsidised"
    values: dict[Dimension, str] = {
        "region": region_of(need.outward_code) or "not-known",
        "client-group": need.client_group,
        "age-band": need.age_band,
        "payer": payer,
    }
    return tuple(Figure(dimension, value, accepted, max(0, days)) for dimension, value in values.items())


def quarter_of(day: date) -> date:
    """The first day of its quarter."""
    return date(day.year, 3 * ((day.month - 1) // 3) + 1, 1)


def groups_of(figures: Iterable[Figure]) -> tuple[Group, ...]:
    """The groups of one dimension, by name; small ones hidden, and never only one, which the total would tell."""
    by_value: dict[str, list[Figure]] = defaultdict(list)
    for figure in figures:
        by_value[figure.value].append(figure)
    sizes = {value: sum(one.n for one in of_one) for value, of_one in by_value.items()}
    hidden = {value for value, size in sizes.items() if size < SMALLEST_SHOWN}
    if len(hidden) == 1 and len(sizes) > 1:
        hidden.add(min(sizes.keys() - hidden, key=lambda value: (sizes[value], value)))
    everyone = [figure for of_one in by_value.values() for figure in of_one]
    return tuple(
        Group(value, None, None, None, None) if value in hidden else _group(value, by_value[value], everyone)
        for value in sorted(by_value)
    )


def _group(value: str, own: list[Figure], everyone: list[Figure]) -> Group:
    others = [figure for figure in everyone if figure.value != value]
    offers, accepted = _count(own), _count(own, accepted=True)
    other_offers = _count(others)
    low, high = share_interval(accepted, offers)
    other_share = _count(others, accepted=True) / other_offers if other_offers else accepted / offers
    acceptance = Estimate(
        round(100 * accepted / offers, 1),
        round(100 * low, 1),
        round(100 * high, 1),
        other_offers >= SMALLEST_SHOWN and not low <= other_share <= high,
    )
    if accepted < SMALLEST_SHOWN:
        return Group(value, offers, acceptance, None, None)
    return Group(value, offers, acceptance, accepted, _wait(_days(own), _days(others)))


def _count(figures: Iterable[Figure], *, accepted: bool | None = None) -> int:
    return sum(one.n for one in figures if accepted is None or one.accepted is accepted)


def _days(figures: Iterable[Figure]) -> list[int]:
    return sorted(day for one in figures if one.accepted for day in [one.days] * one.n)


def _wait(own: list[int], others: list[int]) -> Estimate:
    low, high = median_interval(own)
    differs = len(others) >= SMALLEST_SHOWN and not low <= median(others) <= high
    return Estimate(median(own), low, high, differs)


def share_interval(part: int, whole: int) -> tuple[float, float]:
    """Wilson's score interval, which stays within 0 and 1 and is honest where there are few."""
    share = part / whole
    middle = (share + Z * Z / (2 * whole)) / (1 + Z * Z / whole)
    half = Z / (1 + Z * Z / whole) * sqrt(share * (1 - share) / whole + Z * Z / (4 * whole * whole))
    return max(0.0, middle - half), min(1.0, middle + half)


def median(ordered: list[int]) -> float:
    """The middle of ordered values, or the mean of the two in the middle."""
    half = len(ordered) // 2
    return float(ordered[half]) if len(ordered) % 2 else (ordered[half - 1] + ordered[half]) / 2


def median_interval(ordered: list[int]) -> tuple[int, int]:
    """The values at the ranks between which the median lies 95 times in 100, whatever the distribution."""
    spread = Z * sqrt(len(ordered)) / 2
    low = max(0, floor(len(ordered) / 2 - spread))
    high = min(len(ordered) - 1, ceil(len(ordered) / 2 + spread))
    return ordered[low], ordered[high]
