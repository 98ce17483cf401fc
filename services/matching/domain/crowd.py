"""The whole register prepared for asking at once who may take whom: a set of bits for each thing a rule looks at."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from math import cos, floor, radians

from services.matching.domain.outcomes import PASSES
from services.matching.domain.pairing import Candidate, Need, can_meet_in_person
from services.matching.domain.rules import failures_of, within_reach
from services.matching.domain.vocabulary import CHILD_BANDS

CELL = 0.25
"""Degrees of latitude and longitude that a square of the map has."""
SEARCHED = 400
"""How many are looked at in each step to find some who are nearly possible."""
Marked = Mapping[int, Candidate]
"""The therapists about whom and one client something particular is known, by index: as candidates for this client."""


class Crowd:
    """Therapists by index; bit `i` of every set is about therapist `i`, as they are for no client in particular."""

    def __init__(self, candidates: Sequence[Candidate]) -> None:
        self.candidates = candidates
        self.names = [str(one.therapist_id) for one in candidates]
        sets: dict[tuple[str, object], bytearray] = defaultdict(lambda: bytearray((len(candidates) + 7) // 8))
        for index, one in enumerate(candidates):
            byte, bit = index >> 3, 1 << (index & 7)
            for key in _properties(one):
                sets[key][byte] |= bit
        self._sets = {key: int.from_bytes(value, "little") for key, value in sets.items()}

    def suited(self, need: Need) -> int:
        """Whom no rule excludes, except those about where they meet and about this very pair."""
        found = self._of("active") & self._of("solvent") & self._of("free") & self._skilled(need)
        return found & (self._of("cleared") if need.age_band in CHILD_BANDS else found)

    def online(self, need: Need) -> int:
        """Who would meet this client on a screen."""
        return self._of("online") if need.online else 0

    def around(self, need: Need) -> int:
        """At least everyone within whose travel radius the client lives, if the client wants a room."""
        if not need.in_person or need.point is None:
            return 0
        return self._of("square", _square(need.point.longitude, need.point.latitude))

    def allowed(self, need: Need, marked: Marked) -> Iterator[tuple[int, bool]]:
        """Exactly those whom every hard rule allows, each with whether they can meet in a room."""
        suited, online = self.suited(need), self.online(need)
        rooms = set()
        for index in bits(self.around(need) & suited):
            if index not in marked and can_meet_in_person(need, self.candidates[index]):
                rooms.add(index)
                yield index, True
        for index in bits(suited & online):
            if index not in marked and index not in rooms:
                yield index, False
        for index, candidate in marked.items():
            if not failures_of(need, candidate):
                yield index, can_meet_in_person(need, candidate)

    def nearest_to_possible(self, need: Need, marked: Marked, most: int) -> list[int]:
        """Some of those whom a rule excludes, the least excluded first: enough to tell for what the client waits.

        Everyone about whom something is marked, then by what would be needed: a place, readiness, skill, nearness.
        """
        skilled = self._skilled(need)
        skilled &= self._of("cleared") if need.age_band in CHILD_BANDS else skilled
        reach = self.online(need) | self.around(need)
        found = dict.fromkeys(marked)
        for level in (skilled & reach & self._of("active") & self._of("solvent"), skilled & reach, reach, -1):
            if len(found) >= most + len(marked):
                break
            everyone = bits(level) if level >= 0 else iter(range(len(self.candidates)))
            for index in islice(everyone, SEARCHED):
                within = within_reach(need, self.candidates[index]) is PASSES
                if (within or level < 0) and len(found) < most + len(marked):
                    found.setdefault(index)
        return list(found)

    def _skilled(self, need: Need) -> int:
        found = self._of("group", need.client_group) & self._of("age", need.age_band)
        found &= self._of("stage", need.legal_stage)
        if not need.interpreter:
            spoken = 0
            for language in need.languages:
                spoken |= self._of("language", language)
            found &= spoken
        if need.therapist_gender != "no-preference":
            found &= self._of("gender", need.therapist_gender)
        return found

    def _of(self, what: str, which: object = None) -> int:
        return self._sets.get((what, which), 0)


def bits(found: int) -> Iterator[int]:
    """The indexes in a set, rising."""
    for byte, value in enumerate(found.to_bytes((found.bit_length() + 7) // 8, "little")):
        if value:
            base = byte << 3
            for bit in _BITS[value]:
                yield base + bit


_BITS = [[bit for bit in range(8) if value >> bit & 1] for value in range(256)]


def _properties(one: Candidate) -> Iterable[tuple[str, object]]:
    yield from (("group", group) for group in one.client_groups)
    yield from (("age", band) for band in one.age_bands)
    yield from (("stage", stage) for stage in one.legal_stages)
    yield from (("language", language) for language in one.languages)
    yield "gender", one.gender
    plain = {
        "active": one.standing == "active",
        "solvent": not one.fees_overdue,
        "free": one.capacity_available > 0,
        "cleared": one.child_clearance,
        "online": one.online,
    }
    yield from ((what, None) for what, holds in plain.items() if holds)
    yield from (("square", square) for square in _squares(one))


def _square(longitude: float, latitude: float) -> tuple[int, int]:
    return floor(longitude / CELL), floor(latitude / CELL)


def _squares(one: Candidate) -> Iterator[tuple[int, int]]:
    """Every square of a box around the travel radius, made wide enough where meridians come together."""
    rise = one.radius_km / 110.0
    turn = one.radius_km / (110.0 * max(0.05, cos(radians(min(89.0, abs(one.point.latitude) + rise)))))
    west, south = _square(one.point.longitude - turn, one.point.latitude - rise)
    east, north = _square(one.point.longitude + turn, one.point.latitude + rise)
    return ((x, y) for x in range(west, east + 1) for y in range(south, north + 1))
