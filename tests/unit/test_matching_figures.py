"""The watch on fairness: shares and medians with intervals, a stated way to mark differences, small groups hidden."""

from datetime import date

import pytest

from services.matching.domain.figures import (
    Figure,
    figures_of,
    groups_of,
    median,
    median_interval,
    quarter_of,
    share_interval,
)
from tests.unit.matching_examples import a_need


def offers(value: str, accepted: int, declined: int, days: int = 3) -> list[Figure]:
    found = [Figure("region", value, accepted=True, days=days, n=accepted)] if accepted else []
    return [*found, Figure("region", value, accepted=False, days=0, n=declined)] if declined else found


def test_an_answer_is_counted_under_each_thing_alone() -> None:
    figures = figures_of(a_need(means="full-fee"), accepted=True, days=4)

    assert [(one.dimension, one.value) for one in figures] == [
        ("region", "south-west"), ("client-group", "thoughts"), ("age-band", "26-64"), ("payer", "self-payer"),
    ]  # fmt: skip
    assert figures_of(a_need(outward_code=None), accepted=True, days=-1)[0] == Figure("region", "not-known", True, 0)


def test_the_interval_of_a_share_is_the_published_one() -> None:
    # Newcombe 1998, table I: 81 of 263, and 0 of 20, by the score method without correction.
    assert share_interval(81, 263) == pytest.approx((0.2553, 0.3662), abs=0.0001)
    assert share_interval(0, 20) == pytest.approx((0.0, 0.1611), abs=0.0001)


def test_the_median_and_its_interval() -> None:
    assert median([1, 2, 9]) == 2
    assert median([1, 2, 4, 9]) == 3
    assert median_interval(list(range(1, 101))) == (41, 61)
    assert median_interval([5, 5, 5, 5, 5]) == (5, 5)


def test_a_group_is_marked_only_where_all_others_lie_outside_its_interval() -> None:
    same = groups_of(offers("london", 50, 50) + offers("wales", 52, 48))
    assert [group.acceptance.differs for group in same if group.acceptance] == [False, False]

    unlike = groups_of(offers("london", 80, 20, days=3) + offers("wales", 40, 60, days=30))
    assert [group.acceptance.differs for group in unlike if group.acceptance] == [True, True]
    assert [group.wait.differs for group in unlike if group.wait] == [True, True]


def test_small_groups_are_hidden_and_never_one_alone() -> None:
    found = groups_of(offers("london", 50, 50) + offers("wales", 3, 1) + offers("scotland", 6, 6))

    assert [(group.value, group.offers) for group in found] == [("london", 100), ("scotland", None), ("wales", None)]
    few = groups_of(offers("london", 4, 20) + offers("wales", 6, 6))
    assert [(group.accepted, group.wait is None) for group in few] == [(None, True), (6, False)]


def test_quarters_begin_where_they_should() -> None:
    assert [quarter_of(date(2026, month, 28)).month for month in (1, 3, 4, 9, 12)] == [1, 1, 4, 7, 10]
