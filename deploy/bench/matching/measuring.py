"""Measures one size in a process of its own: one client, everyone together, a dense assignment and a greedy loop."""

import json
import sys
from collections.abc import Callable
from dataclasses import asdict, dataclass
from math import cos, radians
from pathlib import Path
from time import perf_counter, process_time
from typing import TypeVar

import numpy as np

from deploy.bench.matching.country import therapists, waiting
from services.matching.domain.cases import Case
from services.matching.domain.choice import Choice, choose
from services.matching.domain.explanation import written
from services.matching.domain.gathering import Circumstances, Gathered, decisions, gather
from services.matching.domain.optimum import Placing
from services.matching.domain.pairing import Candidate
from services.matching.domain.scoring import Weights
from services.matching.gateways.solving import solve

T = TypeVar("T")
WEIGHTS = Weights(2, 35, 0, 15, 10, 25, 5, 10)
NOBODY = Circumstances({})
SINGLES = 20


@dataclass(frozen=True, slots=True)
class Figures:
    """What one contestant needed, and how good its answer was: clients placed by urgency, and points."""

    who: str
    therapists: int
    waiting: int
    seconds: float
    processor: float
    megabytes: int
    placed: tuple[int, ...]
    score: int
    statements: int = 0


def measured(who: str, therapist_count: int, waiting_count: int) -> Figures:
    """Run one contestant on one size; the memory is the peak of this process, so use a new one for each."""
    register, cases = therapists(therapist_count), waiting(waiting_count)
    if who == "single":
        seconds, _ = _timed(lambda: [_single(register, case) for case in cases[:SINGLES]])
        each = min(SINGLES, len(cases))
        return Figures(who, therapist_count, 1, seconds[0] / each, seconds[1] / each, peak(), (), 0)
    if who == "ours":
        seconds, (gathered, placing) = _timed(lambda: _ours(register, cases))
    elif who == "explained":
        seconds, (gathered, placing) = _timed(lambda: _explained(register, cases))
    else:
        gathered = gather(cases, register, WEIGHTS, NOBODY, seed="bench", whole=True)
        by = {"dense": _dense, "greedy": _greedy}[who]
        seconds, placing = _timed(lambda: by(gathered))
    return Figures(who, therapist_count, waiting_count, *seconds, peak(), *_worth(gathered, placing))


def _timed(work: Callable[[], T]) -> tuple[tuple[float, float], T]:
    began, used = perf_counter(), process_time()
    found = work()
    return (perf_counter() - began, process_time() - used), found


def peak() -> int:
    """In megabytes, since this program began; what the kernel's `getrusage` says still holds the parent's."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) // 1024


def _single(register: list[Candidate], case: Case) -> Choice:
    """What the database's index leaves, then the choice; the index itself is measured by PostgreSQL."""
    crowd = [one for one in register if _in_reach(case, one)]
    return choose(case.need, crowd, WEIGHTS, seed=str(case.referral_id))


def _in_reach(case: Case, one: Candidate) -> bool:
    point = case.need.point
    if case.need.online and one.online:
        return True
    rise = (one.radius_km + 25) / 110
    return (
        case.need.in_person
        and point is not None
        and abs(point.latitude - one.point.latitude) <= rise
        and abs(point.longitude - one.point.longitude) <= rise / cos(radians(one.point.latitude))
    )


def _ours(register: list[Candidate], cases: list[Case]) -> tuple[Gathered, list[int | None]]:
    gathered = gather(cases, register, WEIGHTS, NOBODY, seed="bench")
    return gathered, list(solve(gathered.problem).placing.chosen)


def _explained(register: list[Candidate], cases: list[Case]) -> tuple[Gathered, list[int | None]]:
    gathered = gather(cases, register, WEIGHTS, NOBODY, seed="bench")
    placing: Placing = solve(gathered.problem).placing
    for one in decisions(gathered, placing, run="bench"):
        json.dumps(written(one.explanation))
    return gathered, list(placing.chosen)


def _dense(gathered: Gathered) -> list[int | None]:
    """Everybody against every single place, as one matrix: what a dense solver needs."""
    from scipy.optimize import linear_sum_assignment  # noqa: PLC0415 - only the benchmark has it

    problem, pairs, clients = gathered.problem, gathered.problem.pairs, len(gathered.cases)
    places = [min(free, clients) for free in problem.places]
    first = np.concatenate([[0], np.cumsum(places)])
    best = max(map(abs, pairs.score)) + 1
    worth = [float(best) * (clients + 1) ** (2 - urgency) * 4 for urgency in problem.urgency]
    matrix = np.zeros((clients, int(first[-1]) + clients))
    of_pair: dict[tuple[int, int], int] = {}
    for pair, (client, therapist, score) in enumerate(zip(pairs.client, pairs.therapist, pairs.score, strict=True)):
        matrix[client, first[therapist] : first[therapist + 1]] = worth[client] + score
        of_pair[client, therapist] = pair
    rows, columns = linear_sum_assignment(matrix, maximize=True)
    chosen: list[int | None] = [None] * clients
    owners = np.repeat(np.arange(len(places)), places)
    for row, column in zip(rows.tolist(), columns.tolist(), strict=True):
        if column < len(owners):
            chosen[row] = of_pair.get((row, int(owners[column])))
    return chosen


def _greedy(gathered: Gathered) -> list[int | None]:
    """The most urgent and longest waiting first, each with the best of those who are left."""
    pairs, free = gathered.problem.pairs, list(gathered.problem.places)
    own: list[list[int]] = [[] for _ in gathered.cases]
    for pair, client in enumerate(pairs.client):
        own[client].append(pair)
    chosen: list[int | None] = []
    for mine in own:
        best = max((pair for pair in mine if free[pairs.therapist[pair]]), key=pairs.score.__getitem__, default=None)
        if best is not None:
            free[pairs.therapist[best]] -= 1
        chosen.append(best)
    return chosen


def _worth(gathered: Gathered, chosen: list[int | None]) -> tuple[tuple[int, ...], int]:
    urgency, score = gathered.problem.urgency, gathered.problem.pairs.score
    placed = tuple(
        sum(pair is not None and urgency[client] == level for client, pair in enumerate(chosen)) for level in range(3)
    )
    return placed, sum(score[pair] for pair in chosen if pair is not None)


if __name__ == "__main__":
    sys.stdout.write(json.dumps(asdict(measured(sys.argv[1], int(sys.argv[2]), int(sys.argv[3])))))
