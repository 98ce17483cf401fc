"""How therapists' finished cases compare: with doubt, with a minimum, and the same on every machine."""

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.matching.domain.strengths import AT_LEAST, LIKE_ALL_OTHERS, Tally, strengths, went_well
from shared.kernel.ids import TherapistId


def number(value: int) -> TherapistId:
    return TherapistId(UUID(int=value))


def of(*pairs: tuple[int, int]) -> list[int | None]:
    """The points of therapists with these cases, in their order."""
    found = strengths({number(place): Tally(*pair) for place, pair in enumerate(pairs)})
    return [found.get(number(place)) for place in range(len(pairs))]


@pytest.mark.parametrize(
    ("change", "desired", "well"),
    [
        ("recovered", "not", True), ("improved", "not-said", True), ("unchanged", "achieved", False),
        ("deteriorated", "achieved", False), ("not-scored", "achieved", True), ("not-scored", "partly", False),
        ("not-scored", "not", False), ("not-scored", "not-said", None),
    ],
)  # fmt: skip
def test_the_measure_counts_before_what_was_hoped_for(change: str, desired: str, *, well: bool | None) -> None:
    assert went_well(change, desired) is well


def test_nobody_below_fifteen_cases_has_points() -> None:
    assert AT_LEAST == 15
    assert of((14, 14), (40, 10), (15, 15))[0] is None
    assert of((14, 14), (14, 0)) == [None, None]
    assert None not in of((15, 15), (40, 10))


def test_points_are_drawn_towards_the_mean_the_more_the_fewer_the_cases() -> None:
    few, many, weak, like_all = of((20, 18), (200, 180), (200, 60), (100, 60))

    assert few is not None
    assert many is not None
    assert weak is not None
    assert like_all is not None
    assert LIKE_ALL_OTHERS < few < many < LIKE_ALL_OTHERS + 300
    assert weak < LIKE_ALL_OTHERS
    assert abs(like_all - LIKE_ALL_OTHERS) < 20


def test_by_the_beta_binomial_worked_out_by_hand() -> None:
    # 40 of 50 and 20 of 50: mean 0.6, spread 4, beyond chance 3.76 of a scale of 50, so the mean is worth 103/47 cases.
    assert of((50, 40), (50, 20)) == [692, 308]


def test_where_therapists_differ_no_more_than_by_chance_all_are_alike() -> None:
    assert of((50, 30), (50, 31), (50, 29)) == [LIKE_ALL_OTHERS] * 3
    assert of((50, 30)) == [LIKE_ALL_OTHERS]
    assert of((50, 50), (20, 20)) == [LIKE_ALL_OTHERS] * 2


tallies = st.tuples(st.integers(0, 60), st.integers(0, 60)).map(lambda pair: Tally(max(pair), min(pair)))


@given(st.dictionaries(st.integers(1, 8).map(number), tallies))
def test_only_those_with_enough_cases_have_points_and_these_are_whole_and_bounded(
    known: dict[TherapistId, Tally],
) -> None:
    found = strengths(known)

    assert set(found) == {therapist for therapist, tally in known.items() if tally.finished >= AT_LEAST}
    assert all(0 <= points <= 1000 for points in found.values())
    assert strengths(dict(reversed(known.items()))) == found
