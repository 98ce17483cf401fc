"""What a place of each therapist is worth to clients who are expected, from other years' arrivals at this time."""

from dataclasses import replace

import numpy as np

from deploy.simulation.clients import Client, clients_of
from deploy.simulation.course import Course
from deploy.simulation.hindsight import Horizon, Start, best_of
from deploy.simulation.policies import Prices
from deploy.simulation.suiting import Finder, Suits, World

HORIZON_WEEKS = 16
LOOK_BACKS = 2
ORDINARY_WEEKS = 12
LATEST = 2
"""Somebody expected begins in the week of their arrival or one of so many after it."""


class Expecting:
    """Knows the arrivals of other years, which tell nothing of this one's but its kind."""

    def __init__(self, world: World) -> None:
        finder = Finder(world.therapists)
        self._years: list[list[tuple[Client, tuple[Suits, ...]]]] = []
        for back in range(1, LOOK_BACKS + 1):
            before = clients_of(replace(world.setup, seed=world.setup.seed + 1_000_000 * back))
            self._years.append([(client, finder.suitable_for(client.need)) for client in before])

    def prices(self, course: Course) -> Prices:
        """The price of a place now: by how much those who are expected would be worse off without it."""
        found = [self._of_year(course, year) for year in self._years]
        mean = np.mean(found, axis=0)
        return {index: int(price) for index, price in enumerate(mean) if price >= 1}

    def _of_year(
        self, course: Course, year: list[tuple[Client, tuple[Suits, ...]]]
    ) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
        now, weeks = course.day // 7, HORIZON_WEEKS + ORDINARY_WEEKS
        present = course.run.setup.weeks
        starts: list[Start] = []
        known = 0
        for client, suitable in year:
            first = client.day // 7 - now if client.day // 7 >= now else client.day // 7 + present - now
            if 0 < first < HORIZON_WEEKS:
                starts += [Start(known, one.therapist, week, ORDINARY_WEEKS, one.worth)
                           for one in suitable for week in range(first, first + LATEST + 1)]  # fmt: skip
                known += 1
        horizon = Horizon(len(course.world.therapists), weeks, course.places_expected(ORDINARY_WEEKS))
        place_from = best_of(horizon, starts, known).place_from
        return np.asarray(place_from[:, 0] - place_from[:, ORDINARY_WEEKS])
