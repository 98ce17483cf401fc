"""The counts of one report beside those of earlier ones: the same people, cut by different periods.

Everybody counts once, on one day, so that counts of periods add up; where periods overlap, what follows by
subtraction is a count of its own and protected like one.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from services.funding.domain.ranges import Range, Sum
from services.funding.domain.small_numbers import Figure, SmallNumbers
from services.funding.domain.suppression import Counts, protect

ALL = "all"
Cell = tuple[str, str]
"""A dimension and one of its values; the whole is `("all", "")`."""
WHOLE: Cell = (ALL, "")


@dataclass(frozen=True, slots=True)
class Period:
    """From one day up to, not including, another."""

    start: date
    end: date

    def holds(self, other: "Period") -> bool:
        """Whether all of another period lies in this one."""
        return self.start <= other.start and other.end <= self.end


@dataclass(frozen=True, slots=True)
class Counted:
    """Somebody who counts on this day, with one value for each dimension; nobody says who."""

    on: date
    labels: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Release:
    """What was published of a period, and by which policy."""

    period: Period
    policy: SmallNumbers
    figures: Mapping[Cell, Figure]


def release(
    period: Period,
    people: Sequence[Counted],
    values: Mapping[str, Sequence[str]],
    policy: SmallNumbers,
    earlier: Sequence[Release] = (),
) -> Release | None:
    """The figures of a period that may be published after `earlier` ones; None where none may.

    `values` lists every value of every dimension. Where the counts contradict what was published, none may either.
    """
    cells = [WHOLE, *((dimension, value) for dimension, listed in values.items() for value in listed)]
    pieces = _pieces([period, *(one.period for one in earlier)])
    counts = {piece: _count(people, piece) for piece in pieces}
    named = {_name(cell, piece): counts[piece][cell] for piece in pieces for cell in cells}
    sums = [
        Sum(_name(WHOLE, piece), tuple(_name((dimension, value), piece) for value in listed))
        for piece in pieces
        for dimension, listed in values.items()
    ]
    for whole in {period, *(one.period for one in earlier)} - set(pieces):
        within = [piece for piece in pieces if whole.holds(piece)]
        sums += [Sum(_name(cell, whole), tuple(_name(cell, piece) for piece in within)) for cell in cells]
    own = _count(people, period)
    wanted = Counts(
        {_name(cell, period): own[cell] for cell in cells},
        sums,
        {name: count for name, count in named.items() if name not in {_name(cell, period) for cell in cells}},
    )
    figures = protect(wanted, policy, _known(earlier))
    if figures is None:
        return None
    return Release(period, policy, {cell: figures[_name(cell, period)] for cell in cells})


def _known(earlier: Iterable[Release]) -> dict[str, Range]:
    known: dict[str, Range] = {}
    for one in earlier:
        for cell, figure in one.figures.items():
            name = _name(cell, one.period)
            lowest, highest = one.policy.behind(figure)
            before = known.get(name, Range())
            ends = [end for end in (highest, before.highest) if end is not None]
            known[name] = Range(max(lowest, before.lowest), min(ends) if ends else None)
    return known


def _pieces(periods: Sequence[Period]) -> list[Period]:
    cuts = sorted({day for period in periods for day in (period.start, period.end)})
    between = (Period(start, end) for start, end in pairwise(cuts))
    return [piece for piece in between if any(period.holds(piece) for period in periods)]


def _count(people: Iterable[Counted], period: Period) -> Counter[Cell]:
    found: Counter[Cell] = Counter()
    for one in people:
        if period.start <= one.on < period.end:
            found.update([WHOLE, *one.labels.items()])
    return found


def _name(cell: Cell, period: Period) -> str:
    return f"{cell[0]}={cell[1]}@{period.start}/{period.end}"
