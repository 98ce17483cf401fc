"""Which therapists could ever take which client, by the rules themselves, and how well each pair suits."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import cos, radians

from deploy.simulation.clients import Client, clients_of
from deploy.simulation.setup import WEIGHTS, Progress, Setup
from deploy.simulation.therapists import Therapist, therapists_of
from services.matching.domain.limits import Limit, Money
from services.matching.domain.pairing import Candidate, Need, can_meet_in_person, distance_of
from services.matching.domain.rules import failures_of
from services.matching.domain.scoring import parts_of_score
from services.matching.domain.vocabulary import ClientGroup

PASSING = "free-places"
"""The one part of the score that is about the moment and not about the two people."""
ENOUGH = Money(0, (Limit("good"),))


@dataclass(frozen=True, slots=True)
class Suits:
    """A therapist whom no lasting rule excludes: where they stand on the register, and the worth of the pair.

    `worth` is the score by the published weights as if there were money for everybody, without its passing part;
    `kilometres` is None for online sessions.
    """

    therapist: int
    worth: int
    kilometres: float | None


@dataclass(frozen=True, slots=True)
class World:
    """Everything that chance decided before anybody is matched; the same for every policy."""

    setup: Setup
    clients: tuple[Client, ...]
    therapists: tuple[Therapist, ...]
    suitable: tuple[tuple[Suits, ...], ...]


def world_of(setup: Setup, progress: Progress = lambda _done, _all: None) -> World:
    """Draw a world; `progress` is told how many clients of how many have been looked at."""
    clients, therapists = clients_of(setup), therapists_of(setup)
    finder = Finder(therapists)
    suitable = []
    for client in clients:
        suitable.append(finder.suitable_for(client.need))
        progress(len(suitable), len(clients))
    return World(setup, clients, therapists, tuple(suitable))


class Finder:
    """Finds who suits: by client group and by a box around the travel radius first, as the register's index does."""

    def __init__(self, therapists: Sequence[Therapist]) -> None:
        self._by_group: dict[ClientGroup, list[Therapist]] = defaultdict(list)
        for therapist in therapists:
            for group in therapist.candidate.client_groups:
                self._by_group[group].append(therapist)

    def suitable_for(self, need: Need) -> tuple[Suits, ...]:
        """Everybody who may take this client when they are here and have a place."""
        near = [one for one in self._by_group[need.client_group] if _perhaps(need, one.candidate)]
        return tuple(_suits(need, one) for one in near if not failures_of(need, one.candidate))


def _perhaps(need: Need, candidate: Candidate) -> bool:
    if need.online and candidate.online:
        return True
    if need.point is None:
        return False
    point, reach = candidate.point, candidate.radius_km / 110.0
    return abs(need.point.latitude - point.latitude) <= reach and abs(
        need.point.longitude - point.longitude
    ) <= reach / cos(radians(point.latitude))


def _suits(need: Need, therapist: Therapist) -> Suits:
    parts = parts_of_score(replace(need, money=ENOUGH), therapist.candidate, WEIGHTS)
    worth = sum(part.points for part in parts if part.name != PASSING)
    met = can_meet_in_person(need, therapist.candidate)
    return Suits(therapist.index, worth, distance_of(need, therapist.candidate) if met else None)
