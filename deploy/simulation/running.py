"""Runs a world day by day under one policy, and says what became of everybody."""

from collections.abc import Callable
from dataclasses import dataclass

from deploy.simulation.course import Course, Fate, Window
from deploy.simulation.policies import NO_PRICES, Prices, look
from deploy.simulation.setup import Progress, Run
from deploy.simulation.suiting import World

PRICED_EVERY = 28
"""Prices change slowly, so that they are found anew every so many days."""
Pricing = Callable[[Course], Prices]


@dataclass(frozen=True, slots=True)
class Finished:
    """A year that is over: everybody's fate, how many places were in use each week, and the money."""

    run: Run
    world: World
    fates: dict[int, Fate]
    in_use: tuple[tuple[int, int], ...]
    windows: list[Window]
    given: int
    spent: int


def finished(
    run: Run, world: World, *, pricing: Pricing | None = None, progress: Progress = lambda _done, _all: None
) -> Finished:
    """Let the days pass. Raises RuntimeError where a place is taken twice, a rule broken or a client lost."""
    course = Course(run, world)
    arriving = iter(world.clients)
    following = next(arriving, None)
    in_use: list[tuple[int, int]] = []
    prices = NO_PRICES
    last = run.setup.all_weeks * 7
    for day in range(last):
        course.until_today(day)
        arrived = []
        while following is not None and following.day == day:
            course.arrives(following)
            arrived.append(following)
            following = next(arriving, None)
        if pricing is not None and day % PRICED_EVERY == 0:
            prices = pricing(course)
        look(course, arrived, prices)
        if day % 7 == 0:
            in_use.append(_places(course))
            _check(course)
        progress(day + 1, last)
    return Finished(
        run, world, course.fates, tuple(in_use), course.windows_to(last), course.purse.given, course.purse.spent
    )


def _places(course: Course) -> tuple[int, int]:
    """Places in use, and places there are, of those who are here."""
    here = [one for one in course.world.therapists if one.is_here(course.day)]
    there_are = sum(one.candidate.capacity_maximum for one in here)
    return there_are - sum(course.free[one.index] for one in here), there_are


def _check(course: Course) -> None:
    for therapist, free, held in zip(course.world.therapists, course.free, course.held, strict=True):
        if free < 0 or held < 0 or free + held > therapist.candidate.capacity_maximum:
            raise RuntimeError("places do not add up")
    if {number for number, fate in course.fates.items() if fate.state == "waiting"} != course.waiting.keys():
        raise RuntimeError("somebody was lost")
    if course.purse.left + course.purse.spent != course.purse.given:
        raise RuntimeError("the money does not add up")
