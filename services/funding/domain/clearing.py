"""The sum that would clear the list of those who wait: what all of them need beyond what the funds can give them."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from services.funding.domain.choice import Case, most_from, reasons_against
from services.funding.domain.funds import Fund
from shared.kernel.ids import FundId
from shared.kernel.money import Pence

Room = list[dict[int, int]]
"""For each node, how much more may flow from it to each of its neighbours."""


@dataclass(frozen=True, slots=True)
class Need:
    """What a case needs, and the most that each fund with money in it may give towards that."""

    amount: Pence
    most: Mapping[FundId, Pence]


def needs_of(cases: Iterable[Case], funds: Iterable[Fund], today: date) -> list[Need]:
    """What each case needs and from where it may come, in the order of the cases."""
    holding = [fund for fund in funds if fund.available > 0]
    return [
        Need(
            case.needed,
            {fund.fund_id: most_from(fund, case) for fund in holding if not reasons_against(fund, case, today)},
        )
        for case in cases
    ]


def sum_to_clear(cases: Sequence[Case], funds: Sequence[Fund], today: date) -> Pence:
    """The smallest free gift with which every case could be paid in full."""
    return missing(needs_of(cases, funds, today), funds)


def missing(needs: Sequence[Need], funds: Iterable[Fund]) -> Pence:
    """What is needed less the largest flow from funds to cases that respects what each fund holds and allows."""
    room: Room = [{} for _ in range(2 + len(needs))]
    source, sink = 0, 1
    for fund in funds:
        if fund.available > 0:
            room[source][len(room)] = fund.available
            room.append({2 + at: need.most[fund.fund_id] for at, need in enumerate(needs) if fund.fund_id in need.most})
    for at, need in enumerate(needs):
        room[2 + at][sink] = need.amount
    return Pence(sum(need.amount for need in needs) - _largest_flow(room, source, sink))


def _largest_flow(room: Room, source: int, sink: int) -> int:
    """Along shortest paths, as many as there are of one length at a time (Dinic, 1970)."""
    flow = 0
    while (far := _distances(room, source))[sink]:
        ways = [iter(list(neighbours)) for neighbours in room]
        path = [source]
        while path:
            if path[-1] == sink:
                flow += _fill(room, path)
            elif (step := _step(room, far, ways[path[-1]], path[-1])) is not None:
                path.append(step)
            else:
                path.pop()
    return flow


def _distances(room: Room, source: int) -> list[int]:
    """How far each node is from the source where there is room; nothing where it cannot be reached."""
    far = [0] * len(room)
    reached = [source]
    for here in reached:
        for there, left in room[here].items():
            if left > 0 and not far[there] and there != source:
                far[there] = far[here] + 1
                reached.append(there)
    return far


def _step(room: Room, far: Sequence[int], ways: Iterator[int], here: int) -> int | None:
    return next((there for there in ways if room[here][there] > 0 and far[there] == far[here] + 1), None)


def _fill(room: Room, path: list[int]) -> int:
    """Let as much flow along a path as there is room, and shorten it to where there is none left."""
    steps = list(pairwise(path))
    amount = min(room[here][there] for here, there in steps)
    for here, there in steps:
        room[here][there] -= amount
        room[there][here] = room[there].get(here, 0) + amount
    full = next(at for at, (here, there) in enumerate(steps) if room[here][there] == 0)
    del path[full + 1 :]
    return amount
