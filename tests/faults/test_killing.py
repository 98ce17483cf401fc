"""Whatever is killed, wherever it stands: nothing is lost, nothing happens twice, everybody has an owner."""

import random
import signal
import time

import pytest

from shared.kernel.ids import SERVICES, ServiceName
from shared.messaging import failpoints
from tests.faults.load import Load, pause_until
from tests.faults.resting import assert_clean
from tests.faults.storm import Storm

pytestmark = [pytest.mark.servers, pytest.mark.faults, pytest.mark.slow, pytest.mark.timeout(1200)]

AT_ONE_POINT = 180.0
"""Seconds in which a point must be passed under load."""


def test_without_any_fault_the_checker_finds_nothing(running: Storm) -> None:
    with Load(running, "calm") as load:
        assert pause_until(lambda: load.done["refer"] >= 40, load, seconds=240)
    assert_clean(running, load.done)


def test_each_service_killed_at_every_failpoint(running: Storm) -> None:
    draw = random.Random("every failpoint")
    ahead: dict[ServiceName, list[str]] = {
        name: draw.sample(failpoints.NAMES, len(failpoints.NAMES)) for name in SERVICES
    }
    armed: dict[ServiceName, tuple[str, float]] = {}
    with Load(running, "every failpoint", most=600, pause=0.05) as load:
        running.stop()
        for service in SERVICES:
            _arm_next(running, service, ahead, armed, draw)

        def all_died() -> bool:
            for service in list(armed):
                point, since = armed[service]
                if point == "stopping" and running.health(service).get("ready"):
                    running.signal(service, signal.SIGTERM)
                if not running.alive(service):
                    _arm_next(running, service, ahead, armed, draw)
                assert time.monotonic() < since + AT_ONE_POINT, f"{service} never came by {point}"
            return not armed

        assert pause_until(all_died, load, seconds=600)
        running.wait_ready()
    assert_clean(running, load.done, deaths=True)


def _arm_next(
    running: Storm,
    service: ServiceName,
    ahead: dict[ServiceName, list[str]],
    armed: dict[ServiceName, tuple[str, float]],
    draw: random.Random,
) -> None:
    """Start a service so that it dies at the next point, at the second or third passing: each life gets on a little."""
    if not ahead[service]:
        armed.pop(service, None)
        running.begin(service)
        return
    point = ahead[service].pop()
    nth = 1 if point == "stopping" else draw.randint(2, 3)
    armed[service] = (point, time.monotonic())
    running.begin(service, {"STOPSO_FAILPOINTS": f"{point}:kill:{nth}"})


def test_services_killed_at_random_under_load(running: Storm) -> None:
    draw = random.Random("at random")
    killed: list[str] = []
    with Load(running, "at random", pause=0.01) as load:

        def kill_one() -> bool:
            service = draw.choice(SERVICES)
            running.kill(service)
            running.begin(service)
            killed.append(service)
            time.sleep(draw.uniform(0.2, 0.8))
            return len(killed) >= 16

        assert pause_until(kill_one, load, seconds=240)
        running.wait_ready()
        assert pause_until(lambda: load.done["refer"] >= 20, load, seconds=240)
    assert_clean(running, (killed, load.done), deaths=True)
