"""Messages that cannot be handled: each kind ends where a person can see it, and holds up nobody but its own key."""

import json
from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

import aio_pika
import pytest
from aio_pika.exceptions import AMQPError
from pamqp.commands import Basic

from shared.events import Event
from shared.kernel.clock import SystemClock
from shared.kernel.ids import uuid7
from shared.messaging import dead_letters
from shared.messaging.envelope import Delivery, headers_of, routing_key, shard_of
from shared.messaging.suspects import DEATHS, Suspects
from shared.messaging.transaction import Transaction
from tests.conftest import Vhost
from tests.integration.nodes import Effects, Node, closed, eventually, received

pytestmark = pytest.mark.servers

Headers = dict[str, Any]


class Killed(BaseException):
    """As far as the kernel can get: the process is gone."""


def good_headers(event: Event, **changes: str) -> Headers:
    """The headers of an event as intake would send it, with changes."""
    headers = headers_of(uuid7(SystemClock().now()), event.type, SystemClock().now(), event.key_value, 1, "")
    return {**headers, **{f"cloudEvents_{name}": value for name, value in changes.items()}}


def a_type_nobody_knows(event: Event) -> tuple[bytes, Headers]:
    return event.model_dump_json().encode(), good_headers(event, type="intake.never-heard-of.v1")


POISON: dict[str, Callable[[Event], tuple[bytes, Headers]]] = {
    "no headers": lambda _: (b"{}", {}),
    "no JSON": lambda event: (b"\x00\xff not json", good_headers(event)),
    "an empty body": lambda event: (b"", good_headers(event)),
    "a body of another shape": lambda event: (b'{"referral_id": 7}', good_headers(event)),
    "another key inside": lambda event: (
        event.model_dump_json().encode(),
        good_headers(event, partitionkey=str(uuid4())),
    ),
    "zero bytes in the headers": lambda event: (b"{}", good_headers(event, type="a\x00b", partitionkey="\x00")),
    "a number for an id": lambda event: (b"{}", {**good_headers(event), "cloudEvents_id": 5}),
    "another speaker's type": lambda event: (b"{}", good_headers(event, type="funding.fund-received.v1")),
    "an endless key": lambda event: (b"{}", good_headers(event, partitionkey="x" * 5000)),
    "JSON nested too deep": lambda event: (b"[" * 100_000, good_headers(event)),
}


async def publish(url: str, event: Event, body: bytes, headers: Headers, *, user: str | None = "intake") -> None:
    """Send a message around the relay, where an event of this key would go."""
    connection = await aio_pika.connect(url)
    async with connection:
        channel = await (await connection.channel(on_return_raises=True)).get_underlay_channel()
        properties = Basic.Properties(headers=headers, user_id=user, delivery_mode=2, message_id=str(uuid4()))
        route = routing_key(event.type, shard_of(event.key_value))
        await channel.basic_publish(body, exchange="events", routing_key=route, properties=properties, mandatory=True)


async def dead(node: Node) -> list[tuple[str, str]]:
    """State and reason of everything put aside."""
    async with node.kernel.reading() as db:
        return [tuple(row) for row in await db.fetch("SELECT state, reason FROM parked_event ORDER BY position")]


@pytest.mark.parametrize("kind", POISON)
async def test_a_message_that_is_no_event_becomes_a_dead_letter_and_others_go_on(
    kind: str, bus: Vhost, intake: Node, matching: Node, effects: Effects
) -> None:
    poisoned = received()
    body, headers = POISON[kind](poisoned)

    async with intake.running(), matching.running():
        await publish(bus.url("intake"), poisoned, body, headers)
        await intake.tell(*(received() for _ in range(10)))
        await effects.reaches(10)

        async def is_dead() -> bool:
            return [state for state, _ in await dead(matching)] == ["dead"]

        await eventually(is_dead)
        assert matching.process.supervisor.loops["hear"].failures == 0
        assert set((await matching.process.standing.look())["queues"].values()) == {0}


async def test_an_event_of_a_type_that_only_a_newer_version_knows_waits_for_it(
    bus: Vhost, intake: Node, matching: Node, effects: Effects
) -> None:
    event = received()
    async with matching.running():
        await publish(bus.url("intake"), event, *a_type_nobody_knows(event))

        async def waits() -> bool:
            return await dead(matching) == [("retrying", "Retry: unknown-event-type")]

        await eventually(waits)


async def test_a_forged_sender_is_refused_by_the_broker(bus: Vhost) -> None:
    event = received()
    with pytest.raises(AMQPError):
        await publish(bus.url("funding"), event, b"{}", good_headers(event), user="intake")


async def test_speaking_for_another_service_is_refused_by_the_broker(bus: Vhost) -> None:
    event = received()
    with pytest.raises(AMQPError):
        await publish(bus.url("funding"), event, b"{}", good_headers(event), user="funding")


async def test_an_event_without_a_sender_is_not_believed(bus: Vhost, matching: Node, effects: Effects) -> None:
    event = received()
    async with matching.running():
        await publish(bus.url("intake"), event, event.model_dump_json().encode(), good_headers(event), user=None)

        async def is_dead() -> bool:
            return await dead(matching) == [("dead", "Unprocessable: wrong-speaker")]

        await eventually(is_dead)
    assert await effects.count() == 0


async def test_a_queue_can_be_bound_or_made_by_no_service(bus: Vhost) -> None:
    for attempt in ("queue_declare", "queue_bind", "exchange_declare"):
        connection = await aio_pika.connect(bus.url("matching"))
        async with connection:
            channel = await (await connection.channel()).get_underlay_channel()
            words = {"exchange": "events", "routing_key": "intake.#"} if attempt == "queue_bind" else {}
            with pytest.raises(AMQPError, match="ACCESS_REFUSED"):
                await getattr(channel, attempt)("matching.in.0" if words else "stolen", **words)


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
            async with queue.iterator(timeout=20) as messages:
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


def delivery(event: Event, *, count: int) -> Delivery:
    """The event as it comes after the broker has delivered it so often."""
    return Delivery(event.model_dump_json().encode(), good_headers(event), 1, "intake", count)
