"""The smallest change that makes a pair possible really does, rule by rule and all together."""

from hypothesis import given, settings

from services.matching.domain.changes import CHANGES, Impossible, Possible, changed, smallest_change
from services.matching.domain.pairing import Candidate, Need
from services.matching.domain.rules import MOST_KM, RULES, Fails, Passes, failures_of
from tests.unit.matching_examples import ABERDEEN, a_candidate, a_need
from tests.unit.matching_strategies import candidates, needs


def test_every_rule_has_a_change_but_the_clients_own_veto() -> None:
    assert {rule.code for rule in RULES} - set(CHANGES) == {"client-veto"}


@given(needs, candidates)
@settings(max_examples=100)
def test_the_change_that_a_failing_rule_asks_for_lets_it_hold(need: Need, pool: list[Candidate]) -> None:
    for candidate in pool:
        for rule in RULES:
            outcome = rule.look(need, candidate)
            if isinstance(outcome, Fails):
                made = changed(rule.code, need, candidate)
                assert (made is None) == (outcome.change == "")
                assert made is None or rule.look(*made) == Passes()


@given(needs, candidates)
@settings(max_examples=100)
def test_all_changes_together_make_the_pair_possible_and_none_is_idle(need: Need, pool: list[Candidate]) -> None:
    for candidate in pool:
        found = smallest_change(need, candidate)
        if isinstance(found, Impossible):
            assert candidate.vetoed
            assert {failure.code for failure in found.failures} == {"client-veto"}
            continue
        assert failures_of(*found.pair) == ()
        failing = {failure.code for failure in failures_of(need, candidate)}
        assert failing ^ {change.code for change in found.changes} <= {"step-free"}
        assert len({change.code for change in found.changes}) == len(found.changes)


def test_a_radius_one_kilometre_smaller_than_asked_for_is_not_enough() -> None:
    need, candidate = a_need(), a_candidate(radius_km=1)
    _, wider = changed("reach", need, candidate) or (need, candidate)

    assert wider.radius_km == 29
    assert [failure.code for failure in failures_of(need, a_candidate(radius_km=28))] == ["reach"]


def test_nobody_is_asked_to_travel_further_than_the_register_allows() -> None:
    found = smallest_change(a_need(point=ABERDEEN), a_candidate())

    assert isinstance(found, Possible)
    assert found.pair[1].radius_km <= MOST_KM
    assert (found.pair[0].setting, found.pair[1].online) == ("either", True)


def test_a_room_that_becomes_near_enough_but_lies_up_the_stairs_needs_both_changes() -> None:
    found = smallest_change(a_need(step_free_access=True), a_candidate(radius_km=5))

    assert isinstance(found, Possible)
    assert [change.code for change in found.changes] == ["reach", "step-free"]
