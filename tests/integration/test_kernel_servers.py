"""The broker and the database go away and come back: the process lives on, and nothing is lost or done twice."""

import asyncio

import httpx
import pytest

from deploy.stopso.roles import ensure_roles
from shared.db import Database, UnsafeDatabase
from tests.conftest import Vhost, apply_topology
from tests.databases import ServiceDatabase, make_database
from tests.integration.conftest import HEARD
from tests.integration.nodes import Effects, Node, eventually, received
from tests.servers import BrokerServer, DatabaseServer, role_passwords

pytestmark = [pytest.mark.servers, pytest.mark.faults, pytest.mark.slow, pytest.mark.timeout(900)]


async def not_ready(node: Node) -> bool:
    return not await node.is_ready()


async def alarmed(broker: BrokerServer) -> bool:
    """Whether the broker has told everybody that it takes no more."""
    administration = broker.administration
    async with httpx.AsyncClient(auth=(administration.user, administration.password), timeout=60) as client:
        answer = await client.get(f"{administration.url}/api/health/checks/local-alarms")
    return answer.status_code == httpx.codes.SERVICE_UNAVAILABLE


@pytest.mark.parametrize("how", ["stopped", "killed"])
async def test_a_broker_that_is_stopped_or_killed_under_load_loses_nothing(
    how: str,
    own_broker: BrokerServer,
    intake_database: ServiceDatabase,
    matching_database: ServiceDatabase,
    effects: Effects,
) -> None:
    bus = Vhost("stopso", own_broker)
    apply_topology(own_broker, bus.name, HEARD)
    own_broker.flush()
    intake = Node("intake", intake_database.application_dsn, bus.url("intake"))
    matching = Node("matching", matching_database.application_dsn, bus.url("matching"), batch_size=10)

    async with intake.running(), matching.running():
        await intake.tell_together(*(received() for _ in range(600)))
        await effects.reaches(50)
        await asyncio.to_thread(own_broker.stop if how == "stopped" else own_broker.kill)
        await eventually(lambda: not_ready(intake))
        await eventually(lambda: not_ready(matching))
        await intake.tell(received())
        await asyncio.to_thread(own_broker.start)
        await effects.reaches(601)
        await eventually(intake.is_ready)
        await eventually(matching.is_ready)

    assert await effects.count() == 601
    assert effects.everything_once_in_order()


async def test_an_alarm_of_the_broker_holds_events_back_and_lets_them_go_afterwards(
    own_broker: BrokerServer,
    intake_database: ServiceDatabase,
    matching_database: ServiceDatabase,
    effects: Effects,
) -> None:
    bus = Vhost("stopso", own_broker)
    apply_topology(own_broker, bus.name, HEARD)
    intake = Node("intake", intake_database.application_dsn, bus.url("intake"))
    matching = Node("matching", matching_database.application_dsn, bus.url("matching"))

    async with intake.running(), matching.running():
        await asyncio.to_thread(own_broker.alarm, raised=True)
        await eventually(lambda: alarmed(own_broker))
        await intake.tell(*(received() for _ in range(30)))
        await asyncio.sleep(1.0)
        assert await effects.count() == 0
        await asyncio.to_thread(own_broker.alarm, raised=False)
        await effects.reaches(30)

    assert await effects.count() == 30


@pytest.mark.parametrize("how", ["stopped", "killed"])
async def test_a_database_that_is_stopped_or_killed_under_load_loses_nothing(
    how: str, bus: Vhost, own_postgres: DatabaseServer, intake: Node
) -> None:
    ensure_roles(own_postgres.administrator_dsn, role_passwords())
    database = make_database(own_postgres.administrator_dsn, "matching")
    effects = Effects(database.owner_dsn)
    effects.prepare()
    matching = Node("matching", database.application_dsn, bus.url("matching"), batch_size=10)

    async with intake.running(), matching.running():
        await intake.tell_together(*(received() for _ in range(400)))
        await effects.reaches(50)
        await asyncio.to_thread(own_postgres.stop if how == "stopped" else own_postgres.kill)
        await eventually(lambda: not_ready(matching))
        await asyncio.sleep(2.0)
        await asyncio.to_thread(own_postgres.start)
        await effects.reaches(400)
        await eventually(matching.is_ready)

    assert await effects.count() == 400


async def test_a_process_that_starts_before_its_servers_waits_for_them(
    own_broker: BrokerServer, intake_database: ServiceDatabase
) -> None:
    bus = Vhost("stopso", own_broker)
    apply_topology(own_broker, bus.name, HEARD)
    intake = Node("intake", intake_database.application_dsn, bus.url("intake"))
    own_broker.stop()

    await intake.process.start()
    await eventually(lambda: asyncio.sleep(0, intake.kernel.database.is_open))
    assert await not_ready(intake)
    await asyncio.to_thread(own_broker.start)
    await eventually(intake.is_ready)
    await intake.process.stop()


async def test_a_database_that_could_forget_is_refused(matching_database: ServiceDatabase) -> None:
    unsafe = Database(f"{matching_database.application_dsn}?synchronous_commit=off", minimum=1, maximum=1)
    with pytest.raises(UnsafeDatabase):
        await unsafe.open()
    assert not unsafe.is_open
