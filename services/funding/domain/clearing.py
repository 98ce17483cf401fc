"""The sum that would clear the list of those who wait: what all of them need beyond what the funds can give them."""

from collections import defaultdict, deque
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from itertools import pairwise

from services.funding.domain.choice import Case, most_from
from services.funding.domain.funds import Fund, misfits
from shared.kernel.money import Pence

Node = tuple[str, int]
SOURCE: Node = ("source", 0)
SINK: Node = ("sink", 0)


def sum_to_clear(cases: Sequence[Case], funds: Iterable[Fund], today: date) -> Pence:
    """The smallest free gift with which every case could be paid in full.

    It is what is needed less the largest flow from funds to cases that respects what each fund holds and allows
    (shortest augmenting paths: Edmonds and Karp, 1972).
    """
    room: dict[Node, dict[Node, int]] = defaultdict(dict)
    for at, fund in enumerate(funds):
        room[SOURCE]["fund", at] = fund.available
        for nth, case in enumerate(cases):
            if not misfits(fund.restrictions, case.person, today):
                room["fund", at]["case", nth] = most_from(fund, case)
    for nth, case in enumerate(cases):
        room["case", nth][SINK] = case.needed
    return Pence(sum(case.needed for case in cases) - _largest_flow(room))


def _largest_flow(room: dict[Node, dict[Node, int]]) -> int:
    flow = 0
    while path := _shortest_path(room):
        steps = list(pairwise(path))
        amount = min(room[start][end] for start, end in steps)
        for start, end in steps:
            room[start][end] -= amount
            room[end][start] = room[end].get(start, 0) + amount
        flow += amount
    return flow


def _shortest_path(room: Mapping[Node, Mapping[Node, int]]) -> list[Node] | None:
    came_from: dict[Node, Node] = {SOURCE: SOURCE}
    waiting = deque([SOURCE])
    while waiting:
        here = waiting.popleft()
        for there, left in room.get(here, {}).items():
            if left > 0 and there not in came_from:
                came_from[there] = here
                waiting.append(there)
    if SINK not in came_from:
        return None
    path = [SINK]
    while path[-1] != SOURCE:
        path.append(came_from[path[-1]])
    return path[::-1]
