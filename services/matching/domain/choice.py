"""Chooses the best therapist under all the rules, or says why there is none."""

from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256

from services.matching.domain.pairing import Candidate, Need, distance_of
from services.matching.domain.rules import Fails, failures_of
from services.matching.domain.scoring import Part, Weights, parts_of_score
from services.matching.domain.vocabulary import WaitReason
from services.matching.domain.waiting import reason_to_wait


@dataclass(frozen=True, slots=True)
class Considered:
    """One candidate as the decision saw them: the rules that fail, or else the parts of the score."""

    candidate: Candidate
    distance: float | None
    failures: tuple[Fails, ...]
    parts: tuple[Part, ...]
    draw: str

    @property
    def score(self) -> int:
        """The sum of the parts."""
        return sum(part.points for part in self.parts)


@dataclass(frozen=True, slots=True)
class Chosen:
    """The best therapist, and everyone who was looked at, the best first."""

    best: Considered
    considered: tuple[Considered, ...]


@dataclass(frozen=True, slots=True)
class NoneFits:
    """Nobody may take the client now, and what the client waits for."""

    reason: WaitReason
    considered: tuple[Considered, ...]


Choice = Chosen | NoneFits


def draw_of(seed: str, candidate: Candidate) -> str:
    """A lot for breaking ties: the same for the same seed, and no therapist's in general better than another's."""
    return lot_of(seed, str(candidate.therapist_id))


def lot_of(seed: str, name: str) -> str:
    """The lot of a therapist by the words of their id."""
    return sha256(f"{seed}:{name}".encode()).hexdigest()[:16]


def consider(need: Need, candidate: Candidate, weights: Weights, seed: str) -> Considered:
    """One candidate under every rule, and the score where all of them hold."""
    failures = failures_of(need, candidate)
    parts = () if failures else parts_of_score(need, candidate, weights)
    return Considered(candidate, distance_of(need, candidate), failures, parts, draw_of(seed, candidate))


def choose(need: Need, candidates: Iterable[Candidate], weights: Weights, *, seed: str) -> Choice:
    """The candidate with the highest score among those whom no rule excludes; ties go to the lower lot."""
    looked_at = (consider(need, candidate, weights, seed) for candidate in candidates)
    considered = tuple(sorted(looked_at, key=lambda one: (len(one.failures), -one.score, one.draw)))
    if considered and not considered[0].failures:
        return Chosen(considered[0], considered)
    return NoneFits(reason_to_wait(one.failures for one in considered), considered)
