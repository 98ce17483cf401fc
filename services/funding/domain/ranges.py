"""What a count can be, where only ranges and sums are known: solved exactly, in whole numbers, by HiGHS."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

BEYOND = 1_000_000
"""Stands for no limit: no count of people or sessions comes near it."""


@dataclass(frozen=True, slots=True)
class Range:
    """From the lowest to the highest value, both possible; no highest means that there is no limit."""

    lowest: int = 0
    highest: int | None = None


@dataclass(frozen=True, slots=True)
class Sum:
    """A total that is exactly what its parts add up to."""

    total: str
    parts: tuple[str, ...]


def possible(name: str, bounds: Mapping[str, Range], sums: Sequence[Sum]) -> Range | None:
    """The lowest and highest whole number that `name` can be; None where nothing at all fits what is known."""
    # Loading these takes a third of the time in which funding starts, and only reports need them.
    import numpy as np  # noqa: PLC0415
    from scipy.optimize import Bounds, LinearConstraint, milp  # noqa: PLC0415

    names = sorted({name, *bounds, *(part for one in sums for part in (one.total, *one.parts))})
    place = {each: at for at, each in enumerate(names)}
    ranges = [bounds.get(each, Range()) for each in names]
    rows = np.zeros((len(sums), len(names)))
    for at, one in enumerate(sums):
        rows[at, place[one.total]] -= 1
        for part in one.parts:
            rows[at, place[part]] += 1
    ends: list[int] = []
    for direction in (1, -1):
        wanted = np.zeros(len(names))
        wanted[place[name]] = direction
        found = milp(
            wanted,
            integrality=np.ones(len(names)),
            bounds=Bounds(
                np.array([one.lowest for one in ranges], dtype=float),
                np.array([BEYOND if one.highest is None else one.highest for one in ranges], dtype=float),
            ),
            constraints=[LinearConstraint(rows, 0, 0)] if len(sums) else [],
        )
        if found.x is None:
            return None
        ends.append(round(found.x[place[name]]))
    lowest, highest = ends
    return Range(lowest, None if highest >= BEYOND // 2 else highest)
