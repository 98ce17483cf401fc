"""Which money pays for whom, in which order, and how that is explained."""

from datetime import date
from itertools import count
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.funding.domain.choice import Case, NotEnough, Split, choose_fund, most_from
from services.funding.domain.clearing import sum_to_clear
from services.funding.domain.contribution import Contribution, PaysAll, contribution
from services.funding.domain.funds import Fund, Person, Restrictions, misfits
from services.funding.domain.ledger import Balances
from services.funding.domain.thresholds import thresholds_reached
from services.funding.domain.vocabulary import (
    Means,
)
from shared.kernel.ids import FundId
from shared.kernel.money import Pence

TODAY = date(2026, 3, 2)
NUMBERS = count(1)
DEVON = Person("survivor", "26-64", "south-west")


def a_fund(available: int = 100_000, **terms: Any) -> Fund:
    nth = next(NUMBERS)
    kind = terms.pop("kind", "restricted" if terms else "unrestricted")
    return Fund(FundId(UUID(int=nth)), f"Fund {nth}", kind, Pence(available), Restrictions(**terms))


def a_case(needed: int = 50_000, person: Person = DEVON, **changes: Any) -> Case:
    return Case(**{
        "person": person, "sessions": 10, "session_fee": Pence(needed // 10), "contribution": Pence(0), **changes
    })  # fmt: skip


def paid(case: Case, *funds: Fund) -> list[tuple[Fund, int]]:
    found = choose_fund(case, funds, TODAY)
    assert isinstance(found, Split)
    return [(next(fund for fund in funds if fund.fund_id == part.fund_id), part.amount) for part in found.parts]


def test_restricted_money_goes_before_designated_and_that_before_free_money() -> None:
    free, restricted = a_fund(), a_fund(regions=frozenset({"south-west"}))
    designated = a_fund(kind="designated")

    assert paid(a_case(250_000), free, designated, restricted) == [
        (restricted, 100_000), (designated, 100_000), (free, 50_000)
    ]  # fmt: skip


def test_money_tied_on_more_counts_goes_first() -> None:
    tied = a_fund(regions=frozenset({"south-west"}))
    more = a_fund(regions=frozenset({"south-west"}), age_bands=frozenset({"26-64"}))

    assert paid(a_case(), tied, more) == [(more, 50_000)]


def test_of_equal_money_the_first_to_expire_goes_first() -> None:
    later, soon, never = (
        a_fund(regions=frozenset({"south-west"}), until=until) for until in (date(2027, 1, 1), date(2026, 4, 1), None)
    )

    assert [fund for fund, _ in paid(a_case(250_000), later, never, soon)] == [soon, later, never]


def test_all_or_nothing() -> None:
    found = choose_fund(a_case(50_000), [a_fund(20_000), a_fund(10_000)], TODAY)

    assert isinstance(found, NotEnough)
    assert found.shortfall == 20_000


@pytest.mark.parametrize(
    ("terms", "reason"),
    [
        ({"client_groups": frozenset({"family"})}, "client-group"),
        ({"regions": frozenset({"wales"})}, "region"),
        ({"age_bands": frozenset({"13-17"})}, "age-band"),
        ({"available_from": date(2026, 3, 3)}, "not-yet"),
        ({"until": date(2026, 3, 1)}, "over"),
    ],
)
def test_money_for_another_purpose_is_never_touched_and_it_is_said_why(terms: dict[str, Any], reason: str) -> None:
    fund = a_fund(**terms)

    found = choose_fund(a_case(), [fund], TODAY)

    assert isinstance(found, NotEnough)
    assert [(one.verdict, one.reasons) for one in found.explanation] == [("does-not-fit", (reason,))]


@pytest.mark.parametrize("terms", [Restrictions(available_from=TODAY), Restrictions(until=TODAY)])
def test_the_first_and_the_last_day_count(terms: Restrictions) -> None:
    assert misfits(terms, DEVON, TODAY) == ()


def test_regional_money_never_goes_where_no_region_is_known() -> None:
    nowhere = Person("survivor", "26-64", None)

    assert misfits(Restrictions(regions=frozenset({"wales"})), nowhere, TODAY) == ("region",)


def test_a_cap_caps_and_counts_what_was_given_before() -> None:
    fund = a_fund(cap_per_client=Pence(60_000))

    assert most_from(fund, a_case()) == 50_000
    assert most_from(fund, a_case(had_before={fund.fund_id: Pence(50_000)})) == 10_000
    assert most_from(fund, a_case(had_before={fund.fund_id: Pence(70_000)})) == 0


def test_a_fund_may_pay_only_a_share_of_the_fee() -> None:
    half, free = a_fund(share_of_fee=50), a_fund()

    assert paid(a_case(50_000), half, free) == [(half, 25_000), (free, 25_000)]


def test_a_share_is_of_the_whole_fee_and_rounds_down() -> None:
    third = a_fund(share_of_fee=33)

    assert most_from(third, a_case(50_000, contribution=Pence(2_000))) == 16_500
    assert most_from(third, Case(DEVON, 1, Pence(101), Pence(0))) == 33


def test_every_fund_is_explained() -> None:
    funds = [
        a_fund(0), a_fund(regions=frozenset({"south-west"})), a_fund(regions=frozenset({"wales"})),
        a_fund(cap_per_client=Pence(10), kind="designated"),
    ]  # fmt: skip
    case = a_case(150_000, had_before={funds[3].fund_id: Pence(10)})

    found = choose_fund(case, funds, TODAY)

    verdicts = {one.fund_id: one.verdict for one in found.explanation}
    assert [verdicts[fund.fund_id] for fund in funds] == [
        "empty", "pays", "does-not-fit", "used-up-for-this-client"
    ]  # fmt: skip


amounts = st.integers(0, 120_000)
funds_strategy = st.lists(
    st.builds(
        lambda available, regions, cap, share: a_fund(
            available,
            kind="restricted",
            regions=frozenset(regions),
            cap_per_client=cap,
            share_of_fee=share,
        ),
        amounts,
        st.sets(st.sampled_from(["south-west", "wales"])),
        st.none() | st.integers(1, 120_000),
        st.none() | st.integers(1, 100),
    ),
    max_size=5,
)


@given(funds=funds_strategy, fee=st.integers(0, 12_000), sessions=st.integers(1, 20))
def test_a_split_is_exact_and_within_every_fund(funds: list[Fund], fee: int, sessions: int) -> None:
    case = Case(DEVON, sessions, Pence(fee), Pence(0))

    found = choose_fund(case, funds, TODAY)

    possible = sum(
        min(fund.available, most_from(fund, case)) for fund in funds if not misfits(fund.restrictions, DEVON, TODAY)
    )
    if isinstance(found, Split):
        by_id = {fund.fund_id: fund for fund in funds}
        assert sum(part.amount for part in found.parts) == case.needed
        for part in found.parts:
            fund = by_id[part.fund_id]
            assert 0 < part.amount <= min(fund.available, most_from(fund, case))
            assert misfits(fund.restrictions, DEVON, TODAY) == ()
    else:
        assert found.shortfall == case.needed - possible > 0


@pytest.mark.parametrize(
    ("means", "affordable", "expected"),
    [
        ("full-fee", None, PaysAll()),
        ("part-fee", 1500, Contribution(Pence(1500))),
        ("part-fee", 0, Contribution(Pence(0))),
        ("part-fee", 4999, Contribution(Pence(4999))),
        ("part-fee", 5000, PaysAll()),
        ("part-fee", 9000, PaysAll()),
        ("part-fee", None, Contribution(Pence(0), review=True)),
        ("part-fee", -1, Contribution(Pence(0), review=True)),
        ("cannot-pay", 1500, Contribution(Pence(0))),
        ("unsure", 1500, Contribution(Pence(0), review=True)),
    ],
)
def test_what_a_client_adds(means: Means, affordable: int | None, expected: Contribution | PaysAll) -> None:
    assert contribution(means, affordable, Pence(5000)) == expected


def test_a_therapist_without_a_fee_needs_no_fund() -> None:
    assert contribution("cannot-pay", None, Pence(0)) == PaysAll()


@pytest.mark.parametrize(
    "terms",
    [
        {"available_from": date(2026, 5, 2), "until": date(2026, 5, 1)},
        {"cap_per_client": 0},
        {"cap_per_client": -1},
        {"share_of_fee": 0},
        {"share_of_fee": 101},
    ],
)
def test_impossible_terms_are_refused(terms: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"must"):
        Restrictions(**terms)


def test_free_money_has_no_terms() -> None:
    with pytest.raises(ValueError, match="no restrictions"):
        a_fund(kind="unrestricted", share_of_fee=50)


@pytest.mark.parametrize(
    ("received", "used", "reached"),
    [(100, 79, ()), (100, 80, (80,)), (100, 99, (80,)), (100, 100, (80, 100)), (0, 0, ()), (3, 2, ()), (5, 4, (80,))],
)
def test_thresholds_are_reached_to_the_penny(received: int, used: int, reached: tuple[int, ...]) -> None:
    balances = Balances(Pence(received), Pence(received - used), Pence(used))

    assert thresholds_reached(balances, (100, 80)) == reached


def test_the_sum_to_clear_uses_money_where_it_fits_best() -> None:
    free, devon = a_fund(50_000), a_fund(50_000, regions=frozenset({"south-west"}))
    wales = Person("survivor", "26-64", "wales")

    assert sum_to_clear([a_case(50_000), a_case(50_000, wales)], [free, devon], TODAY) == 0
    assert sum_to_clear([a_case(50_000, wales), a_case(50_000, wales)], [free, devon], TODAY) == 50_000
    assert sum_to_clear([a_case(150_000)], [], TODAY) == 150_000
    assert sum_to_clear([], [free], TODAY) == 0


@given(
    funds=st.lists(amounts, max_size=4),
    places=st.lists(st.tuples(st.integers(0, 12_000), st.booleans()), max_size=5),
)
def test_the_sum_to_clear_is_the_least_possible(funds: list[int], places: list[tuple[int, bool]]) -> None:
    kept = [
        a_fund(amount, kind="restricted", regions=frozenset({"wales"} if n % 2 else ()))
        for n, amount in enumerate(funds)
    ]
    cases = [a_case(fee * 10, Person("survivor", "26-64", "wales" if welsh else "london")) for fee, welsh in places]

    welsh_money = sum(fund.available for fund in kept if fund.restrictions.regions)
    free_money = sum(fund.available for fund in kept if not fund.restrictions.regions)
    welsh_need = sum(case.needed for case in cases if case.person.region == "wales")
    need_beyond = max(0, welsh_need - welsh_money) + sum(c.needed for c in cases if c.person.region == "london")

    assert sum_to_clear(cases, kept, TODAY) == max(0, need_beyond - free_money)
