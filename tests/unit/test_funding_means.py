"""A means test to the penny: the published example, every edge of a band, and what may never happen with any policy."""

import re
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.funding.domain.amounts import pence_or_nothing_from
from services.funding.domain.contribution import Contribution, PaysAll
from services.funding.domain.days import months_after
from services.funding.domain.means import ABOVE, ON_BENEFITS, Household, Result, assess, per_session
from services.funding.domain.means_files import as_content, means_policy_from, means_policy_in
from services.funding.domain.means_policy import MeansPolicy, policy_on
from services.funding.domain.means_questions import STEPS, household_from, next_step, problems_in, steps_for
from services.funding.domain.means_words import reckoning
from services.funding.store.means_policies import shipped_files
from shared.kernel.money import Pence

PUBLISHED: dict[str, Any] = {
    "valid_from": date(2025, 4, 7),
    "gross_income_limit": 2657_00,
    "disposable_income_limit": 733_00,
    "benefits_pass": True,
    "allowances": {
        "partner": 0, "child": 0, "employment": 0, "housing_cap": 545_00, "housing_cap_with_family": 5000_00
    },
    "capital": {"ignored": 3000_00, "limit": 8000_00, "spread_months": 0},
    "per_session": {"sessions_a_month": 1, "rounded_down_to": 1},
    "bands": [
        {"name": "free", "from": 0, "until": 315_00, "fixed": 0, "rate_percent": 0, "of_income_above": 0},
        {"name": "A", "from": 315_01, "until": 465_99, "fixed": 0, "rate_percent": 35, "of_income_above": 311_00},
        {"name": "B", "from": 466_00, "until": 616_99, "fixed": 53_90, "rate_percent": 45, "of_income_above": 465_00},
        {"name": "C", "from": 617_00, "until": 733_00, "fixed": 121_85, "rate_percent": 70, "of_income_above": 616_00},
    ],
}  # fmt: skip
"""The shape and the numbers of legal aid in England and Wales from that day, as a check of the arithmetic only."""
POLICY = means_policy_from(PUBLISHED)
ALONE = Household(on_benefits=False)
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


def changed(**changes: Any) -> dict[str, Any]:
    """The published policy with changes; `band_B={"fixed": 1}` changes one band."""
    content = {**PUBLISHED, **{key: value for key, value in changes.items() if not key.startswith("band_")}}
    for key, fields in changes.items():
        if key.startswith("band_"):
            content["bands"] = [
                {**band, **fields} if band["name"] == key.removeprefix("band_") else band for band in content["bands"]
            ]
    return content


def left_with(disposable: int, **changes: Any) -> Household:
    """Somebody to whom just so much is left."""
    return replace(ALONE, wages=Pence(disposable), **changes)


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


def test_who_lives_on_benefits_adds_nothing_unless_the_policy_says_otherwise() -> None:
    household = replace(left_with(900_00), on_benefits=True)

    assert (assess(POLICY, household).band, assess(POLICY, household).per_session) == (ON_BENEFITS, 0)
    assert assess(means_policy_from(changed(benefits_pass=False)), household).verdict == "full-fee"


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


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (changed(band_B={"from": 465_00}), "Band B, field from: it overlaps with band A, which ends at £465.99."),
        (changed(band_B={"from": 467_00}), "Band B, field from: incomes between £465.99 and £467 are in no band"),
        (changed(band_B={"from": 465_98, "of_income_above": 465_00}), "Band B, field from: it overlaps"),
        (changed(band_B={"fixed": 53_78}), "the contribution would fall from £54.24 to £54.23"),
        (changed(band_C={"until": 730_00}), "Band C, field until: the last band ends at the disposable income limit"),
        (changed(band_C={"until": 616_00}), "Band C, field until: it ends at £616, before it begins"),
        (changed(band_free={"from": 1}), "Band free, field from: the first band begins at 0"),
        (changed(band_A={"of_income_above": 316_00}), "Band A, field of_income_above: it is above the beginning"),
        (changed(band_A={"fixed": 400_00}), "Band A, field fixed: of £315.01 a month it would take £401.40"),
        (changed(band_A={"fixed": -1}), "Band A, field fixed: -1 is less than nothing."),
        (changed(band_A={"fixed": 0.5}), "Band A, field fixed: 0.5 is not whole pence"),
        (changed(band_A={"fixed": True}), "Band A, field fixed: it must be an amount in whole pence"),
        (changed(band_A={"rate_percent": 101}), "Band A, field rate_percent: it must be a whole number from 0 to 100."),
        (changed(band_A={"rate_percent": 12.5}), "Band A, field rate_percent"),
        (changed(band_A={"rate": 1}), "Band A, field rate: this field is not known."),
        (changed(band_C={"name": "A"}), "two bands have the same name"),
        (changed(band_C={"name": ""}), "Band number 4, field name"),
        (changed(bands=[]), "Bands: there must be at least one."),
        (changed(bands=None), "The file, field bands: it must be a list"),
        (changed(gross_income_limit=-1), "The file, field gross_income_limit: -1 is less than nothing."),
        (changed(valid_from="soon"), "The file, field valid_from: it must be a day"),
        (changed(capital={"ignored": 2, "limit": 1, "spread_months": 0}), "Capital, field limit: it is below"),
        (changed(capital={"ignored": 1}), "Capital, field limit: it is missing."),
        (
            changed(per_session={"sessions_a_month": 0, "rounded_down_to": 1}),
            "Per session, field sessions_a_month: it must be a whole number from 1 to 31.",
        ),
        (changed(surprise=1), "The file, field surprise: this field is not known."),
    ],
)
def test_thresholds_that_cannot_be_are_refused_by_band_and_field(content: dict[str, Any], sentence: str) -> None:
    with pytest.raises(ValueError, match=re.escape(sentence)):
        means_policy_from(content)


def test_what_is_not_toml_is_refused() -> None:
    with pytest.raises(ValueError, match="The file is not TOML"):
        means_policy_in("bands = [")


def test_every_file_that_ships_can_be_taken_in_on_a_day_of_its_own_that_its_name_says() -> None:
    files = {name: means_policy_in(text) for name, text in shipped_files()}

    assert files
    assert {f"means-{policy.valid_from}.toml" for policy in files.values()} == set(files)
    assert all(means_policy_from(as_content(policy)) == policy for policy in files.values())


def test_the_policy_of_a_day_is_the_last_that_has_begun() -> None:
    later = replace(POLICY, valid_from=date(2026, 4, 6))

    assert policy_on([later, POLICY], date(2026, 4, 5)) == POLICY
    assert policy_on([POLICY, later], date(2026, 4, 6)) == later
    assert policy_on([later, POLICY], date(2025, 4, 6)) is None


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


WORKED_OUT = Result(date(2026, 1, 1), "contributes", "A", Pence(20_00), date(2027, 1, 1))


@pytest.mark.parametrize(
    ("result", "share"),
    [
        (WORKED_OUT, Contribution(Pence(20_00))),
        (replace(WORKED_OUT, per_session=Pence(50_00)), PaysAll()),
        (replace(WORKED_OUT, per_session=None, verdict="full-fee"), PaysAll()),
        (replace(WORKED_OUT, per_session=None, too_hard=True), Contribution(Pence(0), review=True)),
        (replace(WORKED_OUT, too_hard=True, manageable=Pence(5_00)), Contribution(Pence(5_00), review=True)),
        (replace(WORKED_OUT, too_hard=True, manageable=Pence(30_00)), Contribution(Pence(20_00), review=True)),
        (replace(WORKED_OUT, too_hard=True, decided_by="staff:1"), Contribution(Pence(20_00))),
        (
            replace(WORKED_OUT, per_session=None, too_hard=True, decided=Pence(10_00), decided_by="staff:1"),
            Contribution(Pence(10_00)),
        ),
        (replace(WORKED_OUT, decided=Pence(60_00), decided_by="staff:1"), PaysAll()),
    ],
)
def test_who_finds_it_too_hard_is_heard_and_what_staff_decide_counts(
    result: Result, share: PaysAll | Contribution
) -> None:
    assert result.share_of(Pence(50_00)) == share


COMPLETE = {
    "on_benefits": "no", "partner": "no", "children": "0", "income_period": "week", "wages": "100.01", "benefits": "0",
    "other_income": "0", "outgoings_period": "week", "tax": "0", "housing": "100.01", "childcare": "0",
    "maintenance": "0", "savings": "0",
}  # fmt: skip


def test_a_week_becomes_a_month_in_the_clients_favour() -> None:
    household = household_from(COMPLETE)

    assert household.wages == 433_37  # 433.3766…
    assert household.housing == 433_38
    yearly = household_from({**COMPLETE, "income_period": "year", "wages": "12,000.11"})
    assert yearly.wages == 1000_00


def test_pages_come_one_after_another_and_end_after_benefits() -> None:
    assert next_step({}) == 1
    assert next_step({"on_benefits": "no"}) == 2
    assert next_step(COMPLETE) is None
    assert steps_for({"on_benefits": "yes"}) == STEPS[:1]
    assert next_step({"on_benefits": "yes"}) is None
    assert household_from({"on_benefits": "yes"}) == Household(on_benefits=True)
    with_partner = {**COMPLETE, "partner": "yes"}
    assert next_step(with_partner) == 3
    assert set(problems_in(STEPS[2], with_partner)) == {"partner_income"}


@pytest.mark.parametrize(
    ("key", "typed", "sentence"),
    [
        ("wages", "-5", "Enter 0 or more, without a sign."),
        ("wages", "1.005", "Enter whole pence: no more than two digits after the point."),
        ("wages", "lots", "Enter an amount in pounds, like 1250 or 1250.50."),
        ("wages", "", "Enter an amount, or 0: your wages or earnings, before tax."),
        ("income_period", "fortnight", "Choose one of the answers."),
        ("children", "-1", "Enter a whole number from 0 to 20."),
        ("children", "²", "Enter a whole number from 0 to 20."),
    ],
)
def test_an_answer_that_cannot_be_gets_a_sentence(key: str, typed: str, sentence: str) -> None:
    answers = {**COMPLETE, key: typed}
    problems = {name: text for step in STEPS for name, text in problems_in(step, answers).items()}

    assert problems == {key: sentence}


def test_nothing_is_an_amount_too() -> None:
    assert pence_or_nothing_from("0") == 0
    assert pence_or_nothing_from("£0.00") == 0


@pytest.mark.parametrize(
    ("day", "months", "later"),
    [
        (date(2026, 3, 2), 12, date(2027, 3, 2)),
        (date(2026, 8, 31), 6, date(2027, 2, 28)),
        (date(2027, 12, 31), 2, date(2028, 2, 29)),
        (date(2026, 12, 1), 1, date(2027, 1, 1)),
    ],
)
def test_months_later_is_the_same_day_or_the_last_of_that_month(day: date, months: int, later: date) -> None:
    assert months_after(day, months) == later
