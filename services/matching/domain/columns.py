"""Scores of many pairs: each part counted once for all clients who are alike in what it looks at."""

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import replace
from typing import Protocol

from services.matching.domain.pairing import Candidate, Need
from services.matching.domain.scoring import METHODS, Method, Weights
from services.matching.domain.vocabulary import ClientGroup


def _by_everything(need: Need) -> Hashable:
    return need


LOOKS_AT: dict[str, Callable[[Need], Hashable]] = {
    "fee": lambda _need: None,
    "affordable": lambda need: (need.means, need.affordable_per_session, need.money),
    "free-places": lambda _need: None,
    "specialism": lambda _need: None,
    "distance": lambda need: need.in_person,
    "preferences": lambda need: (need.languages[0], need.setting, need.interpreter),
    "results": lambda need: need.client_group,
}
"""What of a need each part looks at while nobody meets in a room; a part that is missing here, at all of it."""
OF_A_THERAPIST: dict[str, Callable[[Candidate], Hashable]] = {
    "fee": lambda one: one.session_fee,
    "affordable": lambda one: one.session_fee,
    "distance": lambda _one: None,
    "preferences": lambda one: (one.languages, one.online),
}
"""What of a therapist each part looks at, where many therapists are alike in it."""
ABOUT_ROOMS = frozenset({"distance", "preferences"})
"""The parts that differ when the two can meet in a room."""


Results = Mapping[ClientGroup, Mapping[int, int]]


class Scoring(Protocol):
    """Gives the score of a therapist, by index."""

    def __call__(self, index: int, *, in_a_room: bool) -> int:
        """The points of this therapist."""


class Columns:
    """The points of everybody in the register, part by part; `results` are therapists', by client group and index."""

    def __init__(self, candidates: Sequence[Candidate], weights: Weights, results: Results | None = None) -> None:
        self._candidates = candidates
        self._results = results or {}
        counted = ((method, int(getattr(weights, method.weight))) for method in METHODS)
        self._methods = [(method, weight) for method, weight in counted if weight]
        self._columns: dict[tuple[str, Hashable], list[int]] = {}

    def seen(self, index: int, need: Need) -> Candidate:
        """A therapist as this client's group sees them."""
        candidate = self._candidates[index]
        if not self._results:
            return candidate
        results = self._results.get(need.client_group, {}).get(index, candidate.results)
        return candidate if results == candidate.results else replace(candidate, results=results)

    def scores(self, need: Need) -> Scoring:
        """The score of a therapist, by index, for a client, by whether the two can meet in a room."""
        everywhere = [
            self._column(method, weight, need) for method, weight in self._methods if not _about_rooms(method)
        ]
        about_rooms = [(method, weight) for method, weight in self._methods if _about_rooms(method)]
        on_a_screen = [self._column(method, weight, need) for method, weight in about_rooms] if need.online else []
        online = [*everywhere, *on_a_screen]

        def score(index: int, *, in_a_room: bool) -> int:
            if not in_a_room:
                return sum([column[index] for column in online])
            candidate = self.seen(index, need)
            found = sum([column[index] for column in everywhere])
            return found + sum([weight * method.value(need, candidate)[0] for method, weight in about_rooms])

        return score

    def _column(self, method: Method, weight: int, need: Need) -> list[int]:
        placeless = replace(need, point=None, outward_code=None)
        key = (method.name, LOOKS_AT.get(method.name, _by_everything)(placeless))
        if key not in self._columns:
            self._columns[key] = self._counted(method, weight, placeless)
        return self._columns[key]

    def _counted(self, method: Method, weight: int, need: Need) -> list[int]:
        everybody = range(len(self._candidates))
        alike = OF_A_THERAPIST.get(method.name)
        if alike is None:
            return [weight * method.value(need, self.seen(index, need))[0] for index in everybody]
        known: dict[Hashable, int] = {}
        for one in self._candidates:
            key = alike(one)
            if key not in known:
                known[key] = weight * method.value(need, one)[0]
        return [known[alike(one)] for one in self._candidates]


def _about_rooms(method: Method) -> bool:
    return method.name in ABOUT_ROOMS or method.name not in LOOKS_AT
