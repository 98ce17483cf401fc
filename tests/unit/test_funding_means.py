"""A means test to the penny: the published example at every edge of a band, and what no policy may ever do."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.funding.domain.contribution import PaysAll
from services.funding.domain.means import ABOVE, ON_BENEFITS, Household, Result, assess, per_session
from services.funding.domain.means_files import means_policy_from
from services.funding.domain.means_policy import MeansPolicy
from services.funding.domain.means_words import reckoning
from shared.kernel.money import Pence
from tests.unit.means_examples import POLICY, changed, left_with

amounts = st.integers(0, 10_000_00).map(Pence)
households = st.builds(
    Household,
    on_benefits=st.just(False),
    partner=st.booleans(),
    children=st.integers(0, 4),
    **dict.fromkeys(
        (
            "wages",
            "benefits",
            "other_income",
            "partner_income",
            "tax",
            "housing",
            "childcare",
            "maintenance",
            "savings",
        ),
        amounts,
    ),
)


@pytest.mark.parametrize(
    ("disposable", "monthly", "band"),
    [
        (0, 0, "free"),
        (314_99, 0, "free"),
        (315_00, 0, "free"),
        (315_01, 1_40, "A"),  # 1.4035
        (464_99, 53_89, "A"),  # 53.8965
        (465_00, 53_90, "A"),
        (465_01, 53_90, "A"),  # 53.9035
        (465_50, 54_07, "A"),  # 54.075: until 466 the lower rate goes on, which asks for less than the higher one
        (465_99, 54_24, "A"),  # 54.2465
        (466_00, 54_35, "B"),
        (466_01, 54_35, "B"),  # 54.3545
        (615_99, 121_84, "B"),  # 121.8455
        (616_00, 121_85, "B"),
        (616_99, 122_29, "B"),  # 122.2955
        (617_00, 122_55, "C"),
        (617_01, 122_55, "C"),  # 122.557
        (732_99, 203_74, "C"),  # 203.743
        (733_00, 203_75, "C"),
    ],
)
def test_the_published_example_comes_out_to_the_penny(disposable: int, monthly: int, band: str) -> None:
    found = assess(POLICY, left_with(disposable))

    assert (found.verdict, found.monthly, found.per_session, found.band) == ("contributes", monthly, monthly, band)


@pytest.mark.parametrize(
    ("household", "limit"),
    [
        (left_with(733_01), "disposable"),
        (left_with(2657_01, housing=Pence(545_00), tax=Pence(2000_00)), "gross"),
        (left_with(100_00, savings=Pence(8000_01)), "capital"),
    ],
)
def test_a_penny_above_a_limit_means_the_full_fee_if_they_can(household: Household, limit: Any) -> None:
    found = assess(POLICY, household)

    assert (found.verdict, found.band, found.monthly) == ("full-fee", ABOVE[limit], 0)


def test_who_is_just_at_every_limit_is_below_them() -> None:
    at_limit = left_with(2657_00, housing=Pence(545_00), tax=Pence(1379_00), savings=Pence(8000_00))

    assert assess(POLICY, at_limit).monthly == 203_75


def test_who_lives_on_benefits_adds_nothing() -> None:
    found = assess(POLICY, replace(left_with(900_00), on_benefits=True))

    assert (found.verdict, found.band, found.per_session) == ("contributes", ON_BENEFITS, 0)


def test_allowances_are_taken_off_and_housing_counts_up_to_its_cap() -> None:
    policy = means_policy_from(
        changed(
            allowances={
                "partner": 211_00, "child": 300_00, "employment": 66_00, "housing_cap": 545_00,
                "housing_cap_with_family": 900_00,
            }
        )
    )  # fmt: skip
    alone = left_with(1500_00, housing=Pence(1000_00), partner_income=Pence(400_00))
    family = replace(alone, partner=True, children=1, wages=Pence(50_00), other_income=Pence(1450_00))

    assert assess(policy, alone).counted.disposable == 1500_00 - 545_00 - 66_00
    counted = assess(policy, family).counted
    assert counted.gross == 1900_00
    assert dict(counted.taken_off) == {
        "Housing": 900_00, "Allowance for work": 50_00, "Allowance for a partner": 211_00,
        "Allowance for children": 300_00,
    }  # fmt: skip


def test_a_month_becomes_sessions_rounded_down_and_savings_are_spread() -> None:
    policy = means_policy_from(
        changed(
            per_session={"sessions_a_month": 4, "rounded_down_to": 50},
            capital={"ignored": 3000_00, "limit": 8000_00, "spread_months": 24},
        )
    )

    assert per_session(policy, Pence(203_75)) == 50_50
    assert per_session(policy, Pence(1_99)) == 0
    found = assess(policy, left_with(466_00, savings=Pence(4000_00)))
    assert found.monthly == 54_35 + 41_66
    assert found.per_session == 24_00


@st.composite
def policies(draw: st.DrawFn) -> MeansPolicy:
    """Any policy whose bands go up."""
    edges = sorted(draw(st.sets(st.integers(1, 5000_00), min_size=1, max_size=5)))
    bands: list[dict[str, Any]] = []
    begins, before = 0, 0
    for at, edge in enumerate(edges):
        rate, above = draw(st.integers(0, 100)), draw(st.integers(0, begins))
        least = max(0, before - rate * (begins - above) // 100)
        fixed = draw(st.integers(least, max(least, begins - rate * (begins - above) // 100)))
        bands.append(
            {"name": str(at), "from": begins, "until": edge, "fixed": fixed, "rate_percent": rate,
             "of_income_above": above}
        )  # fmt: skip
        before, begins = fixed + rate * (edge - above) // 100, edge + 1
    return means_policy_from(
        changed(
            bands=bands,
            disposable_income_limit=edges[-1],
            gross_income_limit=draw(st.integers(0, 9000_00)),
            capital={"ignored": 1000_00, "limit": 5000_00, "spread_months": draw(st.integers(0, 60))},
            per_session={"sessions_a_month": draw(st.integers(1, 31)), "rounded_down_to": draw(st.integers(1, 500))},
        )
    )


def asked_of(policy: MeansPolicy, household: Household, fee: int) -> int:
    """What comes of a test as a share of a fee; the whole fee where no money is needed."""
    found = assess(policy, household)
    each = found.per_session if found.verdict == "contributes" else None
    share = Result(policy.valid_from, found.verdict, found.band, each, date(2027, 1, 1)).share_of(Pence(fee))
    return fee if isinstance(share, PaysAll) else share.per_session


@given(policies(), households, st.integers(1, 200_00), amounts)
def test_nobody_pays_less_for_having_more_nor_more_than_the_fee_nor_less_than_nothing(
    policy: MeansPolicy, household: Household, fee: int, more: Pence
) -> None:
    asked = asked_of(policy, household, fee)

    assert 0 <= asked <= fee
    for richer in (
        replace(household, other_income=Pence(household.other_income + more)),
        replace(household, savings=Pence(household.savings + more)),
    ):
        assert asked_of(policy, richer, fee) >= asked
    for poorer in (
        replace(household, housing=Pence(household.housing + more)),
        replace(household, children=household.children + 1),
    ):
        assert asked_of(policy, poorer, fee) <= asked


@given(policies(), households)
def test_what_is_explained_adds_up(policy: MeansPolicy, household: Household) -> None:
    told = reckoning(policy, household)

    comes_in, *taken_off, left = told.lines
    assert max(0, comes_in.amount + sum(line.amount for line in taken_off)) == left.amount
    assert told.sentences


def test_the_explanation_says_band_savings_and_session_in_words() -> None:
    policy = means_policy_from(
        changed(
            per_session={"sessions_a_month": 4, "rounded_down_to": 50},
            capital={"ignored": 3000_00, "limit": 8000_00, "spread_months": 24},
        )
    )

    assert reckoning(policy, left_with(466_00, savings=Pence(4000_00))).sentences == (
        "With £466 to £616.99 left each month, £53.90 and 45% of what is above £465 is asked for: £54.35 a month.",
        "From savings of £4,000 comes £41.66 a month more: what is above £3,000, spread over 24 months.",
        "For 4 sessions a month, that is £24 a session, rounded down to the nearest 50p.",
    )
    assert reckoning(POLICY, left_with(315_00)).sentences == ("With up to £315 left each month, nothing is asked for.",)
    assert "£733 is left each month" in reckoning(POLICY, left_with(733_01)).sentences[0]
