"""Published assignment problems have their published optima, by the very function that places clients."""

from itertools import islice
from pathlib import Path

import pytest

from services.matching.domain.optimum import Pairs, Problem
from services.matching.gateways.solving import solve
from tests.contract.oracles import ORACLES

GAP = [f"c{size}_{number}" for size in (
    "0515", "0520", "0525", "0530", "0824", "0832", "0840", "0848", "1030", "1040", "1050", "1060",
) for number in (1, 3)]  # fmt: skip


def numbers_in(name: str) -> list[int]:
    path: Path = ORACLES / name
    if not path.exists():
        pytest.skip(f"the published cases are not here: {name}")
    return [int(word) for word in path.read_text().split()]


def optima_of(folder: str) -> dict[str, list[int]]:
    path: Path = ORACLES / folder / "optima.txt"
    if not path.exists():
        pytest.skip(f"the published cases are not here: {folder}")
    return {name: [int(one) for one in rest] for name, *rest in map(str.split, path.read_text().splitlines()) if rest}


def assignment(numbers: list[int], *, sign: int) -> Problem:
    """Jobs as clients and agents as therapists: costs are scores, resources are places."""
    stream = iter(numbers)
    agents, jobs = islice(stream, 2)
    costs = [list(islice(stream, jobs)) for _ in range(agents)]
    uses = [list(islice(stream, jobs)) for _ in range(agents)]
    pairs = Pairs()
    for job in range(jobs):
        for agent in range(agents):
            pairs.add(job, agent, sign * costs[agent][job], use=uses[agent][job])
    return Problem([0] * jobs, list(islice(stream, agents)), pairs)


@pytest.mark.parametrize("name", GAP)
def test_a_published_generalised_assignment_has_its_published_maximum_and_minimum(name: str) -> None:
    numbers = numbers_in(f"gap/{name}.txt")
    maximum, minimum = optima_of("gap")[name]

    for sign, published in ((1, maximum), (-1, -minimum)):
        problem = assignment(numbers, sign=sign)
        placing = solve(problem, seconds=60).placing

        assert placing.optimal
        assert placing.placed == len(problem.urgency)
        assert [one.value for one in placing.reached if one.criterion == "score"] == [published]
        assert all(one.value == one.bound for one in placing.reached)


def test_the_published_one_to_one_assignment_has_its_published_minimum() -> None:
    size, *costs = numbers_in("lap/assign100.txt")
    ((minimum, *_),) = optima_of("lap").values()
    pairs = Pairs()
    for index, cost in enumerate(costs):
        pairs.add(index // size, index % size, -cost)

    placing = solve(Problem([0] * size, [1] * size, pairs)).placing

    assert (placing.optimal, placing.placed, placing.solver) == (True, size, "flow")
    assert [one.value for one in placing.reached if one.criterion == "score"] == [-minimum]


def test_every_published_case_is_tried() -> None:
    assert set(optima_of("gap")) == set(GAP)
