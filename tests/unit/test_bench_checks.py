"""What the benchmark's checks make of a chain's remains, without any chain."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid5

import pytest

from deploy.bench.checks import problems_of
from deploy.bench.results import Arrived, Results, StageResult
from deploy.bench.work import STAGES, expected_tallies, plan

PLANNED = plan(60, 5, seed=1)
BEGIN = datetime(2026, 3, 2, tzinfo=UTC)


def flawless() -> Results:
    """What a chain leaves behind that did everything right."""

    def stage(number: int) -> StageResult:
        ids = [event.event_id if number == 0 else cause(event.event_id) for event in PLANNED]
        moments = {each: BEGIN + timedelta(milliseconds=nth) for nth, each in enumerate(ids)}
        return StageResult(expected_tallies(PLANNED), moments, 0)

    arrived = [
        Arrived(str(uuid5(event.event_id, "told")), event.subject, event.number, cause(event.event_id), persistent=True)
        for event in PLANNED
    ]
    return Results([stage(number) for number in range(STAGES)], arrived)


def cause(event_id: UUID) -> UUID:
    return uuid5(event_id, "cause")


def one_is_missing(results: Results) -> Results:
    return replace(results, arrived=results.arrived[:-1])


def one_was_told_twice(results: Results) -> Results:
    return replace(results, arrived=[*results.arrived, replace(results.arrived[-1], event_id="another")])


def they_came_in_reverse(results: Results) -> Results:
    return replace(results, arrived=results.arrived[::-1])


def one_was_not_persistent(results: Results) -> Results:
    return replace(results, arrived=[replace(results.arrived[0], persistent=False), *results.arrived[1:]])


def the_inbox_forgot_one(results: Results) -> Results:
    results.stages[2].taken_in.popitem()
    return results


def something_was_left_over(results: Results) -> Results:
    results.stages[1] = replace(results.stages[1], left_over=3)
    return results


def an_effect_was_lost(results: Results) -> Results:
    subject, tally = next(iter(results.stages[3].tallies.items()))
    results.stages[3].tallies[subject] = replace(tally, count=tally.count - 1)
    return results


def an_effect_happened_twice(results: Results) -> Results:
    subject, tally = next(iter(results.stages[3].tallies.items()))
    results.stages[3].tallies[subject] = tally.after(tally.last)
    return results


def the_order_was_another(results: Results) -> Results:
    subject, tally = next(iter(results.stages[0].tallies.items()))
    results.stages[0].tallies[subject] = replace(tally, checksum=tally.checksum + 1)
    return results


def a_later_one_was_committed_first(results: Results) -> Results:
    taken_in = results.stages[0].taken_in
    taken_in[PLANNED[-1].event_id] = BEGIN - timedelta(seconds=1)
    return results


def test_a_flawless_chain_has_no_problems() -> None:
    assert problems_of(PLANNED, flawless()) == []


@pytest.mark.parametrize(
    ("fault", "complaint"),
    [
        (one_is_missing, "at the end: 1 events are missing"),
        (one_was_told_twice, "at the end: 1 events were told twice"),
        (they_came_in_reverse, "came out of order"),
        (one_was_not_persistent, "at the end: 1 messages were not persistent"),
        (the_inbox_forgot_one, "stage 2: 59 events in the inbox instead of 60"),
        (something_was_left_over, "stage 1: 3 events were left in the outbox"),
        (an_effect_was_lost, "stage 3: 1 effects were lost"),
        (an_effect_happened_twice, "stage 3: 1 effects happened twice"),
        (the_order_was_another, "stage 0: 1 subjects were handled out of order"),
        (a_later_one_was_committed_first, "were committed out of order"),
    ],
)
def test_every_fault_is_found_and_only_that(fault: Callable[[Results], Results], complaint: str) -> None:
    problems = problems_of(PLANNED, fault(flawless()))

    assert len(problems) == 1
    assert complaint in problems[0]


def test_a_message_that_came_twice_over_the_broker_is_no_second_telling() -> None:
    results = flawless()

    assert problems_of(PLANNED, replace(results, arrived=[*results.arrived, results.arrived[-1]])) == []
