"""A watched system for each test that asks for one."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.storm import Storm, storm
from tests.servers import BrokerServer, DatabaseServer


@pytest.fixture
def running(tmp_path: Path, postgres: DatabaseServer, broker: BrokerServer) -> Iterator[Storm]:
    """Four processes on the shared servers, ready."""
    with storm(tmp_path, postgres, broker) as watched:
        watched.start()
        watched.wait_ready()
        yield watched
