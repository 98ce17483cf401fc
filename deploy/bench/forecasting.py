"""Tries the forecast of money on invented charities and prints how often the truth lay within what was said.

`python -m deploy.bench.forecasting`, with the same figures each time.
"""

import sys
from collections.abc import Callable, Sequence
from datetime import date
from random import Random

from services.funding.domain.forecast import YEAR, Lasts, RunsOut, forecast
from shared.kernel.money import Pence

TODAY = date(2026, 6, 1)
WARM = 60
AHEAD = 52
WORLDS = 400
Interval = tuple[float, float]
Method = Callable[[int, Sequence[Pence], Random], Interval]


def weeks_of_promises(draw: Random, awards_a_week: float, weeks: int) -> list[int]:
    """What is promised less what comes back, week by week, in pence, the earliest first.

    Awards come one by one at a steady rate. A quarter is released within two months since nobody took the client, and a
    third of the others gives some back when the therapy ends early.
    """
    used = [0] * (weeks + 60)
    for week in range(weeks):
        for _ in range(_events(draw, awards_a_week)):
            amount = draw.randint(6, 24) * draw.randrange(40_00, 70_00, 5_00)
            used[week] += amount
            if draw.random() < 1 / 4:
                used[week + draw.randint(1, 8)] -= amount
            elif draw.random() < 1 / 3:
                used[week + draw.randint(10, 30)] -= round(amount * draw.uniform(0.2, 0.6))
    return used[:weeks]


def ours(available: int, weeks: Sequence[Pence], _draw: Random) -> Interval:
    """What the service says, in weeks."""
    outcome = forecast(Pence(available), weeks, TODAY).outcome
    match outcome:
        case RunsOut(_, earliest, latest):
            return (earliest - TODAY).days / 7, (latest - TODAY).days / 7 if latest else float("inf")
        case Lasts(earliest):
            return ((earliest - TODAY).days if earliest else YEAR) / 7, float("inf")
        case _:
            raise ValueError(outcome)


def bootstrapped(available: int, weeks: Sequence[Pence], draw: Random) -> Interval:
    """The weeks behind us drawn again and again: four times in five it lasts so long."""
    lasted: list[float] = []
    for _ in range(200):
        left, week = available, 0
        while left > 0 and week < AHEAD:
            left -= draw.choice(weeks)
            week += 1
        lasted.append(week if left <= 0 else float("inf"))
    lasted.sort()
    return lasted[20] - 1, lasted[179]


def coverage(
    method: Method, *, weeks: int, awards_a_week: float, seed: int, worlds: int = WORLDS
) -> tuple[float, float]:
    """How often the week in which the money ran out lay within the interval, and how wide that was at the median."""
    draw = Random(seed)  # noqa: S311 - figures that come out the same each time are wanted
    within, widths = 0, list[float]()
    for _ in range(worlds):
        used = weeks_of_promises(draw, awards_a_week, WARM + AHEAD)
        known = [Pence(one) for one in used[WARM - weeks : WARM]]
        usual = sum(used[:WARM]) / WARM
        available = max(1, round(max(usual, 100_00) * draw.uniform(3, 40)))
        left, truth = available, float("inf")
        for passed, one in enumerate(used[WARM:]):
            left -= one
            if left <= 0:
                truth = passed + 1
                break
        first, last = method(available, known, draw)
        within += first <= truth <= last + 1  # weeks begin where the one before ends
        widths.append(min(last, AHEAD) - min(first, AHEAD))
    return within / worlds, sorted(widths)[worlds // 2]


def main() -> None:
    """Print the table."""
    say = sys.stdout.write
    say("weeks known | awards a week | ours: within, width | drawing weeks again: within, width\n")
    for weeks in (8, 13, 26):
        for awards in (0.5, 2.0, 8.0):
            cells = [coverage(one, weeks=weeks, awards_a_week=awards, seed=11) for one in (ours, bootstrapped)]
            said = " | ".join(f"{within:.0%}, {width:.0f} weeks" for within, width in cells)
            say(f"{weeks:11} | {awards:13} | {said}\n")


def _events(draw: Random, rate: float) -> int:
    """How many of a steady trickle come in one week."""
    passed, number = draw.expovariate(rate), 0
    while passed < 1:
        number += 1
        passed += draw.expovariate(rate)
    return number


if __name__ == "__main__":
    main()
