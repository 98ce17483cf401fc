"""Match runs: everyone who waits is placed together, all or nothing, at the hours of the policy and exactly once."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from deploy.bench.matching.counting import Counting
from services.matching import store
from services.matching.domain.explanation import Together
from services.matching.domain.run_policy import GRACE, Runs
from services.matching.domain.run_record import problem_again, same_answer
from services.matching.gateways.solving import solve
from services.matching.handlers import running, therapists
from shared.events.matching import MatchProposed, MatchRunFinished, ReferralWaitlisted
from shared.kernel.ids import ReferralId
from shared.messaging.transaction import Transaction
from tests.component.matching import SETTINGS, Matching, closed, matching_service, therapist_row

__all__ = ["matching_service"]

WEEKLY = Runs(rhythm="weekly", weekday=0, hour=6, seconds=600.0)
NEXT_RUN = datetime(2026, 3, 9, 6, tzinfo=UTC)


def with_runs(matching: Matching, runs: Runs) -> None:
    matching.kernel.settings = SimpleNamespace(**{**vars(SETTINGS), "policy": replace(SETTINGS.policy, runs=runs)})
    matching.kernel.inbox.settings = matching.kernel.timers.settings = matching.kernel.settings


@asynccontextmanager
async def weekly(matching: Matching) -> AsyncIterator[None]:
    with_runs(matching, WEEKLY)
    await running.set_next_run(matching.kernel)
    yield
    with_runs(matching, Runs())


async def placed(matching: Matching) -> dict[ReferralId, Any]:
    return {event.referral_id: event.therapist_id for event in await matching.told(MatchProposed)}


async def staff_run(matching: Matching) -> Any:
    return await matching.perform(running.MATCH_RUN, lambda tx: running.run_match(tx, "staff"))


async def test_newcomers_wait_for_the_weekly_run_and_the_urgent_do_not(matching: Matching) -> None:
    await matching.has_therapists(therapist_row(1), therapist_row(2))
    async with weekly(matching):
        routine = await matching.takes_on()
        urgent = await matching.takes_on(priority="urgent")

        assert set(await placed(matching)) == {urgent}
        (waiting,) = await matching.told(ReferralWaitlisted)
        assert (waiting.referral_id, waiting.reason, waiting.next_look_at) == (routine, "next-run", NEXT_RUN + GRACE)

        await matching.passes(NEXT_RUN - matching.clock.now())

        assert set(await placed(matching)) == {urgent, routine}
        (finished,) = await matching.told(MatchRunFinished)
        assert (finished.waiting, finished.placed, finished.optimal) == (1, 1, True)
        async with matching.kernel.reading() as db:
            assert await store.run_is_set_for(db, running.MATCH_RUN) == NEXT_RUN + timedelta(days=7)


async def test_whoever_waits_for_a_run_that_does_not_come_is_looked_at_all_the_same(matching: Matching) -> None:
    await matching.has_therapists(therapist_row(1))
    with_runs(matching, WEEKLY)
    referral_id = await matching.takes_on()

    await matching.passes(NEXT_RUN + GRACE - matching.clock.now())

    assert set(await placed(matching)) == {referral_id}


async def test_a_run_serves_both_where_one_by_one_would_serve_one(matching: Matching) -> None:
    async with weekly(matching):
        await matching.has_therapists(
            therapist_row(1, capacity_maximum=1, capacity_available=1, gender="woman"),
            therapist_row(2, capacity_maximum=1, capacity_available=1, gender="man", session_fee=90),
        )
        anybody = await matching.takes_on()
        a_woman = await matching.takes_on(therapist_gender="woman")
        await matching.passes(NEXT_RUN - matching.clock.now())

    assert await placed(matching) == {
        anybody: await matching.therapist_id(2),
        a_woman: await matching.therapist_id(1),
    }


async def test_a_run_is_kept_explained_and_can_be_made_again(matching: Matching) -> None:
    async with weekly(matching):
        await matching.has_therapists(therapist_row(1, capacity_maximum=1, capacity_available=1))
        first = await matching.takes_on()
        await matching.passes(timedelta(hours=1))
        second = await matching.takes_on()
        run_id = await staff_run(matching)

    async with matching.kernel.reading() as db:
        run = await store.run_by_id(db, run_id)
        outcomes = {row["referral_id"]: row["reason"] for row in await store.outcomes_of(db, run_id)}
        content = await store.content_of_run(db, matching.kernel.keys, run_id)
        explained = await store.latest_explanation(db, matching.kernel.keys, first)
        unplaced = await store.latest_explanation(db, matching.kernel.keys, second)
    assert run is not None
    assert content is not None
    assert (run.cause, run.waiting, run.placed, run.placed_bound, run.optimal) == ("staff", 2, 1, 1, True)
    assert run.score == run.score_bound > 0
    assert outcomes == {first: None, second: "no-free-place"}
    assert same_answer(content, solve(problem_again(content)).placing)
    assert explained is not None
    assert unplaced is not None
    assert (explained.replay, unplaced.replay) == ("same", "same")
    assert isinstance(unplaced.explanation.decided, Together)
    assert unplaced.explanation.decided.went_to == ((await matching.therapist_id(1), str(first)[-8:]),)


async def test_a_run_that_fails_in_the_middle_has_changed_and_told_nothing(
    matching: Matching, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with weekly(matching):
        await matching.has_therapists(therapist_row(1))
        waiting = [await matching.takes_on() for _ in range(3)]
        real, calls = store.add_explanations, []

        async def fails_at_first(*args: Any) -> None:
            calls.append(args)
            if len(calls) == 1:
                raise OSError("killed")
            await real(*args)

        monkeypatch.setattr(store, "add_explanations", fails_at_first)
        await matching.passes(NEXT_RUN - matching.clock.now())
        assert len(calls) == 1
        assert await placed(matching) == {}
        assert await matching.places(1) == (3, 3, 0)
        assert await matching.told(MatchRunFinished) == []

        await matching.passes(timedelta(minutes=30))

        assert set(await placed(matching)) == set(waiting)
        assert len(await matching.told(MatchRunFinished)) == 1


async def test_a_run_asks_the_database_as_often_for_many_as_for_few(matching: Matching) -> None:
    async def statements_with(newcomers: int) -> int:
        waiting = [await matching.takes_on() for _ in range(newcomers)]

        async def run(tx: Transaction) -> int:
            tx.db = counting = Counting(tx.db)
            await running.run_match(tx, "staff")
            return counting.statements

        statements = await matching.perform(running.MATCH_RUN, run)
        assert set(await placed(matching)) & set(waiting)
        return statements

    async with weekly(matching):
        await matching.has_therapists(therapist_row(1, capacity_maximum=8, capacity_available=8))
        few, many = await statements_with(2), await statements_with(12)

        assert len(await placed(matching)) == 8
        assert many <= few + 4


async def test_several_replicas_run_and_set_the_next_run_once(matching: Matching) -> None:
    async with weekly(matching):
        await matching.has_therapists(therapist_row(1))
        await matching.takes_on()
        matching.clock.advance(NEXT_RUN - matching.clock.now())

        await asyncio.gather(*(matching.kernel.timers.run_due() for _ in range(3)))
        await asyncio.gather(*(running.set_next_run(matching.kernel) for _ in range(3)))

        assert len(await matching.told(MatchRunFinished)) == 1
        async with matching.kernel.reading() as db:
            assert await db.fetchval("SELECT count(*) FROM timer WHERE kind = 'match-run'") == 1
            assert await store.run_is_set_for(db, running.MATCH_RUN) == NEXT_RUN + timedelta(days=7)


async def test_a_run_that_is_due_is_not_put_off_by_looking_whether_one_is_set(matching: Matching) -> None:
    async with weekly(matching):
        matching.clock.advance(NEXT_RUN - matching.clock.now() + timedelta(minutes=1))

        await running.set_next_run(matching.kernel)

        async with matching.kernel.reading() as db:
            assert await store.run_is_set_for(db, running.MATCH_RUN) == NEXT_RUN


async def test_those_woken_by_one_change_are_placed_together(matching: Matching) -> None:
    picky = await matching.takes_on(therapist_gender="man")
    easy = await matching.takes_on()
    await matching.has_therapists(therapist_row(2, gender="man"))
    await matching.passes(timedelta(seconds=1))

    assert set(await placed(matching)) == {picky, easy}
    (finished,) = await matching.told(MatchRunFinished)
    assert (finished.waiting, finished.placed) == (2, 2)


async def test_a_preview_says_what_would_be_and_does_nothing(matching: Matching) -> None:
    async with weekly(matching):
        await matching.has_therapists(therapist_row(1, capacity_maximum=1, capacity_available=1))
        await matching.takes_on()
        await matching.takes_on()

        seen = await running.preview(matching.kernel)

        assert (seen.waiting, seen.placing.placed, seen.reasons) == (2, 1, {"no-free-place": 1})
        assert await placed(matching) == {}
        async with matching.kernel.reading() as db:
            assert await store.latest_runs(db, limit=9) == []


async def test_a_run_and_an_answer_at_the_same_moment_leave_everything_in_order(matching: Matching) -> None:
    await matching.has_therapists(therapist_row(1, capacity_maximum=2, capacity_available=2))
    async with weekly(matching):
        running_on = [await matching.takes_on() for _ in range(6)]
        await asyncio.gather(
            staff_run(matching),
            staff_run(matching),
            *(matching.hears(closed(referral_id)) for referral_id in running_on[:1]),
        )
    therapist_id = await matching.therapist_id(1)
    await asyncio.gather(
        staff_run(matching),
        matching.perform(
            str(therapist_id),
            lambda tx: therapists.change_capacity(tx, therapist_id, maximum=3, available=1),
        ),
    )
    await matching.passes(timedelta(seconds=1))

    assert len(set(await placed(matching)) - {running_on[0]}) <= 3
    assert (await matching.places(1))[1] == 0
