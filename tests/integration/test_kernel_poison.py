"""Messages that cannot be handled: each kind ends where a person can see it, and holds up nobody but its own key."""

from collections.abc import Callable
from uuid import uuid4

import aio_pika
import pytest
from aio_pika.exceptions import AMQPError
from pamqp.commands import Basic

from shared.events import Event
from shared.messaging.envelope import routing_key, shard_of
from tests.conftest import Vhost
from tests.integration.handmade import Headers, dead, good_headers
from tests.integration.nodes import Effects, Node, eventually, received

pytestmark = [pytest.mark.servers, pytest.mark.timeout(600)]


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

        async def nothing_is_queued() -> bool:
            return set((await matching.process.standing.look())["queues"].values()) == {0}

        await eventually(nothing_is_queued)
        assert matching.process.supervisor.loops["hear"].failures == 0


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
