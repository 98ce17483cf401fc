"""How well a therapist who may take a client suits them: whole points, by published, versioned weights."""

from dataclasses import dataclass

from services.matching.domain.pairing import Candidate, Need, can_meet_in_person, distance_of

BEST = 1000
FAR_KM = 60
CHEAP, DEAR = 4000, 12000
ONLINE_INSTEAD_OF_A_ROOM = 400
ALL_GROUPS = 9


@dataclass(frozen=True, slots=True)
class Weights:
    """How much each part counts; a version, once published, never changes."""

    version: int
    distance: int
    fee: int
    free_places: int
    specialism: int


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a score: its value from 0 to 1,000, what it counts, and why it is so."""

    name: str
    value: int
    weight: int
    sentence: str

    @property
    def points(self) -> int:
        """What the part adds to the score."""
        return self.value * self.weight


def _distance(need: Need, candidate: Candidate) -> tuple[int, str]:
    kilometres = distance_of(need, candidate)
    if not need.in_person:
        return BEST, "They meet online, as the client wishes."
    if kilometres is None or not can_meet_in_person(need, candidate):
        return ONLINE_INSTEAD_OF_A_ROOM, "They can meet online only."
    return max(0, round(BEST * (1 - kilometres / FAR_KM))), f"{kilometres} km apart."


def _fee(candidate: Candidate) -> tuple[int, str]:
    bounded = min(max(candidate.session_fee, CHEAP), DEAR)
    return BEST * (DEAR - bounded) // (DEAR - CHEAP), f"£{candidate.session_fee / 100:.2f} a session."


def _free_places(candidate: Candidate) -> tuple[int, str]:
    share = BEST * candidate.capacity_available // max(1, candidate.capacity_maximum)
    return share, f"{candidate.capacity_available} of {candidate.capacity_maximum} places are free."


def _specialism(candidate: Candidate) -> tuple[int, str]:
    count = len(candidate.client_groups)
    return BEST * (ALL_GROUPS - count) // (
        ALL_GROUPS - 1
    ), f"Works with {count} client group{'' if count == 1 else 's'}."


def parts_of_score(need: Need, candidate: Candidate, weights: Weights) -> tuple[Part, ...]:
    """The parts of the score of a pair that may be matched; nearer, cheaper, freer and more specialised is better."""
    found = (
        ("distance", _distance(need, candidate), weights.distance),
        ("fee", _fee(candidate), weights.fee),
        ("free-places", _free_places(candidate), weights.free_places),
        ("specialism", _specialism(candidate), weights.specialism),
    )
    return tuple(Part(name, value, weight, sentence) for name, (value, sentence), weight in found)
