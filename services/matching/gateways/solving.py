"""The one way to the solver library: a problem in, the best placing out, checked in whole numbers."""

from dataclasses import dataclass
from time import perf_counter

from services.matching.domain.optimum import Placing, Problem, breaches, together
from services.matching.gateways.flow import NotProved, best_flow


@dataclass(frozen=True, slots=True)
class Solved:
    """The best placing, and how many seconds it took."""

    placing: Placing
    elapsed: float


def solve(problem: Problem, *, seconds: float = 20.0) -> Solved:
    """The best placing under every restriction; where `seconds` do not suffice, the best found, marked as such.

    Without uneven uses a flow gives the best without looking at who must be kept apart. Where it happens to keep them
    apart it is the best for the whole problem too, for nothing was forbidden that it does.
    """
    began = perf_counter()
    placing = best_flow(problem) if _even(problem) else None
    if placing is None or together(problem, placing.chosen):
        from services.matching.gateways.constraints import best_under_constraints  # noqa: PLC0415 - 60 MB

        placing = best_under_constraints(problem, seconds=seconds)
    broken = breaches(problem, placing.chosen)
    if broken:
        raise NotProved("; ".join(broken[:5]))
    return Solved(placing, perf_counter() - began)


def _even(problem: Problem) -> bool:
    """Whether every pair of a therapist uses as much as the others of the same therapist."""
    use: dict[int, int] = {}
    return all(
        use.setdefault(therapist, used) == used
        for therapist, used in zip(problem.pairs.therapist, problem.pairs.use, strict=True)
    )
