"""Which gifts would help those who wait: for whom, how many, how much; and how the sum grows if none comes."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from services.funding.domain.choice import Case, most_from, reasons_against
from services.funding.domain.clearing import missing, needs_of
from services.funding.domain.days import months_after
from services.funding.domain.forecast import WEEK, WEEKS, Point, Rate
from services.funding.domain.funds import Fund, Person
from services.funding.domain.pots import Kind
from shared.kernel.money import Pence

FEWEST = 2
"""A kind of gift that would help one person alone is that person's own sum, which the list says already."""
SHOWN = 12
MONTHS = (1, 2, 3, 6)


@dataclass(frozen=True, slots=True)
class Gift:
    """A gift for one kind of case: what it takes so that all of them can be paid, and how many they are."""

    kind: Kind
    amount: Pence
    people: int

    @property
    def for_each(self) -> Pence:
        """What one of them takes on average."""
        return Pence(round(self.amount / self.people))


def useful_gifts(cases: Sequence[Case], funds: Sequence[Fund], today: date) -> list[Gift]:
    """The kinds of restricted gift that would help most people, each alone with what the funds still hold.

    A narrower kind of the same people says nothing more, so the widest stands for both.
    """
    helped: dict[Kind, list[int]] = defaultdict(list)
    for at, case in enumerate(cases):
        for kind in _kinds_of(case.person):
            helped[kind].append(at)
    needs = needs_of(cases, funds, today)
    seen = {tuple(range(len(cases)))}
    found: list[Gift] = []
    for kind, places in sorted(helped.items(), key=lambda item: (item[0].ties, item[0].words)):
        if len(places) < FEWEST or tuple(places) in seen:
            continue
        seen.add(tuple(places))
        found.append(Gift(kind, missing([needs[at] for at in places], funds), len(places)))
    useful = [gift for gift in found if gift.amount > 0]
    return sorted(useful, key=lambda gift: (-gift.people, gift.amount, gift.kind.words))[:SHOWN]


def funds_that_could(case: Case, shortfall: Pence, funds: Iterable[Fund], today: date) -> list[Fund]:
    """The funds into each of which a gift of the shortfall would be enough: they fit, and no cap stands in the way."""
    return [
        fund
        for fund in funds
        if not reasons_against(fund, case, today)
        and most_from(fund, case) - min(fund.available, most_from(fund, case)) >= shortfall
    ]


def joined_by_week(joined: Iterable[tuple[datetime, Pence]], now: datetime, known: int) -> list[Pence]:
    """What those who wait need, by the week in which they joined, the latest first; as many weeks as are `known`.

    The need and not the shortfall: what the funds still hold is counted once, for all who wait, and does not come again
    for each who joins.
    """
    weeks = [0] * min(known, WEEKS)
    for since, needs in joined:
        back = int((now - since) / WEEK)
        if back < len(weeks):
            weeks[back] += needs
    return [Pence(one) for one in weeks]


def growth(amount: Pence, rate: Rate, today: date) -> list[Point]:
    """What would clear the list in some months, if people join it as in the weeks of `rate` and no money comes."""
    points: list[Point] = []
    for months in MONTHS:
        day = months_after(today, months)
        more, margin = rate.after((day - today) / WEEK)
        sums = (Pence(max(0, round(amount + more + off))) for off in (-margin, 0, margin))
        points.append(Point(day, *sums))
    return points


def _kinds_of(person: Person) -> list[Kind]:
    group = frozenset({person.client_group})
    ages = frozenset({person.age_band})
    kinds = [Kind(client_groups=group), Kind(age_bands=ages)]
    if person.region is not None:
        regions = frozenset({person.region})
        kinds += [Kind(regions=regions), Kind(client_groups=group, regions=regions)]
    return kinds
