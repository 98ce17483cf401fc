"""A stored decision laid out for people: candidates by rules, then the parts of the score."""

from dataclasses import dataclass

from services.matching.domain.choice import Considered
from services.matching.domain.explanation import Stored
from services.matching.domain.rules import RULES, Fails
from shared.kernel.ids import TherapistId

SHOWN = 30
BAR = 240
"""Units of length in which a whole score is drawn."""


@dataclass(frozen=True, slots=True)
class Segment:
    """One part of a score, as a piece of a bar."""

    name: str
    points: int
    sentence: str
    start: float
    length: float


@dataclass(frozen=True, slots=True)
class Row:
    """One candidate: what each rule said (None where it holds), and the score where all hold."""

    therapist_id: TherapistId
    name: str
    distance: float | None
    outcomes: tuple[Fails | None, ...]
    segments: tuple[Segment, ...]
    score: int
    out_of: int

    @property
    def failures(self) -> tuple[Fails, ...]:
        """The rules that do not hold."""
        return tuple(outcome for outcome in self.outcomes if outcome is not None)


@dataclass(frozen=True, slots=True)
class Laid:
    """Everything that the page shows of a decision."""

    stored: Stored
    headings: tuple[str, ...]
    sentences: tuple[str, ...]
    rows: tuple[Row, ...]
    left_out: int
    names: dict[TherapistId, str]


def laid_out(stored: Stored, names: dict[TherapistId, str]) -> Laid:
    """The decision as rows, the best candidates first and no more than people can read."""
    considered = stored.explanation.choice.considered
    weights = stored.explanation.weights
    whole = weights.whole
    return Laid(
        stored,
        tuple(rule.heading for rule in RULES),
        tuple(rule.sentence for rule in RULES),
        tuple(_row(one, names, whole) for one in considered[:SHOWN]),
        max(0, len(considered) - SHOWN),
        names,
    )


def _row(one: Considered, names: dict[TherapistId, str], whole: int) -> Row:
    failing = {failure.code: failure for failure in one.failures}
    segments: list[Segment] = []
    start = 0.0
    for part in one.parts:
        length = round(BAR * part.points / whole, 1)
        segments.append(Segment(part.name, round(100 * part.points / whole), part.sentence, start, length))
        start = round(start + length, 1)
    therapist_id = one.candidate.therapist_id
    return Row(
        therapist_id,
        names.get(therapist_id, "Erased"),
        one.distance,
        tuple(failing.get(rule.code) for rule in RULES),
        tuple(segments),
        round(100 * one.score / whole),
        100,
    )
