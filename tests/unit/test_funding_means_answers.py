"""What is answered on the way to a means test, and whose word counts for what comes of it."""

from dataclasses import replace
from datetime import date

import pytest

from services.funding.domain.amounts import pence_or_nothing_from
from services.funding.domain.contribution import Contribution, PaysAll
from services.funding.domain.days import months_after
from services.funding.domain.means import Household, Result
from services.funding.domain.means_questions import STEPS, household_from, next_step, problems_in, steps_for
from shared.kernel.money import Pence

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
