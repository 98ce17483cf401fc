"""The smallest change that would make a pair possible: what each failing rule asks for, done, and all together."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from math import ceil

from services.matching.domain.outcomes import Fails
from services.matching.domain.pair_rules import ASKED_BEFORE, CONFLICT
from services.matching.domain.pairing import Candidate, Need, distance_of
from services.matching.domain.rules import MOST_KM, failures_of

Pair = tuple[Need, Candidate]


def _wider(need: Need, candidate: Candidate) -> Pair:
    """A wider radius where that is enough, else online sessions for whoever does not accept them."""
    distance = distance_of(need, candidate)
    if need.in_person and distance is None:
        return replace(need, point=candidate.point), candidate
    if need.in_person and distance is not None and ceil(distance) <= MOST_KM:
        return need, replace(candidate, radius_km=ceil(distance))
    setting = "either" if need.setting == "in-person" else need.setting
    return replace(need, setting=setting), replace(candidate, online=True)


def _permitted(code: str) -> Callable[[Need, Candidate], Pair]:
    return lambda need, candidate: (need, replace(candidate, permitted=(*candidate.permitted, code)))


CHANGES: dict[str, Callable[[Need, Candidate], Pair]] = {
    "standing": lambda need, candidate: (need, replace(candidate, standing="active")),
    "fees-overdue": lambda need, candidate: (need, replace(candidate, fees_overdue=False)),
    "client-group": lambda need, candidate: (
        need,
        replace(candidate, client_groups=(*candidate.client_groups, need.client_group)),
    ),
    "age-band": lambda need, candidate: (need, replace(candidate, age_bands=(*candidate.age_bands, need.age_band))),
    "child-clearance": lambda need, candidate: (need, replace(candidate, child_clearance=True)),
    "legal-stage": lambda need, candidate: (
        need,
        replace(candidate, legal_stages=(*candidate.legal_stages, need.legal_stage)),
    ),
    "language": lambda need, candidate: (need, replace(candidate, languages=(*candidate.languages, *need.languages))),
    "gender": lambda need, candidate: (replace(need, therapist_gender="no-preference"), candidate),
    "reach": _wider,
    "step-free": lambda need, candidate: (need, replace(candidate, step_free_access=True)),
    ASKED_BEFORE: _permitted(ASKED_BEFORE),
    CONFLICT: _permitted(CONFLICT),
    "free-place": lambda need, candidate: (
        need,
        replace(candidate, capacity_available=1, capacity_maximum=max(1, candidate.capacity_maximum)),
    ),
}
"""What the sentence of a failing rule asks for, done; a code that is missing here cannot be changed by anybody."""


@dataclass(frozen=True, slots=True)
class Possible:
    """The changes which together make the pair possible, and the pair with them made."""

    changes: tuple[Fails, ...]
    pair: Pair


@dataclass(frozen=True, slots=True)
class Impossible:
    """The rules that nothing would make hold."""

    failures: tuple[Fails, ...]


def changed(code: str, need: Need, candidate: Candidate) -> Pair | None:
    """The pair with the smallest change made that lets one rule hold; None where there is no such change."""
    change = CHANGES.get(code)
    return change(need, candidate) if change else None


def smallest_change(need: Need, candidate: Candidate) -> Possible | Impossible:
    """What it would take together to match this pair: nothing, some changes, or more than anybody can do.

    A rule may fail only after another was helped (a room near enough now, but up the stairs), so it looks again.
    """
    made: list[Fails] = []
    pair: Pair = need, candidate
    while failures := failures_of(*pair):
        lasting = tuple(failure for failure in failures if failure.code not in CHANGES)
        if lasting:
            return Impossible(lasting)
        made.append(failures[0])
        pair = CHANGES[failures[0].code](*pair)
    return Possible(tuple(made), pair)
