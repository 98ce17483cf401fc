"""The best that anybody could have done who knew the whole year in advance, by one exact linear optimum."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from scipy.optimize import linprog
from scipy.sparse import csr_array

from deploy.simulation.course import ANSWERS
from deploy.simulation.setup import Progress
from deploy.simulation.suiting import World
from deploy.simulation.therapists import Therapist, answer_of

SCALE = 1e-5
"""Points of the score are large numbers; the solver likes ones near 1."""


@dataclass(frozen=True, slots=True)
class Start:
    """A client could begin with a therapist in a week, and would keep the place for so many weeks, at this worth."""

    client: int
    therapist: int
    week: int
    weeks: int
    worth: int


@dataclass(frozen=True, slots=True)
class Horizon:
    """Places that become free in each week, `freed[therapist, week]`, over so many weeks and therapists."""

    therapists: int
    weeks: int
    freed: Mapping[tuple[int, int], int]


@dataclass(frozen=True, slots=True)
class Best:
    """The largest worth, how many clients it places, and what a place of a therapist is worth from each week on."""

    worth: float
    placed: float
    undivided: float
    place_from: np.ndarray[tuple[int, int], np.dtype[np.float64]] = field(repr=False)


def hindsight_of(world: World, *, longest_wait: int | None, progress: Progress = lambda _done, _all: None) -> Best:
    """The optimum of a world for somebody who knows every arrival, every answer and how long everybody will stay.

    A client begins at the start of some week before they would give up, at most `longest_wait` weeks after they came.
    Money does not limit it. No policy can do better: each of its therapies fits into these weeks, because a place is
    held from the proposal on and for whole weeks after the acceptance.
    """
    weeks = world.setup.all_weeks
    horizon = Horizon(len(world.therapists), weeks, dict(_freed(world, weeks)))
    starts = list(_starts(world, weeks, longest_wait))
    progress(1, 2)
    found = best_of(horizon, starts, len(world.clients))
    progress(2, 2)
    return found


def best_of(horizon: Horizon, starts: Sequence[Start], clients: int) -> Best:
    """The exact optimum of the linear problem: each client once, each place once at a time.

    Places are a flow through the weeks: idle from one week to the next, or with a client until the therapy ends.
    """
    nodes, weeks, count = horizon.therapists * horizon.weeks, horizon.weeks, len(starts)
    client, therapist, week, length, worth = np.array(
        [(one.client, one.therapist, one.week, one.weeks, one.worth) for one in starts], dtype=np.int64
    ).reshape(-1, 5).T  # fmt: skip
    begins, ends = therapist * weeks + week, week + length
    ending = np.flatnonzero(ends < weeks)
    idle = np.arange(nodes)
    lasting = idle[idle % weeks < weeks - 1]
    rows = np.concatenate([begins, (therapist * weeks + ends)[ending], idle, lasting + 1])
    columns = np.concatenate([np.arange(count), ending, count + idle, count + lasting])
    signs = np.concatenate([np.ones(count), -np.ones(len(ending)), np.ones(nodes), -np.ones(len(lasting))])
    supply = np.zeros(nodes)
    for (which, since), places in horizon.freed.items():
        supply[which * weeks + since] += places
    shape = count + nodes
    solved = linprog(
        np.concatenate([-worth * SCALE, np.zeros(nodes)]),
        A_eq=csr_array((signs, (rows, columns)), shape=(nodes, shape)),
        b_eq=supply,
        A_ub=csr_array((np.ones(count), (client, np.arange(count))), shape=(clients, shape)),
        b_ub=np.ones(clients),
        method="highs-ipm",
    )
    if solved.status != 0:
        raise RuntimeError(f"the optimum was not found: {solved.message}")
    taken = solved.x[:count]
    whole = float(taken[taken > 1 - 1e-6].sum())
    prices = -solved.eqlin.marginals.reshape(horizon.therapists, weeks) / SCALE
    return Best(-solved.fun / SCALE, float(taken.sum()), whole / max(1.0, float(taken.sum())), prices)


def _starts(world: World, weeks: int, longest_wait: int | None) -> Iterable[Start]:
    here = [_weeks_here(one, weeks) for one in world.therapists]
    for client in world.clients:
        first, last = client.day // 7, min(weeks - 1, client.gives_up // 7)
        if longest_wait is not None:
            last = min(last, first + longest_wait)
        for suits in world.suitable[client.number]:
            therapist = world.therapists[suits.therapist]
            if answer_of(world.setup, ANSWERS, client, therapist).reply == "accept":
                for week in range(first, last + 1):
                    if week in here[suits.therapist]:
                        yield Start(client.number, suits.therapist, week, client.weeks, suits.worth)


def _weeks_here(therapist: Therapist, weeks: int) -> set[int]:
    return {week for week in range(weeks) if any(therapist.is_here(week * 7 + day) for day in range(7))}


def _freed(world: World, weeks: int) -> Iterable[tuple[tuple[int, int], int]]:
    freed: dict[tuple[int, int], int] = {}
    for one in world.therapists:
        days = [*one.busy_until, *[one.joins] * (one.candidate.capacity_maximum - len(one.busy_until))]
        for week in (day // 7 for day in days if day // 7 < weeks):
            freed[one.index, week] = freed.get((one.index, week), 0) + 1
    return freed.items()
