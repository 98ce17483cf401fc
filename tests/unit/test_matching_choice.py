"""The best therapist under all the rules; the reason where there is none; and the same answer when it is made again."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any, get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.matching.domain.choice import Chosen, NoneFits, choose
from services.matching.domain.explanation import Explanation, read_again, written
from services.matching.domain.pairing import Candidate, Need
from services.matching.domain.rules import may_be_matched
from services.matching.domain.scoring import Weights
from services.matching.domain.vocabulary import WaitReason
from services.matching.domain.waiting import order_of_waiting
from tests.unit.matching_examples import ABERDEEN, EXETER, TORQUAY, WEIGHTS, a_candidate, a_need
from tests.unit.matching_strategies import candidates, needs

weights = st.builds(Weights, st.just(7), *[st.integers(0, 100)] * 7)


@given(needs, candidates, weights)
@settings(max_examples=300)
def test_no_hard_rule_is_ever_broken_and_nobody_better_is_passed_over(
    need: Need, pool: list[Candidate], weighing: Weights
) -> None:
    choice = choose(need, pool, weighing, seed="s")

    assert {one.candidate for one in choice.considered} == set(pool)
    fitting = [one for one in choice.considered if may_be_matched(need, one.candidate)]
    if isinstance(choice, Chosen):
        assert choice.best in fitting
        assert choice.best.score == max(one.score for one in fitting)
    else:
        assert fitting == []
        assert choice.reason in get_args(WaitReason)


@given(needs, candidates, weights, st.randoms(use_true_random=False))
def test_a_stored_explanation_gives_the_same_answer_whatever_the_order(
    need: Need, pool: list[Candidate], weighing: Weights, shuffler: Any
) -> None:
    explanation = Explanation(need, weighing, "seed", choose(need, pool, weighing, seed="seed"))
    shuffler.shuffle(pool)

    assert explanation.made_again() == explanation.choice
    assert choose(need, pool, weighing, seed="seed") == explanation.choice
    stored = read_again(json.loads(json.dumps(written(explanation))))
    assert stored.replay == "same"
    assert stored.explanation == explanation


def test_a_changed_explanation_is_noticed() -> None:
    pool = [a_candidate(1), a_candidate(2, session_fee=9000)]
    explanation = Explanation(a_need(), WEIGHTS, "s", choose(a_need(), pool, WEIGHTS, seed="s"))
    stored = json.loads(json.dumps(written(explanation)))

    stored["considered"][0]["parts"][1]["value"] += 1

    assert read_again(stored).replay == "differs"


@given(needs, candidates)
def test_one_more_free_place_never_leaves_a_client_waiting_who_was_placed(need: Need, pool: list[Candidate]) -> None:
    before = choose(need, pool, WEIGHTS, seed="s")
    more = [*pool, a_candidate(999, point=need.point or TORQUAY, radius_km=500)]

    assert not (isinstance(before, Chosen) and isinstance(choose(need, more, WEIGHTS, seed="s"), NoneFits))


@pytest.mark.parametrize(
    ("better", "worse"),
    [
        ({"point": TORQUAY}, {"point": EXETER}),
        ({"session_fee": 4000}, {"session_fee": 9000}),
        ({"capacity_available": 3}, {"capacity_available": 1}),
        ({"client_groups": ("thoughts",)}, {"client_groups": ("thoughts", "images", "survivor")}),
    ],
)
def test_each_part_of_the_score_decides_when_the_others_are_equal(
    better: dict[str, Any], worse: dict[str, Any]
) -> None:
    for first, second in ((1, 2), (2, 1)):
        choice = choose(a_need(), [a_candidate(first, **better), a_candidate(second, **worse)], WEIGHTS, seed="s")
        assert isinstance(choice, Chosen)
        assert choice.best.candidate.therapist_id.int == first


def test_equal_scores_are_drawn_by_lot_differently_for_different_seeds() -> None:
    pool = [a_candidate(number) for number in range(1, 6)]

    winners = set()
    for seed in range(40):
        choice = choose(a_need(), pool, WEIGHTS, seed=str(seed))
        assert isinstance(choice, Chosen)
        winners.add(choice.best.candidate.therapist_id)

    assert len(winners) == 5


@pytest.mark.parametrize(
    ("pool", "reason"),
    [
        ([], "nobody-near"),
        ([a_candidate(point=ABERDEEN)], "nobody-near"),
        ([a_candidate(client_groups=("survivor",))], "no-such-skill"),
        ([a_candidate(point=ABERDEEN), a_candidate(2, gender="man", languages=("cy",))], "no-such-skill"),
        ([a_candidate(capacity_available=0)], "no-free-place"),
        ([a_candidate(standing="paused")], "no-free-place"),
        ([a_candidate(capacity_available=0), a_candidate(2, client_groups=("survivor",))], "no-free-place"),
        ([a_candidate(asked_before=True)], "everyone-asked"),
        ([a_candidate(asked_before=True, standing="paused")], "everyone-asked"),
        ([a_candidate(asked_before=True), a_candidate(2, capacity_available=0)], "no-free-place"),
    ],
)
def test_the_reason_to_wait_is_the_one_nearest_to_being_solved(pool: list[Candidate], reason: str) -> None:
    choice = choose(a_need(), pool, WEIGHTS, seed="s")

    assert isinstance(choice, NoneFits)
    assert choice.reason == reason


def test_those_who_wait_are_ordered_by_urgency_then_time_then_lot() -> None:
    monday = datetime(2026, 3, 2, tzinfo=UTC)
    order = [
        order_of_waiting("immediate", monday + timedelta(days=2), "z"),
        order_of_waiting("urgent", monday + timedelta(days=1), "z"),
        order_of_waiting("routine", monday, "a"),
        order_of_waiting("routine", monday, "b"),
        order_of_waiting("routine", monday + timedelta(days=1), "a"),
    ]

    mixed = [order[index] for index in (3, 0, 4, 2, 1)]
    assert sorted(mixed) == order
