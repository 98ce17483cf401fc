"""Hides more than the small counts themselves where totals, or what was published before, would give one of them away.

What a reader knows is a system of whole numbers: every published figure has a lowest and a highest count behind it,
and totals are the sums of their parts. A hidden count is safe while that system leaves it at least `ROOM` values.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from services.funding.domain.ranges import Range, Sum, possible
from services.funding.domain.small_numbers import Figure, Hidden, Shown, SmallNumbers

ROOM = 3
"""How many values a hidden count must be able to have."""


@dataclass(frozen=True, slots=True)
class Counts:
    """What one release would like to show; `sums` also name counts that are not shown but follow from others.

    `implied` are such counts, with their true value: what follows by subtraction from two releases is protected too.
    """

    counts: Mapping[str, int]
    sums: Sequence[Sum]
    implied: Mapping[str, int] = field(default_factory=dict)


def protect(wanted: Counts, policy: SmallNumbers, known: Mapping[str, Range] | None = None) -> dict[str, Figure] | None:
    """What may be published of each count, given what is `known` from earlier releases; None where nothing may be.

    The smallest of the figures that could help is hidden next, totals last, until no small count can be worked out;
    then each that turned out not to be needed is shown again. Hiding one more only ever widens what the others can
    be, so whatever was found safe stays so.
    """
    known = known or {}
    figures: dict[str, Figure] = {name: policy.shown(count) for name, count in wanted.counts.items()}
    in_doubt = at_stake(figures, wanted, policy)
    while in_doubt := exposed(in_doubt, reader_knows(figures, policy, known), wanted.sums):
        following = _next_to_hide(figures, wanted, in_doubt)
        if following is None:
            return None
        figures[following] = Hidden(primary=False)
        in_doubt |= {following}
    return _shown_again(figures, wanted, policy, known)


def at_stake(figures: Mapping[str, Figure], wanted: Counts, policy: SmallNumbers) -> set[str]:
    """Every count that must not be worked out: what is hidden, and what is small and only follows from others."""
    small = {name for name, count in wanted.implied.items() if isinstance(policy.shown(count), Hidden)}
    return small | {name for name, figure in figures.items() if isinstance(figure, Hidden)}


def exposed(names: Collection[str], bounds: Mapping[str, Range], sums: Sequence[Sum]) -> set[str]:
    """Those of the counts to which everything published leaves fewer than `ROOM` values."""
    return {name for name in names if _too_narrow(possible(name, bounds, sums))}


def reader_knows(figures: Mapping[str, Figure], policy: SmallNumbers, known: Mapping[str, Range]) -> dict[str, Range]:
    """The range behind each figure, narrowed by what earlier releases said of the same count."""
    bounds = dict(known)
    for name, figure in figures.items():
        lowest, highest = policy.behind(figure)
        before = known.get(name, Range())
        ends = [end for end in (highest, before.highest) if end is not None]
        bounds[name] = Range(max(lowest, before.lowest), min(ends) if ends else None)
    return bounds


def _shown_again(
    figures: dict[str, Figure], wanted: Counts, policy: SmallNumbers, known: Mapping[str, Range]
) -> dict[str, Figure]:
    for name in [each for each, figure in figures.items() if figure == Hidden(primary=False)]:
        more = {**figures, name: policy.shown(wanted.counts[name])}
        if not exposed(at_stake(more, wanted, policy), reader_knows(more, policy, known), wanted.sums):
            figures = more
    return figures


def _too_narrow(found: Range | None) -> bool:
    if found is None:
        return True
    return found.highest is not None and found.highest - found.lowest + 1 < ROOM


def _next_to_hide(figures: Mapping[str, Figure], wanted: Counts, found: Collection[str]) -> str | None:
    totals = {one.total for one in wanted.sums}
    near = {name for one in wanted.sums for name in (one.total, *one.parts) if {*found} & {one.total, *one.parts}}
    shown = [
        (name not in near, name in totals, wanted.counts[name], name)
        for name, figure in figures.items()
        if isinstance(figure, Shown) and figure.value > 0
    ]
    return min(shown)[3] if shown else None
