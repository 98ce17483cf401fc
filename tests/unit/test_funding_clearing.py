"""The sum that clears the list, the gifts that would help, and how the sum grows, beside a library's largest flow."""

from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any, get_args
from uuid import uuid4

import numpy as np
import pytest
from scipy.sparse import csr_array
from scipy.sparse.csgraph import maximum_flow

from services.funding.domain.choice import Case, most_from
from services.funding.domain.clearing import sum_to_clear
from services.funding.domain.forecast import Rate
from services.funding.domain.funds import Fund, Person, Restrictions, misfits
from services.funding.domain.gifts import Gift, funds_that_could, growth, joined_by_week, useful_gifts
from services.funding.domain.pots import Kind
from services.funding.domain.vocabulary import AgeBand, ClientGroup
from shared.kernel.ids import FundId
from shared.kernel.money import Pence
from shared.kernel.regions import Region

TODAY = date(2026, 6, 1)


def a_fund(available: int, **terms: Any) -> Fund:
    """A fund with so much in it."""
    tied = Restrictions(**terms)
    return Fund(FundId(uuid4()), "Fund", "restricted" if tied.any else "unrestricted", Pence(available), tied)


def a_case(needed: int = 50_000, *, group: ClientGroup = "survivor", region: Region | None = "wales") -> Case:
    """Somebody of 26 to 64 who needs so much for ten sessions."""
    return Case(Person(group, "26-64", region), 10, Pence(needed // 10), Pence(0))


def a_country(draw: Random, cases: int, funds: int) -> tuple[list[Case], list[Fund]]:
    """People of all kinds, and funds with all kinds of terms, some of which are empty."""
    groups, ages, regions = get_args(ClientGroup), get_args(AgeBand), get_args(Region)
    found = [
        a_fund(
            draw.choice((0, draw.randrange(2_000_000))),
            client_groups=frozenset(draw.sample(groups, draw.choice((0, 1, 2)))),
            regions=frozenset(draw.sample(regions, draw.choice((0, 1, 3)))),
            age_bands=frozenset(draw.sample(ages, draw.choice((0, 0, 2)))),
            cap_per_client=draw.choice((None, Pence(40_000))),
            share_of_fee=draw.choice((None, None, 50)),
        )
        for _ in range(funds)
    ]
    people = [Person(draw.choice(groups), draw.choice(ages), draw.choice(regions)) for _ in range(cases)]
    return [Case(one, draw.randint(6, 24), Pence(draw.randrange(4_000, 9_000)), Pence(500)) for one in people], found


def by_a_library(cases: list[Case], funds: list[Fund]) -> int:
    """The same sum by scipy's largest flow."""
    sink = 1 + len(funds) + len(cases)
    arcs = [(0, 1 + at, fund.available) for at, fund in enumerate(funds)]
    arcs += [(1 + len(funds) + nth, sink, case.needed) for nth, case in enumerate(cases)]
    arcs += [
        (1 + at, 1 + len(funds) + nth, most_from(fund, case))
        for at, fund in enumerate(funds)
        for nth, case in enumerate(cases)
        if not misfits(fund.restrictions, case.person, TODAY)
    ]
    tail, head, room = zip(*arcs, strict=True)
    network = csr_array((np.array(room, dtype=np.int32), (tail, head)), shape=(sink + 1, sink + 1))
    return sum(case.needed for case in cases) - int(maximum_flow(network, 0, sink).flow_value)


@pytest.mark.parametrize(("cases", "funds", "seed"), [(3, 2, 1), (10, 6, 2), (40, 12, 3), (40, 12, 4), (1000, 50, 5)])
def test_the_sum_is_what_a_library_finds(cases: int, funds: int, seed: int) -> None:
    people, money = a_country(Random(seed), cases, funds)

    assert sum_to_clear(people, money, TODAY) == by_a_library(people, money)


def test_money_goes_round_to_those_whom_nothing_else_can_pay() -> None:
    free, wales = a_fund(50_000), a_fund(50_000, regions=frozenset({"wales"}))

    assert sum_to_clear([a_case(), a_case(region="london")], [free, wales], TODAY) == 0
    assert sum_to_clear([a_case(region="london"), a_case(region="london")], [free, wales], TODAY) == 50_000


def test_gifts_are_for_two_or_more_and_the_wider_stands_for_the_same_people() -> None:
    waiting = [a_case(), a_case(), a_case(group="family"), a_case(region="london", group="family"), a_case(region=None)]
    found = useful_gifts(waiting, [a_fund(20_000, regions=frozenset({"wales"}))], TODAY)

    assert found == [
        Gift(Kind(regions=frozenset({"wales"})), Pence(130_000), 3),
        Gift(Kind(client_groups=frozenset({"survivor"})), Pence(130_000), 3),
        Gift(Kind(client_groups=frozenset({"family"})), Pence(80_000), 2),
        Gift(Kind(client_groups=frozenset({"survivor"}), regions=frozenset({"wales"})), Pence(80_000), 2),
    ]
    assert found[0].for_each == 43_333
    assert useful_gifts([a_case(), a_case()], [], TODAY) == []


def test_a_gift_to_a_fund_would_do_where_it_fits_and_no_cap_stands_in_the_way() -> None:
    fits, capped = a_fund(10_000), a_fund(10_000, cap_per_client=Pence(40_000))
    other = a_fund(0, regions=frozenset({"london"}))

    assert funds_that_could(a_case(), Pence(30_000), [fits, capped, other], TODAY) == [fits, capped]
    assert funds_that_could(a_case(), Pence(30_001), [fits, capped, other], TODAY) == [fits]


def test_the_sum_grows_as_people_joined_and_never_falls_below_nothing() -> None:
    points = growth(Pence(100_000), Rate(7_000.0, 0.0, 8), date(2026, 1, 31))
    shrinking = growth(Pence(100_000), Rate(-70_000.0, 5.0, 8), TODAY)

    assert [point.day for point in points] == [date(2026, m, d) for m, d in ((2, 28), (3, 31), (4, 30), (7, 31))]
    assert [point.likely for point in points] == [128_000, 159_000, 189_000, 281_000]
    assert all(point.least == point.most == point.likely for point in points)
    assert [point.likely for point in shrinking] == [0, 0, 0, 0]


def test_needs_are_counted_in_the_week_in_which_people_joined() -> None:
    now = datetime(2026, 6, 1, tzinfo=UTC)
    joined = [(now - timedelta(days=days), Pence(100 + days)) for days in (0, 6, 7, 20, 21, 300)]

    assert joined_by_week(joined, now, 3) == [206, 107, 120]
    assert len(joined_by_week(joined, now, 60)) == 26
    assert joined_by_week(joined, now, 0) == []
