"""The measures score exactly as published: turned items, totals, bands, cut-offs, alerts and change."""

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.funding.domain.measures import MEASURES, Gender, Measure, alert_in, cut_off_of, reliable_change_index
from services.funding.domain.scores import Change, Score, TooFewAnswers, band_of, change_between, score

CORE, YOUNG, PHQ, GAD = (MEASURES[code] for code in ("core-10", "yp-core", "phq-9", "gad-7"))


def scored(measure: Measure, answers: Sequence[int | None], **person: Any) -> Score:
    found = score(measure, answers, **person)
    assert isinstance(found, Score)
    return found


def of_total(measure: Measure, total: int) -> Score:
    """A score of just this total, made from answers."""
    answers: list[int | None] = []
    for number in range(1, measure.items + 1):
        here = min(measure.highest, total)
        total -= here
        answers.append(measure.highest - here if number in measure.turned else here)
    return scored(measure, answers)


def test_in_core_10_items_two_and_three_count_the_other_way() -> None:
    assert scored(CORE, [0] * 10).total == 8
    assert scored(CORE, [0, 4, 4, 0, 0, 0, 0, 0, 0, 0]).total == 0
    assert scored(CORE, [4, 0, 0, 4, 4, 4, 4, 4, 4, 4]).total == 40


def test_in_yp_core_items_three_five_and_ten_count_the_other_way() -> None:
    assert scored(YOUNG, [4, 4, 0, 4, 0, 4, 4, 4, 4, 0]).total == 40
    assert scored(YOUNG, [0, 0, 4, 0, 4, 0, 0, 0, 0, 4]).total == 0


@pytest.mark.parametrize(("measure", "edges"), [
    (CORE, {0: "healthy", 5: "healthy", 6: "low", 10: "low", 11: "mild", 14: "mild", 15: "moderate", 19: "moderate",
            20: "moderate to severe", 24: "moderate to severe", 25: "severe", 40: "severe"}),
    (PHQ, {0: "minimal", 4: "minimal", 5: "mild", 9: "mild", 10: "moderate", 14: "moderate", 15: "moderately severe",
           19: "moderately severe", 20: "severe", 27: "severe"}),
    (GAD, {0: "minimal", 4: "minimal", 5: "mild", 9: "mild", 10: "moderate", 14: "moderate", 15: "severe",
           21: "severe"}),
], ids=lambda value: getattr(value, "code", ""))  # fmt: skip
def test_every_edge_of_every_band(measure: Measure, edges: dict[int, str]) -> None:
    assert {total: of_total(measure, total).band for total in edges} == edges


@pytest.mark.parametrize(("measure", "limit"), [(CORE, 11), (PHQ, 10), (GAD, 8)])
def test_somebody_is_a_case_from_the_cut_off(measure: Measure, limit: int) -> None:
    assert of_total(measure, limit).case is True
    assert of_total(measure, limit - 1).case is False


@pytest.mark.parametrize(("gender", "age", "mean"), [
    ("male", 11, "1.03"), ("male", 13, "1.03"), ("male", 14, "1.41"), ("male", 16, "1.41"),
    ("female", 11, "1.44"), ("female", 13, "1.44"), ("female", 14, "1.59"), ("female", 16, "1.59"),
])  # fmt: skip
def test_the_cut_off_of_young_people_goes_by_age_and_gender(gender: Gender | None, age: int | None, mean: str) -> None:
    assert cut_off_of(YOUNG, age, gender) == Fraction(mean) * 10


@pytest.mark.parametrize(("age", "gender"), [(None, "male"), (12, None), (10, "female"), (17, "female")])
def test_without_age_or_gender_nobody_says_whether_a_young_person_is_a_case(
    age: int | None, gender: Gender | None
) -> None:
    assert cut_off_of(YOUNG, age, gender) is None
    assert scored(YOUNG, [2] * 10, age=age, gender=gender).case is None


def test_one_missing_answer_of_core_10_counts_as_the_mean_of_the_others() -> None:
    found = scored(CORE, [1, 4, 4, 1, 1, 1, 1, 1, 1, None])

    assert found.total == Fraction(70, 9)
    assert found.estimated
    assert found.band == "low"


def test_an_estimated_total_just_under_the_cut_off_is_not_rounded_up_to_it() -> None:
    found = scored(CORE, [2, 2, 2, 1, 1, 0, 0, 1, 0, None])

    assert found.total == Fraction(90, 9)
    assert band_of(CORE, Fraction(1099, 100)) == "low"


@pytest.mark.parametrize(("measure", "missing"), [(CORE, 2), (YOUNG, 2), (PHQ, 1), (GAD, 1)])
def test_a_form_with_too_few_answers_has_no_score(measure: Measure, missing: int) -> None:
    answered = measure.items - missing

    found = score(measure, [None] * missing + [1] * answered)

    assert found == TooFewAnswers(answered, measure.fewest)


@pytest.mark.parametrize("answers", [[5] + [0] * 9, [-1] + [0] * 9, [0] * 9, [0] * 11])
def test_answers_that_cannot_be_are_refused(answers: Sequence[int | None]) -> None:
    with pytest.raises(ValueError):
        score(CORE, answers)


@pytest.mark.parametrize(("measure", "item"), [(CORE, 6), (YOUNG, 4), (PHQ, 9)])
def test_any_answer_above_nothing_on_the_item_about_danger_alerts(measure: Measure, item: int) -> None:
    for asked in range(1, measure.items + 1):
        answers: list[int | None] = [None] * measure.items
        answers[asked - 1] = 1
        assert alert_in(measure, answers) is (asked == item)
    assert not alert_in(measure, [0] * measure.items)
    assert not alert_in(GAD, [3] * 7)


def test_the_reliable_change_index_is_the_published_one() -> None:
    assert reliable_change_index(7.5, 0.8) == 9.296925484568419
    assert YOUNG.reliable_change == 9.296925484568419


@pytest.mark.parametrize(("measure", "before", "after", "change"), [
    (CORE, 20, 10, "recovered"), (CORE, 17, 11, "improved"), (CORE, 16, 10, "recovered"), (CORE, 15, 10, "unchanged"),
    (CORE, 10, 4, "improved"), (CORE, 12, 18, "deteriorated"), (CORE, 12, 17, "unchanged"),
    (PHQ, 15, 9, "recovered"), (PHQ, 16, 10, "improved"), (PHQ, 14, 9, "unchanged"), (PHQ, 4, 10, "deteriorated"),
    (GAD, 8, 4, "recovered"), (GAD, 12, 8, "improved"), (GAD, 8, 5, "unchanged"), (GAD, 3, 7, "deteriorated"),
    (YOUNG, 20, 10, "improved"), (YOUNG, 20, 11, "unchanged"), (YOUNG, 10, 20, "deteriorated"),
])  # fmt: skip
def test_change_counts_only_beyond_chance_and_recovery_crosses_the_cut_off(
    measure: Measure, before: int, after: int, change: Change
) -> None:
    assert change_between(of_total(measure, before), of_total(measure, after)) == change


def test_a_young_person_recovers_where_age_and_gender_are_known() -> None:
    before = scored(YOUNG, [3, 3, 1, 3, 1, 3, 3, 3, 3, 1], age=15, gender="female")
    after = scored(YOUNG, [1, 1, 3, 0, 3, 1, 1, 1, 1, 3], age=15, gender="female")

    assert change_between(before, after) == "recovered"


def test_what_has_no_score_or_is_another_measure_is_not_compared() -> None:
    assert change_between(TooFewAnswers(3, 9), of_total(CORE, 5)) == "not-scored"
    assert change_between(of_total(PHQ, 20), of_total(CORE, 5)) == "not-scored"


@given(st.integers(0, 40), st.integers(0, 40))
def test_getting_better_and_getting_worse_mirror_each_other(before: int, after: int) -> None:
    forth: Change = change_between(of_total(CORE, before), of_total(CORE, after))
    back: Change = change_between(of_total(CORE, after), of_total(CORE, before))

    assert (forth in ("improved", "recovered")) == (back == "deteriorated")
    assert (forth == "unchanged") == (back == "unchanged")
