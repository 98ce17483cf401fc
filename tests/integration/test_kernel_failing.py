"""Handlers that fail, and what becomes of their events: put aside, looked at, tried again, dropped, or given up."""

import json
from uuid import UUID, uuid4

import aio_pika
import pytest

from shared.events import Event
from shared.kernel.clock import SystemClock
from shared.messaging import dead_letters
from shared.messaging.envelope import shard_of
from shared.messaging.suspects import DEATHS, Suspects
from shared.messaging.transaction import Transaction
from tests.conftest import Vhost
from tests.integration.handmade import dead, delivery
from tests.integration.nodes import PATIENCE, Effects, Node, closed, eventually, received

pytestmark = [pytest.mark.servers, pytest.mark.timeout(600)]


class Killed(BaseException):
    """As far as the kernel can get: the process is gone."""


@pytest.mark.parametrize("error", [ValueError, OSError, TimeoutError, ConnectionError, RecursionError])
async def test_a_handler_that_always_raises_parks_its_event_and_only_that(
    error: type[Exception], intake: Node, matching: Node, effects: Effects
) -> None:
    troubled = uuid4()

    async def fail(event: Event, tx: Transaction) -> None:
        if event.key_value == str(troubled):
            raise error("the content of somebody's life")

    matching.fault, matching.kernel.inbox.retry_limit = fail, 1
    async with intake.running(), matching.running():
        await intake.tell(received(troubled), *(received() for _ in range(10)))
        await effects.reaches(10)

        async def is_dead() -> bool:
            return await dead(matching) == [("dead", error.__name__)]

        await eventually(is_dead)


async def test_a_handler_that_breaks_a_rule_of_the_database_parks_its_event(
    intake: Node, matching: Node, effects: Effects
) -> None:
    troubled = uuid4()

    async def fail(event: Event, tx: Transaction) -> None:
        if event.key_value == str(troubled):
            await tx.db.execute("SELECT 1 / 0")

    matching.fault, matching.kernel.inbox.retry_limit = fail, 1
    async with intake.running(), matching.running():
        await intake.tell(received(troubled), received())
        await effects.reaches(1)

        async def is_dead() -> bool:
            return await dead(matching) == [("dead", "DivisionByZeroError")]

        await eventually(is_dead)


async def test_replaying_a_key_keeps_its_order_and_dropping_lets_the_rest_go_on(
    intake: Node, matching: Node, effects: Effects
) -> None:
    replayed, dropped = uuid4(), uuid4()
    broken = True

    async def fail(event: Event, tx: Transaction) -> None:
        if broken and event.origin.sequence == 1:
            raise ValueError

    matching.fault, matching.kernel.inbox.retry_limit = fail, 1
    async with intake.running(), matching.running():
        await intake.tell(received(replayed), closed(replayed), closed(replayed), received(dropped), closed(dropped))

        async def all_put_aside() -> bool:
            return sorted(state for state, _ in await dead(matching)) == ["behind"] * 3 + ["dead"] * 2

        await eventually(all_put_aside)
        broken = False
        now, database = SystemClock().now(), matching.kernel.database
        async with matching.kernel.reading() as db:
            assert [(cause.count, cause.behind) for cause in await dead_letters.causes(db)] == [(2, 3)]
            of_one = await dead_letters.listed(db, key=str(replayed))
            of_other = await dead_letters.listed(db, key=str(dropped))
        assert await dead_letters.replay(database, of_one, actor="operator:test", now=now) == 1
        assert await dead_letters.drop(database, of_other, reason="made by a test", actor="operator:test", now=now) == 1
        await effects.reaches(4)

        async with matching.kernel.reading() as db:
            judged = await db.fetch("SELECT verdict, key, actor, reason FROM dead_letter_judgement ORDER BY id")

    assert effects.sequences() == {str(replayed): [1, 2, 3], str(dropped): [2]}
    assert [tuple(row) for row in judged] == [
        ("replayed", str(replayed), "operator:test", ""),
        ("dropped", str(dropped), "operator:test", "made by a test"),
    ]


async def test_what_the_broker_gives_up_on_ends_among_the_dead_letters(
    bus: Vhost, intake: Node, matching: Node, effects: Effects
) -> None:
    event = received()
    async with intake.running():
        await intake.tell(event)
        connection = await aio_pika.connect(bus.administrator_url)
        async with connection:
            channel = await connection.channel()
            queue = await channel.get_queue(f"matching.in.{shard_of(event.key_value) % 4}")
            async with queue.iterator(timeout=PATIENCE) as messages:
                async for message in messages:
                    await message.reject(requeue=False)
                    break
        async with matching.running():

            async def is_dead() -> bool:
                return await dead(matching) == [("dead", "Unprocessable: returned-by-broker")]

            await eventually(is_dead)


async def test_the_body_of_a_dead_letter_is_never_shown(intake: Node, matching: Node, effects: Effects) -> None:
    event = received()

    async def fail(event: Event, tx: Transaction) -> None:
        raise ValueError("somebody's secret")

    matching.fault, matching.kernel.inbox.retry_limit = fail, 1
    async with intake.running(), matching.running():
        await intake.tell(event)

        async def is_dead() -> bool:
            return len(await dead(matching)) == 1

        await eventually(is_dead)
        async with matching.kernel.reading() as db:
            (letter,) = await dead_letters.listed(db)

    shown = json.dumps({name: str(getattr(letter, name)) for name in letter.__slots__})
    assert "somebody's secret" not in shown
    assert "received_at" not in shown
    assert UUID(letter.key) == event.referral_id


async def test_an_event_that_kills_three_processes_is_given_up_and_the_others_are_handled(
    matching: Node, effects: Effects
) -> None:
    murderer, innocent = delivery(received(), count=9), delivery(received(), count=9)

    async def die(event: Event, tx: Transaction) -> None:
        if event.key_value == murderer.headers["cloudEvents_partitionkey"]:
            raise Killed

    matching.fault = die
    await matching.kernel.database.open()
    for _ in range(DEATHS):
        with pytest.raises(Killed):
            await Suspects(matching.kernel.inbox).process(murderer)
    last = Suspects(matching.kernel.inbox)
    assert (await last.process(murderer)).parked == 1
    assert (await last.process(innocent)).handled == 1

    assert await dead(matching) == [("dead", "Unprocessable: kills-the-process")]
    async with matching.kernel.reading() as db:
        assert await db.fetchval("SELECT count(*) FROM suspect_event") == 0
    await matching.kernel.database.close()


async def test_one_process_trying_again_and_again_is_no_death(matching: Node, effects: Effects) -> None:
    event = delivery(received(), count=9)
    failures = 6

    async def lose_the_database(event: Event, tx: Transaction) -> None:
        nonlocal failures
        failures -= 1
        if failures:
            raise ConnectionError

    matching.fault = lose_the_database
    await matching.kernel.database.open()
    suspects = Suspects(matching.kernel.inbox)
    for _ in range(5):
        with pytest.raises(ConnectionError):
            await suspects.process(event)
    assert (await suspects.process(event)).handled == 1
    await matching.kernel.database.close()
