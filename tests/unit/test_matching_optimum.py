"""The best placing of everybody who waits is exactly the best: equal to trying everything, whatever the problem."""

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from itertools import product
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.matching.domain.optimum import Pairs, Problem, breaches, criteria_of, factors_of, value_of
from services.matching.gateways import solving
from services.matching.gateways.constraints import best_under_constraints
from services.matching.gateways.flow import best_flow

solve = partial(solving.solve, seconds=600.0)


@st.composite
def problems(draw: st.DrawFn, *, most_use: int = 1, apart: bool = False, clients: int = 4) -> Problem:
    count = draw(st.integers(1, clients))
    places = draw(st.lists(st.integers(0, 2 * most_use), min_size=1, max_size=3))
    pairs = Pairs()
    for client in range(count):
        for therapist in draw(st.sets(st.integers(0, len(places) - 1))):
            pairs.add(
                client,
                therapist,
                draw(st.integers(-3, 3) | st.integers(-100_000, 100_000)),
                use=draw(st.integers(1, most_use)),
                lot=draw(st.integers(0, 3) | st.integers(0, 2**64 - 1)),
            )
    kept_apart: tuple[tuple[int, int], ...] = ()
    if apart and count > 1:
        couples = st.tuples(st.integers(0, count - 1), st.integers(0, count - 1)).filter(lambda two: two[0] < two[1])
        kept_apart = tuple(sorted(draw(st.sets(couples, max_size=3))))
    everywhere = [(*two, therapist) for two in kept_apart for therapist in range(len(places))]
    permitted = frozenset(draw(st.sets(st.sampled_from(everywhere), max_size=3))) if everywhere else frozenset()
    urgency = draw(st.lists(st.integers(0, 2), min_size=count, max_size=count))
    return Problem(urgency, places, pairs, kept_apart, permitted)


def every_placing(problem: Problem) -> Iterator[tuple[int | None, ...]]:
    own: list[list[int | None]] = [[None] for _ in problem.urgency]
    for index, client in enumerate(problem.pairs.client):
        own[client].append(index)
    return (chosen for chosen in product(*own) if not breaches(problem, chosen))


def worth(problem: Problem, chosen: Any) -> tuple[int, ...]:
    return tuple(value_of(values, chosen) for _, values in criteria_of(problem))


def best_by_trying(problem: Problem) -> tuple[int, ...]:
    return max(worth(problem, chosen) for chosen in every_placing(problem))


@given(problems())
@settings(max_examples=300, deadline=None)
def test_the_flow_finds_what_trying_everything_finds(problem: Problem) -> None:
    placing = solve(problem).placing

    assert placing.optimal
    assert placing.solver == "flow"
    assert breaches(problem, placing.chosen) == []
    assert worth(problem, placing.chosen) == best_by_trying(problem)


@given(problems(apart=True))
@settings(max_examples=60, deadline=None)
def test_those_to_be_kept_apart_are_and_nothing_better_was_allowed(problem: Problem) -> None:
    placing = solve(problem).placing

    assert placing.optimal
    assert breaches(problem, placing.chosen) == []
    assert worth(problem, placing.chosen) == best_by_trying(problem)


@given(problems(apart=True), st.integers(0, 3))
@settings(max_examples=150, deadline=None)
def test_the_flow_alone_keeps_two_apart_or_all_of_a_circle(problem: Problem, size: int) -> None:
    circle = tuple((one, other) for other in range(min(size + 1, len(problem.urgency))) for one in range(other))
    problem = replace(problem, apart=circle, permitted=frozenset())
    placing = solve(problem).placing

    assert (placing.solver, placing.optimal) == ("flow", True)
    assert worth(problem, placing.chosen) == best_by_trying(problem)


@given(problems(most_use=4, apart=True))
@settings(max_examples=40, deadline=None)
def test_uneven_use_of_places_is_solved_exactly(problem: Problem) -> None:
    placing = solve(problem).placing

    assert placing.optimal
    assert breaches(problem, placing.chosen) == []
    assert worth(problem, placing.chosen) == best_by_trying(problem)


@given(problems())
@settings(max_examples=25, deadline=None)
def test_both_ways_of_solving_agree(problem: Problem) -> None:
    flow = best_flow(problem)
    assert flow is not None
    assert worth(problem, flow.chosen) == worth(problem, best_under_constraints(problem, seconds=20).chosen)


@given(problems(clients=8))
@settings(max_examples=100, deadline=None)
def test_one_place_more_never_places_fewer_nor_leaves_a_more_urgent_one(problem: Problem) -> None:
    before = worth(problem, solve(problem).placing.chosen)
    for index in range(len(problem.places)):
        more = [free + (nth == index) for nth, free in enumerate(problem.places)]
        after = solve(replace(problem, places=more)).placing
        assert worth(problem, after.chosen) >= before
        assert after.placed >= sum(before[: len({problem.urgency[client] for client in problem.pairs.client})])


@given(problems(clients=8), st.randoms(use_true_random=False))
@settings(max_examples=100, deadline=None)
def test_the_order_in_which_pairs_and_therapists_are_named_changes_nothing(problem: Problem, shuffler: Any) -> None:
    columns = problem.pairs
    distinct = [(lot & ~0xFFFF) | nth for nth, lot in enumerate(columns.lot)]
    rows = list(zip(columns.client, columns.therapist, columns.score, columns.use, distinct, strict=True))
    names = list(range(len(problem.places)))
    first = replace(problem, pairs=Pairs(*map(list, zip(*rows, strict=True))) if rows else Pairs())
    shuffler.shuffle(rows)
    shuffler.shuffle(names)
    renamed = [(client, names.index(therapist), *rest) for client, therapist, *rest in rows]
    places = [problem.places[name] for name in names]
    second = replace(problem, places=places, pairs=Pairs(*map(list, zip(*renamed, strict=True))) if rows else Pairs())

    assert worth(first, solve(first).placing.chosen) == worth(second, solve(second).placing.chosen)


@given(
    st.lists(st.lists(st.integers(-50, 50), min_size=3, max_size=3), min_size=1, max_size=5),
    st.integers(0, 10**7),
)
def test_packed_criteria_order_placings_like_the_criteria_one_by_one(criteria: list[list[int]], largest: int) -> None:
    factors = factors_of([(min(one), max(one)) for one in criteria], 3, largest)
    taken = criteria[: len(factors)]
    values = [sum(factor * one[pair] for factor, one in zip(factors, taken, strict=True)) for pair in range(3)]

    assert len(factors) == 1 or max(map(abs, values)) <= largest
    placings = [tuple(pair if take else None for pair, take in enumerate(some)) for some in product([0, 1], repeat=3)]
    one_by_one = sorted(placings, key=lambda chosen: [value_of(one, chosen) for one in taken])
    assert [value_of(values, chosen) for chosen in one_by_one] == sorted(value_of(values, one) for one in placings)


def test_the_most_urgent_are_never_left_for_any_number_of_others_or_any_score() -> None:
    pairs = Pairs()
    pairs.add(0, 0, -(10**9))
    for client in range(1, 6):
        pairs.add(client, 0, 10**9)

    assert solve(Problem([0, 1, 1, 2, 2, 2], [1], pairs)).placing.chosen == (0, None, None, None, None, None)


def test_numbers_too_large_for_a_flow_are_solved_all_the_same() -> None:
    pairs = Pairs()
    pairs.add(0, 0, 10**17)
    pairs.add(1, 0, 10**17 + 1)

    found = solve(Problem([0, 0], [1], pairs)).placing

    assert found.chosen == (None, 1)


def test_a_limit_of_time_gives_the_best_found_and_says_how_good_it_could_be() -> None:
    pairs = Pairs()
    for client in range(60):
        for therapist in range(10):
            pairs.add(
                client, therapist, (client * 37 + therapist * 91) % 101, use=5 + (client * 7 + therapist * 13) % 20
            )
    problem = Problem([0] * 60, [90] * 10, pairs)

    placing = solve(problem, seconds=0.0).placing

    assert not placing.optimal
    assert breaches(problem, placing.chosen) == []
    assert any(one.bound > one.value for one in placing.reached)


def test_nobody_and_nothing_is_a_problem_too() -> None:
    assert solve(Problem([], [], Pairs())).placing.chosen == ()
    assert solve(Problem([0, 0], [1], Pairs())).placing.chosen == (None, None)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"pairs": Pairs([5], [0], [1], [1], [0])}, "nobody"),
        ({"pairs": Pairs([0], [0], [1], [0], [0])}, "no place"),
        ({"pairs": Pairs([0, 0], [0, 0], [1, 2], [1, 1], [0, 0])}, "twice"),
        ({"places": [-1]}, "below none"),
        ({"apart": ((0, 0),)}, "different"),
        ({"permitted": frozenset([(0, 1, 0)])}, "kept apart"),
    ],
)
def test_what_is_no_problem_is_refused(changes: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        replace(Problem([0], [1], Pairs([0], [0], [1], [1], [0])), **changes)
