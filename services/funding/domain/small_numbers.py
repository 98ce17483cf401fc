"""Which counts may leave the house as they are: small ones are hidden, the others are rounded."""

from dataclasses import dataclass
from typing import Literal

PresetName = Literal["nhs-secondary-care", "nhs-mental-health"]


@dataclass(frozen=True, slots=True)
class Hidden:
    """A count that is not shown; `primary` because it is small, else because it would give a small one away."""

    primary: bool = True


@dataclass(frozen=True, slots=True)
class Shown:
    """A count as it is shown."""

    value: int


Figure = Hidden | Shown


@dataclass(frozen=True, slots=True)
class SmallNumbers:
    """Counts below `fewest` are hidden, but not always nothing at all; others go to the nearest multiple."""

    name: PresetName
    fewest: int
    zero_shown: bool
    nearest: int

    def shown(self, count: int) -> Figure:
        """A count as it may be published by itself, before it is looked at together with others."""
        if count < 0:
            raise ValueError("a count is not below zero")
        if self.zero_shown and count == 0:
            return Shown(0)
        return Hidden() if count < self.fewest else Shown(self.rounded(count))

    def rounded(self, count: int) -> int:
        """The nearest multiple; upwards from half way."""
        return (2 * count + self.nearest) // (2 * self.nearest) * self.nearest

    def behind(self, figure: Figure) -> tuple[int, int | None]:
        """The lowest and the highest count that can stand behind what is published.

        A reader is taken to know the rules, and even why a count is hidden.
        """
        if isinstance(figure, Hidden):
            return (int(self.zero_shown), self.fewest - 1) if figure.primary else (self.fewest, None)
        if self.zero_shown and figure.value == 0:
            return 0, 0
        return max(self.fewest, figure.value - self.nearest // 2), figure.value + (self.nearest - 1) // 2


def percent_shown(part: Figure, whole: Figure) -> int | None:
    """A share in whole per cent, from what is published; None where either part is hidden or the whole is nothing."""
    if isinstance(part, Hidden) or isinstance(whole, Hidden) or whole.value == 0:
        return None
    return min(100, (200 * part.value + whole.value) // (2 * whole.value))


PRESETS: dict[PresetName, SmallNumbers] = {
    "nhs-secondary-care": SmallNumbers("nhs-secondary-care", fewest=8, zero_shown=True, nearest=5),
    "nhs-mental-health": SmallNumbers("nhs-mental-health", fewest=5, zero_shown=False, nearest=5),
}
