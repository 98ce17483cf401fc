"""The exact best placing by constraint programming, for clients to be kept apart and places used unevenly."""

from collections.abc import Sequence
from time import perf_counter

from ortools.sat.python import cp_model

from services.matching.domain.optimum import Placing, Problem, Reached, criteria_of, value_of

WORKERS = 8
"""Searches that take turns whatever the number of processors."""
EXACT = 2**53
"""Bounds come back as floating-point numbers, which are exact below this."""


def best_under_constraints(problem: Problem, *, seconds: float) -> Placing:
    """The best placing, or the best found in `seconds` with how good one could be at most, marked as not optimal.

    One criterion after the other, each held at its best while the next is improved, in the solver's whole numbers.
    """
    until = perf_counter() + seconds
    model = cp_model.CpModel()
    takes = [model.new_bool_var("") for _ in range(len(problem.pairs))]
    _restrict(model, problem, takes)
    chosen: list[int | None] = [None] * len(problem.urgency)
    reached: list[Reached] = []
    proved = True
    for name, values in criteria_of(problem):
        bound = _most(problem, values)
        if proved and value_of(values, chosen) < bound:
            chosen, proved, bound = _improve(model, problem, takes, values, chosen, until=until)
        value = value_of(values, chosen)
        reached.append(Reached(name, value, max(bound, value)))
        proved = proved and (value == bound or bound >= EXACT)
        if proved:
            model.add(cp_model.LinearExpr.weighted_sum(takes, values) >= value)
    return Placing(tuple(chosen), tuple(reached), optimal=proved, solver="constraints")


def _restrict(model: cp_model.CpModel, problem: Problem, takes: Sequence[cp_model.IntVar]) -> None:
    pairs = problem.pairs
    of_client: list[dict[int, int]] = [{} for _ in problem.urgency]
    of_therapist: list[list[int]] = [[] for _ in problem.places]
    for index, (client, therapist) in enumerate(zip(pairs.client, pairs.therapist, strict=True)):
        of_client[client][therapist] = index
        of_therapist[therapist].append(index)
    for own in of_client:
        model.add_at_most_one(takes[index] for index in own.values())
    for therapist, own_pairs in enumerate(of_therapist):
        uses = [pairs.use[index] for index in own_pairs]
        if sum(uses) > problem.places[therapist]:
            model.add(
                cp_model.LinearExpr.weighted_sum([takes[index] for index in own_pairs], uses)
                <= problem.places[therapist]
            )
    for one, other in problem.apart:
        for therapist in of_client[one].keys() & of_client[other].keys():
            if (one, other, therapist) in problem.permitted:
                continue
            model.add_at_most_one([takes[of_client[one][therapist]], takes[of_client[other][therapist]]])


def _most(problem: Problem, values: Sequence[int]) -> int:
    """What a criterion cannot exceed, whatever else: the best pair of each client."""
    best = [0] * len(problem.urgency)
    for client, value in zip(problem.pairs.client, values, strict=True):
        best[client] = max(best[client], value)
    return sum(best)


def _improve(
    model: cp_model.CpModel,
    problem: Problem,
    takes: Sequence[cp_model.IntVar],
    values: Sequence[int],
    chosen: list[int | None],
    *,
    until: float,
) -> tuple[list[int | None], bool, int]:
    """One criterion made as large as possible: the placing, whether that is proved, and the bound."""
    model.maximize(cp_model.LinearExpr.weighted_sum(takes, values))
    model.clear_hints()  # type: ignore[no-untyped-call]
    taken = set(chosen)
    for index, take in enumerate(takes):
        model.add_hint(take, index in taken)
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = WORKERS
    solver.parameters.random_seed = 1
    solver.parameters.max_time_in_seconds = max(0.01, until - perf_counter())
    status = solver.solve(model)
    if solver.status_name(status) not in ("OPTIMAL", "FEASIBLE"):
        return chosen, False, _most(problem, values)
    found: list[int | None] = [None] * len(chosen)
    for index, take in enumerate(takes):
        if solver.boolean_value(take):
            found[problem.pairs.client[index]] = index
    if solver.status_name(status) == "OPTIMAL":
        return found, True, value_of(values, found)
    return found, False, min(_most(problem, values), int(solver.best_objective_bound))
