"""How well a therapist who may take a client suits them: whole points, by published, versioned weights."""

from collections.abc import Callable
from dataclasses import dataclass

from services.matching.domain.money import affordable
from services.matching.domain.pairing import Candidate, Need, can_meet_in_person, can_meet_online, distance_of
from services.matching.domain.vocabulary import GROUP_WORDS
from shared.kernel.money import Pence, pounds

BEST = 1000
FAR_KM = 60
CHEAP, DEAR = 4000, 12000
ONLINE_INSTEAD_OF_A_ROOM = 400
ALL_GROUPS = 9
PAYS_IN_FULL = 600
LIKE_ALL_OTHERS = 500
Valued = tuple[int, str]


@dataclass(frozen=True, slots=True)
class Weights:
    """How much each part counts; a version, once published, never changes. A part that counts nothing is left out."""

    version: int
    distance: int
    fee: int
    free_places: int
    specialism: int
    affordable: int = 0
    preferences: int = 0
    results: int = 0

    @property
    def whole(self) -> int:
        """The most points that a pair can have."""
        return BEST * sum(int(getattr(self, method.weight)) for method in METHODS)


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


@dataclass(frozen=True, slots=True)
class Method:
    """How a part is found: the name it has on the pages, its weight, how in plain words, and the function."""

    name: str
    weight: str
    words: str
    value: Callable[[Need, Candidate], Valued]


def _distance(need: Need, candidate: Candidate) -> Valued:
    kilometres = distance_of(need, candidate)
    if not need.in_person:
        return BEST, "They meet online, as the client wishes."
    if kilometres is None or not can_meet_in_person(need, candidate):
        return ONLINE_INSTEAD_OF_A_ROOM, "They can meet online only."
    return max(0, round(BEST * (1 - kilometres / FAR_KM))), f"{kilometres} km apart."


def _cheapness(fee: Pence) -> int:
    return BEST * (DEAR - min(max(fee, CHEAP), DEAR)) // (DEAR - CHEAP)


def _fee(_need: Need, candidate: Candidate) -> Valued:
    return _cheapness(candidate.session_fee), f"£{candidate.session_fee / 100:.2f} a session."


def _affordable(need: Need, candidate: Candidate) -> Valued:
    fee = candidate.session_fee
    if need.means == "full-fee":
        value = PAYS_IN_FULL + (BEST - PAYS_IN_FULL) * _cheapness(fee) // BEST
        return value, f"{pounds(fee)} a session, which the client pays."
    own = Pence(min(fee, need.affordable_per_session or 0))
    rest = Pence(fee - own)
    if not rest:
        return BEST, f"{pounds(fee)} a session, which the client can pay."
    if need.money is None:
        return _cheapness(fee), f"{pounds(fee)} a session; what funds could pay is not known."
    value, sentence = affordable(rest, need.money)
    return value, f"The client can pay {pounds(own)}. {sentence}" if own else sentence


def _free_places(_need: Need, candidate: Candidate) -> Valued:
    share = BEST * candidate.capacity_available // max(1, candidate.capacity_maximum)
    return share, f"{candidate.capacity_available} of {candidate.capacity_maximum} places are free."


def _specialism(_need: Need, candidate: Candidate) -> Valued:
    count = len(candidate.client_groups)
    value = BEST * (ALL_GROUPS - count) // (ALL_GROUPS - 1)
    return value, f"Works with {count} client group{'' if count == 1 else 's'}."


def _preferences(need: Need, candidate: Candidate) -> Valued:
    missing = []
    if need.languages[0] not in candidate.languages and not need.interpreter:
        missing.append("not the first language")
    if need.setting == "either" and not (can_meet_in_person(need, candidate) and can_meet_online(need, candidate)):
        missing.append("no choice between a room and online")
    value = BEST - BEST * len(missing) // 2
    return value, f"{' and '.join(missing).capitalize()}." if missing else "As the client would like it."


def _results(need: Need, candidate: Candidate) -> Valued:
    if candidate.results is None:
        return LIKE_ALL_OTHERS, "Too few finished cases to count."
    compared = candidate.results - LIKE_ALL_OTHERS
    words = "like" if abs(compared) < 20 else "better than" if compared > 0 else "less good than"
    return candidate.results, f"With {GROUP_WORDS[need.client_group]}, {words} others on average."


METHODS: tuple[Method, ...] = (
    Method(
        "distance",
        "distance",
        f"1,000 next door, falling evenly to 0 at {FAR_KM} km; 1,000 where the client wants online sessions; "
        f"{ONLINE_INSTEAD_OF_A_ROOM} where a room was possible for the client but they can meet online only.",
        _distance,
    ),
    Method("fee", "fee", "1,000 at £40 a session and below, falling evenly to 0 at £120.", _fee),
    Method(
        "affordable",
        "affordable",
        "The fee beside what the client can pay and what funds could pay. A client who pays the fee: "
        f"{PAYS_IN_FULL} at £120, rising to 1,000 at £40. Otherwise 1,000 where their own share or plentiful money "
        "covers the fee, 200 to 800 where money is scarce, 0 to 300 where there is none, more for a lower fee.",
        _affordable,
    ),
    Method("free-places", "free_places", "The share of the therapist's places that are free.", _free_places),
    Method(
        "specialism",
        "specialism",
        "1,000 for somebody who works with this client group alone, falling evenly to 0 for all nine groups.",
        _specialism,
    ),
    Method(
        "preferences",
        "preferences",
        "1,000, less 500 where the therapist does not speak the client's first language, less 500 where the client "
        "would take a room or online and only one of them is possible.",
        _preferences,
    ),
    Method(
        "results",
        "results",
        "How finished therapies with this client group went, beside those of all therapists: 500 is like all others. "
        "Shrunk towards the mean, and counted only from 15 finished cases; 500 for everybody below that.",
        _results,
    ),
)
"""Every part, in the order in which people read them."""


def parts_of_score(need: Need, candidate: Candidate, weights: Weights) -> tuple[Part, ...]:
    """The parts of the score of a pair that may be matched, without those that count nothing in this version."""
    counted = ((method, getattr(weights, method.weight)) for method in METHODS)
    return tuple(Part(method.name, *_in_order(method, need, candidate, weight)) for method, weight in counted if weight)


def score_of(need: Need, candidate: Candidate, weights: Weights) -> int:
    """The sum of the parts of a pair that may be matched."""
    return sum(part.points for part in parts_of_score(need, candidate, weights))


def _in_order(method: Method, need: Need, candidate: Candidate, weight: int) -> tuple[int, int, str]:
    value, sentence = method.value(need, candidate)
    return value, weight, sentence
