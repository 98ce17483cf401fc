"""Events between two services over a real broker and real databases: nothing lost, each effect once, order per key."""

import asyncio
from collections.abc import Callable
from uuid import uuid4

import psycopg
import pytest

from shared.events import Event
from shared.kernel.errors import Retry
from shared.messaging.transaction import Transaction
from tests.conftest import Vhost
from tests.databases import ServiceDatabase
from tests.integration.nodes import Effects, Node, closed, eventually, received

pytestmark = [pytest.mark.servers, pytest.mark.timeout(600)]


async def test_what_one_service_tells_the_other_handles_once_and_in_order(
    intake: Node, matching: Node, effects: Effects
) -> None:
    referrals = [uuid4() for _ in range(20)]

    async with intake.running(), matching.running():
        await intake.tell_together(*(event for one in referrals for event in (received(one), closed(one), closed(one))))
        await effects.reaches(60)

    assert len(effects.sequences()) == 20
    assert effects.everything_once_in_order()


async def test_a_failing_event_holds_up_its_own_key_and_no_other(
    intake: Node, matching: Node, effects: Effects
) -> None:
    troubled, calm = uuid4(), uuid4()
    calm_was_handled = asyncio.Event()

    async def fail_at_first(event: Event, tx: Transaction) -> None:
        if event.key_value == str(troubled) and not calm_was_handled.is_set():
            raise Retry("not-yet")

    matching.fault = fail_at_first
    async with intake.running(), matching.running():
        await intake.tell(received(troubled), closed(troubled), received(calm), closed(troubled), closed(calm))
        await effects.reaches(2)
        assert {key for _, key, _ in effects.rows()} == {str(calm)}
        calm_was_handled.set()
        await effects.reaches(5)

    assert effects.everything_once_in_order()


async def test_a_lost_answer_to_the_commit_repeats_nothing(
    intake: Node, matching: Node, effects: Effects, arm: Callable[[str], None]
) -> None:
    arm("committed-not-acked:raise:2")
    async with intake.running(), matching.running():
        for _ in range(5):
            await intake.tell(*(received() for _ in range(4)))
        await effects.reaches(20)

    assert await effects.count() == 20
    assert effects.everything_once_in_order()


@pytest.mark.parametrize(
    "place", ["received", "in-transaction-after-inbox", "after-handler", "after-outbox", "commit-sent", "half-acked"]
)
async def test_a_connection_lost_at_any_step_of_a_batch_loses_and_repeats_nothing(
    intake: Node, matching: Node, effects: Effects, arm: Callable[[str], None], place: str
) -> None:
    async with intake.running():
        await intake.tell_together(*(received() for _ in range(30)))
        arm(f"{place}:raise")
        async with matching.running():
            await effects.reaches(30)

    assert await effects.count() == 30


@pytest.mark.parametrize(
    "place", ["relay-selected", "published-not-confirmed", "confirmed-not-deleted", "delete-unknown"]
)
async def test_a_connection_lost_at_any_step_of_the_relay_loses_and_reorders_nothing(
    intake: Node, matching: Node, effects: Effects, arm: Callable[[str], None], place: str
) -> None:
    referrals = [uuid4() for _ in range(10)]
    async with matching.running(), intake.running():
        arm(f"{place}:raise")
        await intake.tell_together(*(event for one in referrals for event in (received(one), closed(one), closed(one))))
        await effects.reaches(30)
        await eventually(lambda: outbox_is_empty(intake))

    assert await effects.count() == 30
    assert effects.everything_once_in_order()


async def test_two_processes_of_each_service_share_the_work_and_keep_the_order(
    bus: Vhost, intake_database: ServiceDatabase, matching_database: ServiceDatabase, effects: Effects
) -> None:
    intakes = [Node("intake", intake_database.application_dsn, bus.url("intake")) for _ in range(2)]
    matchings = [
        Node("matching", matching_database.application_dsn, bus.url("matching"), batch_size=7) for _ in range(2)
    ]
    referrals = [uuid4() for _ in range(40)]

    async with intakes[0].running(), intakes[1].running(), matchings[0].running(), matchings[1].running():
        await eventually(lambda: share_is(intakes, [8, 8]))
        for _ in range(3):
            await asyncio.gather(
                intakes[0].tell(*(closed(one) for one in referrals[:20])),
                intakes[1].tell(*(closed(one) for one in referrals[20:])),
            )
        await effects.reaches(120)

    assert await effects.count() == 120
    assert effects.everything_once_in_order()


async def test_the_shards_of_a_process_that_dies_are_taken_over(
    bus: Vhost, intake_database: ServiceDatabase, matching: Node, effects: Effects
) -> None:
    dying, living = (Node("intake", intake_database.application_dsn, bus.url("intake")) for _ in range(2))
    async with matching.running(), living.running(), dying.running():
        await eventually(lambda: share_is([living, dying], [8, 8]))
        await dying.process.supervisor.stop("send", seconds=0)

        await eventually(lambda: share_is([living], [16]))
        await living.tell(*(received() for _ in range(20)))
        await effects.reaches(20)


async def test_stopping_under_load_finishes_the_batch_in_hand_and_loses_nothing(
    intake: Node, bus: Vhost, matching_database: ServiceDatabase, effects: Effects
) -> None:
    async with intake.running():
        await intake.tell_together(*(received() for _ in range(400)))
        first = Node("matching", matching_database.application_dsn, bus.url("matching"), batch_size=5)
        async with first.running():
            await effects.reaches(20)
        after_stop = await effects.count()
        await asyncio.sleep(0.3)
        assert await effects.count() == after_stop
        async with Node("matching", matching_database.application_dsn, bus.url("matching")).running():
            await effects.reaches(400)

    assert await effects.count() == 400


async def test_the_database_losing_every_connection_is_survived(
    intake: Node, matching: Node, effects: Effects, postgres: object, matching_database: ServiceDatabase
) -> None:
    async with intake.running(), matching.running():
        for _ in range(5):
            await intake.tell(*(received() for _ in range(10)))
            await asyncio.to_thread(cut_every_connection, postgres.administrator_dsn, matching_database.name)  # type: ignore[attr-defined]
        await effects.reaches(50)

    assert await effects.count() == 50


def cut_every_connection(administrator_dsn: str, database: str) -> None:
    """As a failover of the database would."""
    with psycopg.connect(administrator_dsn, autocommit=True) as connection:
        connection.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [database])


async def outbox_is_empty(node: Node) -> bool:
    """Whether everything told is with the broker."""
    async with node.kernel.reading() as db:
        return bool(await db.fetchval("SELECT count(*) = 0 FROM outbox"))


async def share_is(nodes: list[Node], shares: list[int]) -> bool:
    """Whether the nodes hold so many shards each."""
    return [node.process.relay.shards for node in nodes] == shares


async def test_a_process_that_stops_hands_over_to_the_next_in_order(
    intake: Node, bus: Vhost, matching_database: ServiceDatabase, effects: Effects
) -> None:
    referrals = [uuid4() for _ in range(8)]

    async def dawdle(event: Event, tx: Transaction) -> None:
        await asyncio.sleep(0.02)

    def a_matching() -> Node:
        node = Node("matching", matching_database.application_dsn, bus.url("matching"), fault=dawdle, batch_size=2)
        node.process.consumer.prefetch = 10
        return node

    async with intake.running():
        stopping = a_matching()
        await stopping.process.start()
        await eventually(stopping.is_ready)
        async with a_matching().running():
            await intake.tell_together(*(closed(one) for _ in range(30) for one in referrals))
            await effects.reaches(20)
            await stopping.process.stop()
            await effects.reaches(240)

    assert await effects.count() == 240
    assert effects.everything_once_in_order()
