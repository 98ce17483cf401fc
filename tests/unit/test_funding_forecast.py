"""When the money runs out: the rule, its words, which funds count together, and how often it proves right."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as some
from scipy.stats import t as students

from deploy.bench.forecasting import bootstrapped, coverage, ours
from services.funding.domain.forecast import (
    FEWEST,
    Empty,
    Expected,
    Lasts,
    Outcome,
    RunsOut,
    TooLittle,
    Unused,
    forecast,
    students_t,
)
from services.funding.domain.forecast_words import outcome_in_words
from services.funding.domain.funds import Fund, Restrictions
from services.funding.domain.pots import History, Kind, Week, funds_for, kinds_of, pot_of
from shared.kernel.ids import FundId
from shared.kernel.money import Pence

TODAY = date(2026, 6, 1)
STEADY = [Pence(10_000)] * 13
UNEVEN = [Pence(0), Pence(20_000)] * 6
AGES_AGO = datetime(2020, 1, 1, tzinfo=UTC)


def weeks(number: float) -> date:
    """So many weeks from today."""
    return TODAY + timedelta(days=number * 7)


def exactly(day: date, last_day: date | None = None) -> RunsOut:
    """It runs out on that day and no other."""
    return RunsOut(day, day, day, last_day)


def a_history(available: int, *, used: Sequence[int] = (), **terms: Any) -> History:
    """A fund that has been there for years, with as much as this used in each week, the latest first."""
    tied = Restrictions(**terms)
    fund = Fund(FundId(uuid4()), "Fund", "restricted" if tied.any else "unrestricted", Pence(available), tied)
    return History(fund, AGES_AGO, Pence(0), tuple(Week(Pence(one), Pence(-one), Pence(one)) for one in used))


def test_a_steady_rate_says_the_very_day() -> None:
    found = forecast(Pence(100_000), STEADY, TODAY).outcome

    assert found == RunsOut(weeks(10), weeks(10), weeks(10))


def test_an_uneven_rate_widens_what_is_said_and_more_weeks_narrow_it() -> None:
    few = forecast(Pence(100_000), UNEVEN[:8], TODAY).outcome
    many = forecast(Pence(100_000), UNEVEN * 2, TODAY).outcome

    assert isinstance(few, RunsOut)
    assert isinstance(many, RunsOut)
    assert few.day == many.day == weeks(10)
    assert few.earliest < many.earliest < many.day
    assert few.latest is not None
    assert many.latest is not None
    assert many.day < many.latest < few.latest


def test_below_eight_weeks_nothing_is_said() -> None:
    assert forecast(Pence(100_000), STEADY[: FEWEST - 1], TODAY).outcome == TooLittle(7)
    assert isinstance(forecast(Pence(100_000), STEADY[:FEWEST], TODAY).outcome, RunsOut)


def test_an_empty_fund_is_empty_whatever_else_is_known() -> None:
    for known in ([], STEADY):
        assert forecast(Pence(0), known, TODAY).outcome == Empty()
    assert forecast(Pence(0), STEADY, TODAY, expected=[Expected(weeks(2), Pence(5))]).outcome == Empty()


def test_more_coming_back_than_is_promised_lasts() -> None:
    assert forecast(Pence(100_000), [Pence(-500)] * 8, TODAY).outcome == Lasts(None)


def test_what_may_run_out_but_probably_will_not_says_from_when() -> None:
    found = forecast(Pence(600_000), UNEVEN, TODAY).outcome

    assert isinstance(found, Lasts)
    assert found.earliest is not None
    assert found.earliest > weeks(26)


def test_an_instalment_counts_from_its_day_and_a_late_one_not_at_all() -> None:
    late = Expected(TODAY - timedelta(days=1), Pence(50_000))
    in_time, too_late = Expected(weeks(10), Pence(50_000)), Expected(weeks(11), Pence(50_000))

    outcomes = [forecast(Pence(100_000), STEADY, TODAY, expected=[one]).outcome for one in (late, in_time, too_late)]

    assert [one.day for one in outcomes if isinstance(one, RunsOut)] == [weeks(10), weeks(15), weeks(10)]


def test_money_whose_last_day_comes_first_stays_unused() -> None:
    found = forecast(Pence(100_000), STEADY, TODAY, last_day=weeks(4)).outcome

    assert found == Unused(weeks(4), Pence(60_000), Pence(60_000), Pence(60_000))
    steady = forecast(Pence(100_000), STEADY, TODAY, last_day=weeks(12)).outcome
    uneven = forecast(Pence(100_000), UNEVEN, TODAY, last_day=weeks(11)).outcome
    assert steady == exactly(weeks(10), weeks(12))
    assert isinstance(uneven, RunsOut)
    assert (uneven.latest, uneven.last_day) == (None, weeks(11))
    assert uneven.unused > 0
    assert forecast(Pence(9_000_000), STEADY, TODAY, last_day=weeks(80)).outcome == Lasts(None)


@given(
    some.lists(some.integers(-30_000, 90_000).map(Pence), min_size=8, max_size=26),
    some.integers(1, 5_000_000).map(Pence),
)
def test_the_band_holds_the_likeliest_and_is_never_below_nothing(known: list[Pence], available: Pence) -> None:
    found = forecast(available, known, TODAY)

    assert all(0 <= point.least <= point.likely for point in found.path)
    assert all(point.likely <= point.most <= available for point in found.path if found.rate and found.rate.mean >= 0)
    match found.outcome:
        case RunsOut(day, earliest, latest, None, 0):
            assert earliest <= day <= (latest or date.max)
        case outcome:
            assert isinstance(outcome, Lasts)


@pytest.mark.parametrize("freedom", [7, 12, 25, 200])
def test_the_series_for_students_t_is_right(freedom: int) -> None:
    assert students_t(freedom) == pytest.approx(students.ppf(0.9, freedom), abs=2e-4)


def test_the_truth_lies_within_what_is_said_four_times_in_five() -> None:
    within, width = coverage(ours, weeks=13, awards_a_week=2.0, seed=5, worlds=150)
    drawn, _ = coverage(bootstrapped, weeks=13, awards_a_week=2.0, seed=5, worlds=150)

    assert within >= 0.8
    assert drawn < within
    assert width < 40


@pytest.mark.parametrize(
    ("outcome", "words"),
    [
        (RunsOut(weeks(9), weeks(6.5), weeks(13.2)), "about 9 weeks (6 to 14)"),
        (RunsOut(weeks(1), weeks(0.5), weeks(2)), "about 1 week (0 to 2)"),
        (RunsOut(weeks(0.3), weeks(0), weeks(2)), "less than a week (0 to 2)"),
        (RunsOut(weeks(0.3), weeks(0), weeks(0.5)), "within a week"),
        (RunsOut(weeks(40), weeks(30), None), "about 40 weeks (30 to more than 52)"),
        (
            RunsOut(weeks(9), weeks(6), None, date(2026, 9, 30), Pence(99_600)),
            "about 9 weeks (6 to its last day, 30 September 2026, with up to £1,000 unused)",
        ),
        (Lasts(None), "not within a year"),
        (Lasts(weeks(30.5)), "probably not within a year (30 weeks at the earliest)"),
        (TooLittle(5), "too little to tell (5 of 8 weeks)"),
        (Empty(), "nothing is left"),
        (
            Unused(date(2026, 9, 30), Pence(29_600), Pence(120_400), Pence(200_000)),
            "about £1,200 (£300 to £2,000) unused on 30 September 2026",
        ),
    ],
)
def test_it_is_said_in_a_few_words(outcome: Outcome, words: str) -> None:
    assert outcome_in_words(outcome, TODAY) == words


def test_weeks_in_which_a_fund_could_not_be_used_say_nothing() -> None:
    begun = a_history(90_000, used=[10_000] * 20, available_from=weeks(-9))
    emptied = History(begun.fund, AGES_AGO, Pence(0), (*[Week()] * 3, *begun.weeks))
    over = a_history(70_000, used=[*[0] * 2, *[10_000] * 10], until=weeks(-2))
    bare = History(a_history(0).fund, AGES_AGO, Pence(0), (*[Week()] * 3, *[Week(Pence(5), Pence(-5))] * 9))

    assert pot_of([begun], TODAY).forecast.rate is not None
    assert pot_of([begun], TODAY).forecast.rate.weeks == 9  # type: ignore[union-attr]
    assert pot_of([emptied], TODAY).forecast.rate.mean < 10_000  # type: ignore[union-attr]
    assert pot_of([over], TODAY).forecast.rate.weeks == 10  # type: ignore[union-attr]
    assert pot_of([bare], TODAY).forecast.rate.weeks == 9  # type: ignore[union-attr]


def test_a_kind_of_case_has_the_money_kept_for_it_and_for_anybody() -> None:
    free = a_history(100_000, used=[10_000] * 10)
    wales = a_history(50_000, used=[5_000] * 10, regions=frozenset({"wales"}))
    welsh_survivors = a_history(
        5_000, used=[0] * 10, regions=frozenset({"wales"}), client_groups=frozenset({"survivor"})
    )
    histories = [free, wales, welsh_survivors]
    kinds = kinds_of([one.fund for one in histories], TODAY)

    assert [kind.words for kind in kinds] == ["anybody", "anybody in Wales", "survivors in Wales"]
    assert [len(funds_for(kind, histories)) for kind in kinds] == [1, 2, 3]
    assert [pot_of(funds_for(kind, histories), TODAY).available for kind in kinds] == [100_000, 150_000, 155_000]
    assert pot_of(funds_for(kinds[1], histories), TODAY).forecast.outcome == exactly(weeks(10))
    assert kinds_of([a_history(5, until=TODAY - timedelta(days=1), regions=frozenset({"wales"})).fund], TODAY) == [
        Kind()
    ]


def test_together_what_one_fund_will_lose_is_lost_and_what_it_was_used_for_goes_on() -> None:
    free = a_history(100_000, used=[0] * 10)
    ends = a_history(50_000, used=[10_000] * 10, until=weeks(2))
    over = a_history(70_000, used=[*[0] * 2, *[10_000] * 10], until=weeks(-2))

    assert pot_of([ends], TODAY).forecast.outcome == Unused(weeks(2), *[Pence(30_000)] * 3)
    assert pot_of([free, ends], TODAY).forecast.outcome == exactly(weeks(12))
    assert pot_of([free, over], TODAY).available == 100_000
    assert isinstance(pot_of([free, over], TODAY).forecast.outcome, RunsOut)


def test_money_that_may_not_be_spent_yet_is_expected() -> None:
    later = a_history(50_000, available_from=weeks(3))
    free = a_history(50_000, used=[10_000] * 10)

    assert pot_of([free, later], TODAY).available == 50_000
    assert pot_of([free, later], TODAY).forecast.outcome == exactly(weeks(10))
