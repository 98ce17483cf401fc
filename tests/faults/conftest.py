"""A watched system for each test that asks for one."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.storm import Storm, storm
from tests.servers import BrokerServer, DatabaseServer


@pytest.fixture
def still(tmp_path: Path, postgres: DatabaseServer, broker: BrokerServer) -> Iterator[Storm]:
    """A system on the shared servers in which nothing has been started yet."""
    with storm(tmp_path, postgres, broker) as watched:
        yield watched


@pytest.fixture
def running(still: Storm) -> Storm:
    """Four processes on the shared servers, ready."""
    still.start()
    still.wait_ready()
    return still
