"""Processes end and freeze, connections break, servers go away: nothing is lost, doubled or left without an owner."""

import random
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.faults.faults import Weather, proxied, roles_for
from tests.faults.load import Load, pause_until
from tests.faults.resting import assert_clean
from tests.faults.storm import storm
from tests.servers import BrokerServer, DatabaseServer

pytestmark = [pytest.mark.servers, pytest.mark.faults, pytest.mark.slow, pytest.mark.timeout(1200)]

Deeds = list[Callable[[], str]]


def test_processes_asked_to_end_and_frozen_and_connections_broken_under_load(
    tmp_path: Path, postgres: DatabaseServer, broker: BrokerServer
) -> None:
    _survive(
        tmp_path,
        postgres,
        broker,
        lambda weather: [
            *[weather.terminate] * 4,
            weather.freeze,
            weather.end_backends,
            weather.cut_connections,
            weather.lose_commits,
            weather.silence_broker,
            weather.silence_database,
            weather.cut_connections,
        ],
    )


def test_broker_and_database_stopped_killed_and_short_of_memory_under_load(
    tmp_path: Path, own_postgres: DatabaseServer, own_broker: BrokerServer
) -> None:
    roles_for(own_postgres)
    _survive(
        tmp_path,
        own_postgres,
        own_broker,
        lambda weather: [weather.restart_database, weather.alarm, weather.restart_broker],
    )


def _survive(folder: Path, postgres: DatabaseServer, broker: BrokerServer, choose: Callable[[Weather], Deeds]) -> None:
    """Let these things happen to a system under load, then look."""
    with (
        proxied(postgres, broker) as (database, bus),
        storm(folder, postgres, broker, through=lambda url: database.through(bus.through(url))) as watched,
    ):
        watched.start()
        watched.wait_ready()
        weather = Weather(watched, random.Random("breaking"), database, bus, postgres, broker, longest=2.0)
        with Load(watched, "breaking", most=150) as load:
            for deed in choose(weather):
                before = load.done["refer"]
                weather.do(deed)
                pause_until(lambda before=before: load.done["refer"] > before, load, seconds=10)  # type: ignore[misc]
            assert pause_until(lambda: load.done["refer"] >= 15, load, seconds=240)
        watched.wait_ready()
        assert_clean(watched, (weather.done, load.done, load.refused), deaths=True)
