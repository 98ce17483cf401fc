"""A chart of what is left: the months behind us from the ledger, and ahead of us the band in which it will lie.

Shapes are drawn in a box that stretches with the page; words stand at per cents of its width, so that they keep their
size on a phone.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from services.funding.domain.days import months_after
from services.funding.domain.forecast import Forecast, Point, RunsOut
from services.funding.domain.forecast_words import outcome_in_words, roughly
from services.funding.domain.funds import NOTHING
from services.funding.domain.pots import Week
from shared.kernel.money import Pence, pounds

WIDTH, HEIGHT = 1000, 200
AHEAD = timedelta(weeks=13)
AFTER = timedelta(weeks=3)
STEPS = (1, 2, 5, 10)
YEAR_AND_MORE = 400
"""From so many days on a chart has room for the names of fewer months."""


@dataclass(frozen=True, slots=True)
class Mark:
    """A line down the chart with a word to it; `place` is where, in thousandths of the width."""

    place: int
    words: str

    @property
    def percent(self) -> str:
        """Where, for the words."""
        return f"{self.place / 10:.1f}%"

    @property
    def side(self) -> str:
        """Which end of the words is at the line, so that they stay within the chart."""
        return "start" if self.place < WIDTH // 4 else "end" if self.place > WIDTH * 3 // 4 else "middle"


@dataclass(frozen=True, slots=True)
class Level:
    """A line across the chart at a round sum."""

    y: int
    words: str


@dataclass(frozen=True, slots=True)
class Row:
    """The table beside the chart: a day, what was or will be left, and within which bounds."""

    day: date
    left: str
    between: str = ""


@dataclass(frozen=True, slots=True)
class Runway:
    """All that is drawn, as points of shapes, and the same in words and as a table."""

    code: str
    title: str
    description: str
    available: str
    promised: str
    band: str
    likely: str
    today: Mark
    zero: Mark | None
    last_day: Mark | None
    months: tuple[Mark, ...]
    levels: tuple[Level, ...]
    rows: tuple[Row, ...]


def runway_of(
    code: str,
    title: str,
    found: Forecast,
    standing: tuple[Pence, Pence],
    weeks: Sequence[Week],
    *,
    today: date,
    last_day: date | None = None,
) -> Runway:
    """The chart of a fund, or of several as one: `standing` is what is available and promised today."""
    past = _behind(standing, weeks, today)
    ahead = [point for point in found.path if point.day <= _until(found, today)]
    scale = _Scale(
        past[0][0],
        max(today + AHEAD, ahead[-1].day if ahead else today),
        max([*(available + promised for _, available, promised in past), *(point.most for point in ahead), 100]),
    )
    zero = found.outcome.day if isinstance(found.outcome, RunsOut) else None
    said = outcome_in_words(found.outcome, today)
    return Runway(
        code=code,
        title=title,
        description=f"{pounds(standing[0])} can be promised today and {pounds(standing[1])} is promised: {said}.",
        available=scale.area([(day, available) for day, available, _ in past]),
        promised=scale.band([(day, available, available + promised) for day, available, promised in past]),
        band=scale.band([(point.day, point.least, point.most) for point in ahead]),
        likely=scale.line([(point.day, point.likely) for point in ahead]),
        today=Mark(scale.x(today), "Today"),
        zero=Mark(scale.x(zero), f"Runs out, {zero.day} {zero:%b}") if zero and zero <= scale.last else None,
        last_day=Mark(scale.x(last_day), f"Last day, {last_day.day} {last_day:%b}")
        if last_day and scale.first <= last_day <= scale.last
        else None,
        months=tuple(scale.months()),
        levels=tuple(scale.levels()),
        rows=(*_months_behind(past, today), *_months_ahead(ahead, today)),
    )


@dataclass(frozen=True, slots=True)
class _Scale:
    first: date
    last: date
    most: int

    def x(self, day: date) -> int:
        return (day - self.first).days * WIDTH // max(1, (self.last - self.first).days)

    def y(self, amount: int) -> int:
        return HEIGHT - min(amount, self.top) * HEIGHT // self.top

    @property
    def step(self) -> int:
        """The round sum of which two to five go into the largest."""
        power: int = 10 ** max(2, len(str(self.most)) - 2)
        return next((one * power for one in STEPS if self.most <= 4 * one * power), 25 * power)

    @property
    def top(self) -> int:
        return -(-self.most // self.step) * self.step

    def line(self, points: Sequence[tuple[date, int]]) -> str:
        return " ".join(f"{self.x(day)},{self.y(amount)}" for day, amount in points)

    def area(self, points: Sequence[tuple[date, int]]) -> str:
        return self.band([(day, 0, amount) for day, amount in points])

    def band(self, points: Sequence[tuple[date, int, int]]) -> str:
        upper = [(day, high) for day, _, high in points]
        return self.line([*upper, *((day, low) for day, low, _ in reversed(points))])

    def months(self) -> list[Mark]:
        """The first days of every second or third month within the chart."""
        every = 3 if (self.last - self.first).days > YEAR_AND_MORE else 2
        begin = months_after(self.first.replace(day=1), 1)
        days = [months_after(begin, later) for later in range(0, 24, every)]
        return [Mark(self.x(day), f"{day:%b} {day:%y}") for day in days if day <= self.last - timedelta(days=14)]

    def levels(self) -> list[Level]:
        return [Level(self.y(sum_), pounds(Pence(sum_))) for sum_ in range(self.step, self.top + 1, self.step)]


def _behind(standing: tuple[Pence, Pence], weeks: Sequence[Week], today: date) -> list[tuple[date, int, int]]:
    """Day, available and promised, from the week on in which money came: what there is less what has changed since."""
    available, promised = standing
    found = [(today, int(available), int(promised))]
    for back, week in enumerate(weeks, 1):
        _, after, kept = found[-1]
        found.append((today - timedelta(weeks=back), after - week.available, kept - week.promised))
    while len(found) > 2 and found[-2][1:] == (0, 0):
        found.pop()
    return found[::-1]


def _until(found: Forecast, today: date) -> date:
    """Until when the chart goes on: some weeks after nothing is left for sure, and at most to the path's end."""
    gone = next((point.day for point in found.path if point.most == NOTHING), date.max - AFTER)
    return max(gone, today + AHEAD - AFTER) + AFTER


def _months_behind(past: Sequence[tuple[date, int, int]], today: date) -> list[Row]:
    """What was left about a month apart, and today."""
    return [Row(day, pounds(Pence(available))) for day, available, _ in past if ((today - day).days // 7) % 4 == 0]


def _months_ahead(ahead: Sequence[Point], today: date) -> list[Row]:
    """The next months, every fourth week; further on, every quarter of a year is enough."""
    last = ahead[-1].day if ahead else today
    weeks = {*range(4, 25, 4), 39, 52}
    kept = [
        point for point in ahead if point.day > today and (point.day == last or (point.day - today).days // 7 in weeks)
    ]
    return [Row(one.day, roughly(one.likely), f"{roughly(one.least)} to {roughly(one.most)}") for one in kept]
