"""The one way to the solver library: a problem in, the best placing out, checked in whole numbers."""

from dataclasses import dataclass
from time import perf_counter

from services.matching.domain.optimum import NotProved, Placing, Problem, breaches, together

ROUNDS = 4
"""Flows that are tried for chains of clients to be kept apart."""


@dataclass(frozen=True, slots=True)
class Solved:
    """The best placing, and how many seconds it took."""

    placing: Placing
    elapsed: float


def solve(problem: Problem, *, seconds: float = 20.0) -> Solved:
    """The best placing under every restriction; where `seconds` do not suffice, the best found, marked as such.

    Without uneven uses a flow gives the best, in which nearly all are kept apart. Where the answer happens to keep
    apart the others too it is the best for the whole problem, for nothing was forbidden that it does. Where it does
    not, those whom it put together are seen to first in the next flow, and the constraints are the last resort.
    """
    began = perf_counter()
    placing = _by_flows(problem, until=began + seconds) if _even(problem) else None
    if placing is None:
        from services.matching.gateways.constraints import best_under_constraints  # noqa: PLC0415 - 60 MB

        placing = best_under_constraints(problem, seconds=seconds)
    broken = breaches(problem, placing.chosen)
    if broken:
        raise NotProved("; ".join(broken[:5]))
    return Solved(placing, perf_counter() - began)


def _by_flows(problem: Problem, *, until: float) -> Placing | None:
    """None where no flow says all that is forbidden, or the numbers are too large."""
    # What it loads would be a tenth of the time in which matching starts, and most starts solve nothing for a while.
    from services.matching.gateways.flow import best_flow  # noqa: PLC0415

    first: list[tuple[int, int, int]] = []
    for _ in range(ROUNDS):
        placing = best_flow(problem, first)
        if placing is None:
            return None
        wrong = [
            (one, other, problem.pairs.therapist[pair])
            for one, other in together(problem, placing.chosen)
            if (pair := placing.chosen[one]) is not None
        ]
        if not wrong:
            return placing
        first = [*wrong, *(two for two in first if two not in wrong)]
        if perf_counter() > until:
            return None
    return None


def _even(problem: Problem) -> bool:
    """Whether every pair of a therapist uses as much as the others of the same therapist."""
    use: dict[int, int] = {}
    return all(
        use.setdefault(therapist, used) == used
        for therapist, used in zip(problem.pairs.therapist, problem.pairs.use, strict=True)
    )
