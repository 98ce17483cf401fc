"""A simulated year repeats itself, loses nobody, breaks no rule, and never does better than hindsight."""

from dataclasses import replace
from functools import cache

import pytest

from deploy.simulation import course as course_module
from deploy.simulation.course import Course
from deploy.simulation.hindsight import Best, Horizon, Start, best_of, hindsight_of
from deploy.simulation.prices import Expecting
from deploy.simulation.report import figures_of
from deploy.simulation.running import Finished, finished
from deploy.simulation.setup import POLICIES, WEIGHTS, PolicyName, Run, Setup
from deploy.simulation.showing import chart_of
from deploy.simulation.suiting import World, world_of
from deploy.simulation.windows import best_worth_of
from services.matching.domain.rules import failures_of

SETUP = Setup(seed=7, weeks=10, arrivals=900, therapists=60, income=60_000_00)


@cache
def drawn() -> World:
    return world_of(SETUP)


@pytest.fixture(name="world")
def world_fixture() -> World:
    return drawn()


@cache
def ran(policy: PolicyName, *, hold_back: bool = False) -> Finished:
    world = drawn()
    return finished(Run(SETUP, policy, hold_back), world, pricing=Expecting(world).prices if hold_back else None)


@cache
def hindsight() -> Best:
    return hindsight_of(drawn(), longest_wait=4)


def test_the_same_seed_gives_the_same_year_and_another_seed_another(world: World) -> None:
    again = world_of(SETUP)

    assert again == world
    assert finished(Run(SETUP), again).fates == ran("weekly").fates
    assert world_of(replace(SETUP, seed=8)).clients != world.clients


@pytest.mark.parametrize("policy", POLICIES)
def test_everybody_who_came_is_placed_waiting_or_ended(world: World, policy: PolicyName) -> None:
    run = ran(policy)
    figures = figures_of(run, hindsight())

    assert figures.arrived == len(world.clients) == len(run.fates)
    assert figures.placed + figures.waiting + figures.ended == figures.arrived
    assert figures.placed > figures.arrived / 2
    assert figures.spent <= figures.given


@pytest.mark.parametrize("policy", POLICIES)
def test_no_client_is_with_somebody_whom_a_rule_excludes(world: World, policy: PolicyName) -> None:
    for number, fate in ran(policy).fates.items():
        if fate.therapist is not None:
            candidate = world.therapists[fate.therapist].candidate
            assert failures_of(world.clients[number].need, candidate) == ()


@pytest.mark.parametrize("policy", POLICIES)
def test_no_therapist_has_more_clients_than_places(world: World, policy: PolicyName) -> None:
    begins: dict[int, list[tuple[int, int]]] = {one.index: [] for one in world.therapists}
    for one in world.therapists:
        begins[one.index] += [(0, day) for day in one.busy_until]
    for number, fate in ran(policy).fates.items():
        if fate.placed_on is not None and fate.therapist is not None:
            begins[fate.therapist].append((fate.placed_on, fate.placed_on + world.clients[number].weeks * 7))

    for one in world.therapists:
        for day in range(0, SETUP.all_weeks * 7, 3):
            assert sum(start <= day < end for start, end in begins[one.index]) <= one.candidate.capacity_maximum


@pytest.mark.parametrize("policy", POLICIES)
def test_nobody_does_better_than_hindsight(world: World, policy: PolicyName) -> None:
    run = ran(policy)
    worth = sum(fate.worth for fate in run.fates.values())

    assert worth <= hindsight_of(world, longest_wait=None).worth * 1.000001
    assert worth <= best_worth_of(run)


def test_the_weekly_optimum_is_better_than_whoever_comes_first(world: World) -> None:
    best = hindsight()
    weekly, first = (figures_of(ran(policy), best) for policy in ("weekly", "first-come"))

    assert weekly.of_hindsight > first.of_hindsight


def test_hindsight_keeps_a_place_for_the_better_client_to_come() -> None:
    early, late = Start(0, 0, 0, 3, worth=400_000), Start(1, 0, 1, 3, worth=900_000)

    assert best_of(Horizon(1, 4, {(0, 0): 1}), [early, late], 2).worth == pytest.approx(900_000)
    assert best_of(Horizon(1, 4, {(0, 0): 2}), [early, late], 2).worth == pytest.approx(1_300_000)
    assert best_of(Horizon(1, 4, {(0, 0): 1}), [replace(early, weeks=1), late], 2).worth == pytest.approx(1_300_000)


def test_a_place_costs_what_somebody_expected_would_have_from_it() -> None:
    wanted = Start(0, 0, 1, 3, worth=900_000)
    found = best_of(Horizon(2, 4, {(0, 0): 1, (1, 0): 1}), [wanted], 1).place_from

    assert found[0, 0] == pytest.approx(900_000)
    assert found[1, 0] == pytest.approx(0)


def test_holding_back_leaves_nobody_without_a_place_in_a_run(world: World) -> None:
    plain, held = (sum(f.placed_on is not None for f in ran("weekly", hold_back=on).fates.values())
                   for on in (False, True))  # fmt: skip

    assert held >= plain * 0.98


def test_a_proposal_that_breaks_a_rule_is_refused(world: World) -> None:
    course = Course(Run(SETUP), world)
    course.until_today(0)
    client = next(one for one in world.clients if world.suitable[one.number])
    therapist = world.suitable[client.number][0].therapist
    course.free[therapist] = 0
    course.arrives(client)

    with pytest.raises(RuntimeError, match="breaks a rule"):
        course.propose(client, therapist)


def test_the_weights_are_those_that_were_published() -> None:
    assert WEIGHTS.version == course_module.ANSWERS.weights_version
    assert WEIGHTS.whole == 100_000


def test_the_chart_has_a_bar_for_each_policy(world: World) -> None:
    from deploy.simulation.comparing import Comparison  # noqa: PLC0415

    best = hindsight()
    chart = chart_of(Comparison(SETUP, (figures_of(ran("weekly"), best),), best.placed))

    assert chart.count("<rect") == 5
    assert "weekly" in chart
