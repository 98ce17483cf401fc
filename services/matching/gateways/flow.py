"""The exact best placing as a flow of least cost, for places that count alike and clients who may meet anywhere."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from ortools.graph.python.min_cost_flow import SimpleMinCostFlow

from services.matching.domain.optimum import (
    NotProved,
    Placing,
    Problem,
    Reached,
    bottlenecks,
    criteria_of,
    factors_of,
    value_of,
)

Numbers = np.ndarray[Any, np.dtype[np.int64]]
LARGEST = 2**61
"""The solver multiplies costs by the number of nodes and keeps them in 64 bits."""


@dataclass(slots=True)
class _Network:
    """Arcs from `tail` to `head` with room for a flow, and what each node supplies, negative where it takes."""

    tail: Numbers
    head: Numbers
    room: Numbers
    supply: Numbers

    def least(self, cost: Numbers) -> Numbers:
        """A flow of least cost."""
        solver = SimpleMinCostFlow()
        solver.add_arcs_with_capacity_and_unit_cost(self.tail, self.head, self.room, cost)
        solver.set_nodes_supplies(np.arange(len(self.supply), dtype=np.int64), self.supply)
        status = solver.solve()
        if status != SimpleMinCostFlow.OPTIMAL:
            raise NotProved(f"the flow ended as {status}")
        found: Numbers = solver.flows(np.arange(len(self.tail)))
        return found

    def gains(self, flow: Numbers, cost: Numbers) -> Numbers:
        """What one unit more on each arc costs in all, by whole-number prices at the nodes that prove the flow best.

        The prices are shortest distances in what is left of the network (Ahuja, Magnanti, Orlin 1993, section 9.3);
        they settle only if no circle lowers the cost, which is the proof.
        """
        more, less = flow < self.room, flow > 0
        begin = np.concatenate([self.tail[more], self.head[less]])
        end = np.concatenate([self.head[more], self.tail[less]])
        length = np.concatenate([cost[more], -cost[less]])
        order = np.argsort(end, kind="stable")
        begin, end, length = begin[order], end[order], length[order]
        ends, starts = np.unique(end, return_index=True)
        price = np.zeros(len(self.supply), dtype=np.int64)
        for _ in range(len(self.supply) + 1):
            reached = np.minimum(price[ends], np.minimum.reduceat(price[begin] + length, starts)) if len(ends) else ends
            if np.array_equal(reached, price[ends]):
                return cost + price[self.tail] - price[self.head]
            price[ends] = reached
        raise NotProved("a better flow exists")

    def fix(self, gains: Numbers) -> Numbers:
        """Keep every flow that is equally good and no other; gives what is settled by that on each arc."""
        settled = np.where(gains < 0, self.room, 0)
        np.subtract.at(self.supply, self.tail, settled)
        np.add.at(self.supply, self.head, settled)
        self.room = np.where(gains == 0, self.room, 0)
        return settled


def best_flow(problem: Problem, first: Sequence[tuple[int, int, int]] = ()) -> Placing | None:
    """The best placing of a problem in which every pair of a therapist uses as much.

    Two to be kept apart, or several of whom nobody may be with another, reach a therapist through one narrow node of
    their own. Whoever is kept apart only from some of these may be put with others, those of `first` after all the
    rest: the caller looks at the answer. None where the numbers are too large for the solver. Criteria are packed into
    one number where that is proved safe, and solved one after the other where it is not: each later solve is confined
    to the flows that the prices of the one before prove equally good.
    """
    pairs, clients, therapists = problem.pairs, len(problem.urgency), len(problem.places)
    if not len(pairs):
        return Placing((None,) * clients, (), optimal=True, solver="flow")
    use = dict(zip(pairs.therapist, pairs.use, strict=True))
    places = [free // use.get(index, 1) for index, free in enumerate(problem.places)]
    out = clients + therapists
    narrow = bottlenecks(problem, first)
    into = [clients + index for index in pairs.therapist]
    for node, (_, among) in enumerate(narrow, out + 1):
        for pair in among:
            into[pair] = node
    network = _Network(
        tail=_numbers([*pairs.client, *range(clients), *range(clients, out), *range(out + 1, out + 1 + len(narrow))]),
        head=_numbers([*into, *[out] * (clients + therapists), *(clients + index for index, _ in narrow)]),
        room=_numbers([*[1] * (len(pairs) + clients), *(min(free, clients) for free in places), *[1] * len(narrow)]),
        supply=_numbers([*[1] * clients, *[0] * therapists, -clients, *[0] * len(narrow)]),
    )
    criteria = criteria_of(problem)
    largest = LARGEST // (len(network.supply) + 1)
    settled: Numbers = np.zeros(len(network.tail), dtype=np.int64)
    if max(abs(score) for score in pairs.score) > largest:
        return None
    left = [_numbers(values) for _, values in criteria]
    flow = settled
    while left:
        factors = factors_of([(int(one.min()), int(one.max())) for one in left], clients, largest)
        values: Numbers = sum((one * factor for one, factor in zip(left, factors, strict=False)), start=0 * left[0])
        left = left[len(factors) :]
        if not values.any():
            continue
        cost = np.concatenate([-values, np.zeros(len(network.tail) - len(pairs), dtype=np.int64)])
        flow = network.least(cost)
        gains = network.gains(flow, cost)
        flow = flow + settled
        settled = settled + network.fix(gains)
        if not network.room.any():
            flow, left = settled, []
    chosen: list[int | None] = [None] * clients
    for pair in np.flatnonzero(flow[: len(pairs)]).tolist():
        chosen[pairs.client[pair]] = pair
    values_reached = [(name, value_of(values, chosen)) for name, values in criteria]
    return Placing(
        tuple(chosen), tuple(Reached(name, value, value) for name, value in values_reached), optimal=True, solver="flow"
    )


def _numbers(values: list[int]) -> Numbers:
    return np.array(values, dtype=np.int64)
