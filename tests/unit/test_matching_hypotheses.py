"""What is supposed of the register, and who would fare how with it."""

from uuid import UUID

import pytest

from services.matching.domain.hypotheses import NEW_THERAPIST, Fared, Hypothesis, compared, register_with
from shared.kernel.ids import ReferralId, TherapistId
from tests.unit.matching_examples import WEIGHTS, a_candidate

ONE, TWO = a_candidate(1), a_candidate(2)
A, B = TherapistId(UUID(int=1)), TherapistId(UUID(int=2))


def fared(before: TherapistId | None, after: TherapistId | None, *scores: int | None) -> Fared:
    return Fared(ReferralId(UUID(int=9)), before, after, *scores)


def test_what_is_supposed_of_one_therapist_leaves_the_others_as_they_are() -> None:
    one, two = register_with(Hypothesis(A, wider_km=10, more_places=2), [ONE, TWO])

    assert (one.radius_km, one.capacity_available, one.capacity_maximum) == (50, 4, 5)
    assert two is TWO
    assert ONE.radius_km == 40


def test_without_a_therapist_it_is_supposed_of_all_and_a_newcomer_is_added_as_they_are() -> None:
    newcomer = a_candidate(0)
    found = register_with(Hypothesis(wider_km=10, newcomer=newcomer), [ONE, TWO])

    assert [one.radius_km for one in found] == [50, 50, 40]
    assert found[-1].therapist_id == NEW_THERAPIST


def test_nothing_supposed_is_known_as_nothing() -> None:
    assert Hypothesis(A).supposes_nothing
    assert not Hypothesis(weights=WEIGHTS).supposes_nothing


@pytest.mark.parametrize(
    ("one", "lists"),
    [
        (fared(None, A, None, 5), {"newly_placed"}),
        (fared(A, B, 5, 9), {"moved"}),
        (fared(A, B, 9, 5), {"moved", "worse_off"}),
        (fared(A, None, 9, None), {"worse_off"}),
        (fared(A, A, 9, 9), set()),
        (fared(None, None, None, None), set()),
    ],
)
def test_everyone_is_in_the_lists_where_they_belong(one: Fared, lists: set[str]) -> None:
    found = compared([one])

    assert {name for name in ("newly_placed", "moved", "worse_off") if getattr(found, name)} == lists
    assert (found.waiting, found.placed_before, found.placed_after) == (1, bool(one.before), bool(one.after))
