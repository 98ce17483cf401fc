"""Messages come twice, at once, the wrong way round, or are poison: the work is as if they had not come."""

import asyncio

import pytest

from deploy.stopso.workbench import service_named
from shared.kernel.ids import SERVICES, ServiceName
from shared.messaging import dead_letters
from tests.faults.load import Load, pause_until
from tests.faults.messages import RECEIVED, Tap, poison
from tests.faults.resting import assert_clean, come_to_rest
from tests.faults.storm import Storm

pytestmark = [pytest.mark.servers, pytest.mark.faults, pytest.mark.slow, pytest.mark.timeout(1200)]


def test_doubles_disorder_and_poison_change_nothing(running: Storm) -> None:
    tap = Tap(running.vhost)
    asyncio.run(tap.open())
    with Load(running, "messages", most=80) as load:
        assert pause_until(lambda: load.done["refer"] >= 35, load, seconds=180)
        assert pause_until(lambda: _handled(running) > 100, load, seconds=180)
        repeated = asyncio.run(tap.repeat())
        poisoned = asyncio.run(poison(running.vhost))
    assert repeated > 200
    listeners = [service for service in SERVICES if RECEIVED in service_named(service).hears]
    for service in listeners:
        running.eventually(lambda: _dead(running, service) >= poisoned, f"{service} does not put poison aside")  # noqa: B023
    come_to_rest(running)
    assert {service: _dead(running, service) for service in SERVICES} == {
        service: poisoned if service in listeners else 0 for service in SERVICES
    }
    asyncio.run(_drop_all(running))
    assert_clean(running, (poisoned, repeated, load.done))


def _handled(running: Storm) -> int:
    return len(running.rows("notifications", "SELECT 1 FROM fault_handled"))


def _dead(running: Storm, service: ServiceName) -> int:
    return len(running.rows(service, "SELECT 1 FROM parked_event WHERE state = 'dead'"))


async def _drop_all(running: Storm) -> None:
    """Remove the poison, as an operator would."""
    async with running.bench() as kernels:
        for kernel in kernels.values():
            async with kernel.reading() as db:
                letters = await dead_letters.listed(db)
            await dead_letters.drop(kernel.database, letters, reason="poison", actor="system", now=kernel.clock.now())
