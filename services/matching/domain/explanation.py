"""A decision written down in full, so that it can be shown, and made again, years later."""

from dataclasses import asdict, dataclass
from typing import Any, Literal
from uuid import UUID

from services.matching.domain.choice import Choice, Chosen, choose
from services.matching.domain.distance import Point
from services.matching.domain.pairing import Candidate, Need
from services.matching.domain.scoring import Weights
from shared.kernel.ids import TherapistId

FORM = 1


@dataclass(frozen=True, slots=True)
class Explanation:
    """What was decided, from what, by which weights."""

    need: Need
    weights: Weights
    seed: str
    choice: Choice

    def made_again(self) -> Choice:
        """The decision, made again from what went in."""
        return choose(self.need, [one.candidate for one in self.choice.considered], self.weights, seed=self.seed)


def written(explanation: Explanation) -> dict[str, Any]:
    """The explanation as plain values for storing."""
    choice = explanation.choice
    return {
        "form": FORM,
        "need": asdict(explanation.need),
        "weights": asdict(explanation.weights),
        "seed": explanation.seed,
        "outcome": _outcome(choice),
        "considered": [
            {
                "candidate": {**asdict(one.candidate), "therapist_id": str(one.candidate.therapist_id)},
                "distance": one.distance,
                "failures": [asdict(failure) for failure in one.failures],
                "parts": [asdict(part) for part in one.parts],
                "draw": one.draw,
            }
            for one in choice.considered
        ],
    }


def _outcome(choice: Choice) -> str:
    return f"chosen:{choice.best.candidate.therapist_id}" if isinstance(choice, Chosen) else f"waits:{choice.reason}"


def read_again(stored: dict[str, Any]) -> "Stored":
    """The stored explanation: what was written then, and the same decision made again now from the same inputs."""
    need = Need(**_tuples(stored["need"]) | {"point": _point(stored["need"]["point"])})
    candidates = [_candidate(one["candidate"]) for one in stored["considered"]]
    weights = Weights(**stored["weights"])
    explanation = Explanation(need, weights, stored["seed"], choose(need, candidates, weights, seed=stored["seed"]))
    return Stored(explanation, "same" if written(explanation) == _plain(stored) else "differs")


@dataclass(frozen=True, slots=True)
class Stored:
    """A past decision; `replay` says whether making it again gives the very same answer, part by part."""

    explanation: Explanation
    replay: Literal["same", "differs"]


def _tuples(values: dict[str, Any]) -> dict[str, Any]:
    return {name: tuple(value) if isinstance(value, list) else value for name, value in values.items()}


def _point(value: dict[str, float] | None) -> Point | None:
    return Point(**value) if value else None


def _candidate(values: dict[str, Any]) -> Candidate:
    rebuilt = {"therapist_id": TherapistId(UUID(values["therapist_id"])), "point": Point(**values["point"])}
    return Candidate(**_tuples(values) | rebuilt)


def _plain(stored: dict[str, Any]) -> dict[str, Any]:
    """Stored lists as the tuples that `written` gives, so that the two compare."""
    plain = {**stored, "need": _tuples(stored["need"])}
    plain["considered"] = [{**one, "candidate": _tuples(one["candidate"])} for one in stored["considered"]]
    return plain
