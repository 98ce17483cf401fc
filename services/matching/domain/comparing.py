"""Why one therapist and not another: the rules that fail and what would change them, or the parts of the score."""

from dataclasses import dataclass

from services.matching.domain.changes import Impossible, Possible, smallest_change
from services.matching.domain.choice import Choice, Considered
from services.matching.domain.pairing import Need
from services.matching.domain.scoring import Weights
from shared.kernel.ids import TherapistId


@dataclass(frozen=True, slots=True)
class Difference:
    """One part of two scores, in points of 100; `gap` is what the asked-about therapist has more."""

    name: str
    asked: int
    best: int
    asked_sentence: str
    best_sentence: str

    @property
    def gap(self) -> int:
        """What the asked-about therapist has more, below 0 where it is less."""
        return self.asked - self.best


@dataclass(frozen=True, slots=True)
class Excluded:
    """Rules fail; what it would take together, or what nothing changes."""

    considered: Considered
    change: Possible | Impossible


@dataclass(frozen=True, slots=True)
class Outscored:
    """All rules hold and somebody has a higher score, or wins the draw at an equal one."""

    considered: Considered
    best: Considered
    differences: tuple[Difference, ...]


@dataclass(frozen=True, slots=True)
class TheBest:
    """All rules hold and nobody has a higher score."""

    considered: Considered


Answer = Excluded | Outscored | TheBest


def why_not(need: Need, choice: Choice, therapist_id: TherapistId, weights: Weights) -> Answer | None:
    """The answer about one of those who were looked at; None for anybody else."""
    asked = next((one for one in choice.considered if one.candidate.therapist_id == therapist_id), None)
    if asked is None:
        return None
    if asked.failures:
        return Excluded(asked, smallest_change(need, asked.candidate))
    best = choice.considered[0]
    if best is asked:
        return TheBest(asked)
    return Outscored(asked, best, differences(asked, best, weights))


def differences(asked: Considered, best: Considered, weights: Weights) -> tuple[Difference, ...]:
    """Part by part, the largest disadvantage first."""
    found = (
        Difference(
            part.name,
            in_hundred(part.points, weights),
            in_hundred(other.points, weights),
            part.sentence,
            other.sentence,
        )
        for part, other in zip(asked.parts, best.parts, strict=True)
    )
    return tuple(sorted(found, key=lambda difference: difference.gap))


def in_hundred(points: int, weights: Weights) -> int:
    """Points as people read them: the whole score is 100."""
    return round(100 * points / weights.whole) if weights.whole else 0
