"""The way out: what the broker does not take stays, is reported, and keeps its place; everything else goes on."""

from collections.abc import Callable
from uuid import uuid4

import aio_pika
import httpx
import pytest

from shared.messaging.envelope import shard_of
from tests.conftest import Vhost
from tests.databases import ServiceDatabase
from tests.integration.nodes import Effects, Node, closed, eventually, received

pytestmark = [pytest.mark.servers, pytest.mark.timeout(600)]


async def bind(bus: Vhost, pattern: str, *, take_away: bool = False) -> None:
    """Bind, or unbind, one of intake's facts to matching's queues."""
    connection = await aio_pika.connect(bus.administrator_url)
    async with connection:
        channel = await (await connection.channel()).get_underlay_channel()
        for shard in range(16):
            call = channel.queue_unbind if take_away else channel.queue_bind
            await call(f"matching.in.{shard % 4}", "events", f"{pattern}.*.p{shard:02d}")


def policy(bus: Vhost, method: str, queue: str) -> None:
    """Limit a queue to one message, or lift the limit."""
    administration = bus.broker.administration
    httpx.request(
        method,
        f"{administration.url}/api/policies/{bus.name}/full",
        json={"pattern": f"^{queue}$", "definition": {"max-length": 1}, "apply-to": "queues"},
        auth=(administration.user, administration.password),
        timeout=60,
    ).raise_for_status()


async def age_the_outbox(node: Node) -> None:
    """Let what waits have waited for two hours."""
    async with node.kernel.reading() as db:
        await db.execute("UPDATE outbox SET created_at = created_at - interval '2 hours'")


async def waiting(node: Node) -> int:
    """How many events the broker has not taken."""
    async with node.kernel.reading() as db:
        return int(await db.fetchval("SELECT count(*) FROM outbox"))


async def test_an_event_that_nobody_is_bound_to_stays_is_reported_and_later_arrives_in_order(
    bus: Vhost, intake: Node, matching: Node, effects: Effects
) -> None:
    unheard, heard = uuid4(), uuid4()
    await bind(bus, "intake.referral-received", take_away=True)

    async with intake.running(), matching.running():
        await intake.tell(received(unheard), closed(unheard), closed(heard))
        await effects.reaches(1)

        async def reported() -> bool:
            standing = await intake.process.standing.look()
            return bool(
                standing["sending"]["held_back"] == {"unroutable": 1} and standing.get("outbox", {}).get("rows") == 2
            )

        await eventually(reported)
        await age_the_outbox(intake)

        async def old_but_ready() -> bool:
            standing = await intake.process.standing.look()
            return bool(standing["ready"] and standing["outbox"]["age_seconds"] > 3600)

        await eventually(old_but_ready)  # nobody listening to one event must not take the pages away
        assert set(effects.sequences()) == {str(heard)}
        await bind(bus, "intake.referral-received")
        await effects.reaches(3)

    assert effects.everything_once_in_order()


async def test_what_a_full_queue_refuses_is_sent_later_and_in_order(
    bus: Vhost, intake: Node, matching: Node, effects: Effects
) -> None:
    refused = uuid4()
    queue = f"matching.in.{shard_of(str(refused)) % 4}"
    policy(bus, "PUT", queue)
    told = 0

    async with intake.running():

        async def is_refused() -> bool:
            nonlocal told
            standing = await intake.process.standing.look()
            if standing["sending"]["held_back"] == {"not-accepted": 1}:
                return True
            await intake.tell(closed(refused))  # one after the other: the limit comes into force when it likes
            told += 1
            return False

        await eventually(is_refused)
        assert await waiting(intake) > 0
        policy(bus, "DELETE", queue)
        async with matching.running():
            await effects.reaches(told, seconds=400)

    assert effects.sequences() == {str(refused): list(range(1, told + 1))}


async def test_an_event_that_the_broker_forbids_is_isolated_and_the_rest_goes_out(
    intake: Node, matching: Node, effects: Effects
) -> None:
    async with matching.running(), intake.running():
        async with intake.kernel.reading() as db:
            await db.execute(
                """
                INSERT INTO outbox (shard, event_id, type, key, sequence, created_at, body)
                VALUES (3, gen_random_uuid(), 'funding.fund-received.v1', 'forbidden', 1, now(), '{}')
                """
            )
        await intake.tell(*(received() for _ in range(20)))
        await effects.reaches(20)

        async def isolated() -> bool:
            held_back = intake.process.relay.held_back.get("forbidden")
            return await waiting(intake) == 1 and held_back is not None and held_back.reason == "forbidden"

        await eventually(isolated)


async def test_a_deleted_queue_is_noticed_and_heard_again_once_it_is_back(
    bus: Vhost, intake: Node, matching: Node, effects: Effects, apply_again: Callable[[Vhost], None]
) -> None:
    async with intake.running(), matching.running():
        connection = await aio_pika.connect(bus.administrator_url)
        async with connection:
            await (await connection.channel()).queue_delete("matching.in.1")

        async def noticed() -> bool:
            return matching.process.supervisor.loops["hear"].failures > 0

        await eventually(noticed)
        assert not await matching.is_ready()
        apply_again(bus)
        await eventually(matching.is_ready)
        await intake.tell(*(received() for _ in range(20)))
        await effects.reaches(20)


async def test_the_share_of_a_process_is_given_back_when_another_comes(
    bus: Vhost, intake_database: ServiceDatabase
) -> None:
    first, second, third = (Node("intake", intake_database.application_dsn, bus.url("intake")) for _ in range(3))

    async def shares(*expected: int) -> bool:
        return sorted(node.process.relay.shards for node in (first, second, third)) == sorted(expected)

    async with first.running():
        await eventually(lambda: shares(16, 0, 0))
        async with second.running(), third.running():
            await eventually(lambda: shares(6, 6, 4))
        await eventually(lambda: shares(16, 0, 0))
