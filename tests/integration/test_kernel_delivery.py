"""Events between two services over a real broker and real databases: nothing lost, each effect once, order per key."""

from collections.abc import Callable
from contextlib import AsyncExitStack
from uuid import uuid4

import pytest

from tests.conftest import Vhost
from tests.databases import ServiceDatabase
from tests.integration.nodes import Effects, Node, closed, received

pytestmark = pytest.mark.servers

Hears = {"intake": (), "matching": ("intake.referral-received.v1", "intake.referral-closed.v1"), "funding": (), "notifications": ()}


@pytest.fixture
def bus(make_vhost: Callable[..., Vhost]) -> Vhost:
    return make_vhost(Hears)


@pytest.fixture
def intake_database(database_for: Callable[[str], ServiceDatabase]) -> ServiceDatabase:
    return database_for("intake")


@pytest.fixture
def matching_database(database_for: Callable[[str], ServiceDatabase]) -> ServiceDatabase:
    return database_for("matching")


@pytest.fixture
def effects(matching_database: ServiceDatabase) -> Effects:
    effects = Effects(matching_database.owner_dsn)
    effects.prepare()
    return effects


@pytest.fixture
def intake(bus: Vhost, intake_database: ServiceDatabase) -> Node:
    return Node("intake", intake_database.application_dsn, bus.url("intake"))


@pytest.fixture
def matching(bus: Vhost, matching_database: ServiceDatabase) -> Node:
    return Node("matching", matching_database.application_dsn, bus.url("matching"))


async def test_what_one_service_tells_the_other_handles_once_and_in_order(intake: Node, matching: Node, effects: Effects) -> None:
    referrals = [uuid4() for _ in range(20)]

    async with intake.running(), matching.running():
        await intake.tell_together(*(event for one in referrals for event in (received(one), closed(one), closed(one))))
        await effects.reaches(60)

    assert len(effects.sequences()) == 20
    assert effects.everything_once_in_order()
