"""The best use of the very places that a run had, by one exact assignment that knows everybody who came in the year."""

from bisect import bisect_left
from collections import defaultdict

import numpy as np
from scipy.optimize import linear_sum_assignment

from deploy.simulation.course import ANSWERS, Window
from deploy.simulation.running import Finished
from deploy.simulation.therapists import answer_of


def best_worth_of(run: Finished) -> int:
    """The largest worth of giving each window in which a place was free to one client, and each client one window.

    A client fits a window of a therapist who suits them and would accept, if on some day of it the client is waiting
    and the therapist is here. What follows a window is left as it was, so this is what the run could have had by
    choosing otherwise, knowing everybody who was still to come; the run's own choices are one of the possibilities.
    Nobody whom the run placed may wait longer than they did there, or than a week: a place is given when it is needed
    and not kept empty for somebody better.
    """
    world = run.world
    of_therapist: dict[int, list[tuple[int, Window]]] = defaultdict(list)
    for column, window in enumerate(run.windows):
        of_therapist[window.therapist].append((column, window))
    end = world.setup.all_weeks * 7
    here = [[day for day in range(end + 1) if one.is_here(day)] for one in world.therapists]
    worth = np.zeros((len(world.clients), len(run.windows)), dtype=np.int64)
    for client in world.clients:
        fate = run.fates[client.number]
        latest = client.gives_up - 1 if fate.placed_on is None else max(fate.proposed_on, client.day + 7)
        for suits in world.suitable[client.number]:
            therapist = world.therapists[suits.therapist]
            if answer_of(world.setup, ANSWERS, client, therapist).reply != "accept":
                continue
            for column, window in of_therapist[suits.therapist]:
                first, last = max(window.opened, client.day), min(window.taken, latest)
                days = here[suits.therapist]
                at = bisect_left(days, first)
                if at < len(days) and days[at] <= last:
                    worth[client.number, column] = suits.worth
    clients, columns = linear_sum_assignment(worth, maximize=True)
    return int(worth[clients, columns].sum())
