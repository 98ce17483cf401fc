"""Two services joined by a broker, with what their handlers did to be looked at."""

from collections.abc import Callable, Iterator

import pytest
import structlog

from shared.kernel.ids import ServiceName
from shared.messaging import failpoints
from tests.conftest import Vhost, apply_topology
from tests.databases import ServiceDatabase
from tests.integration.nodes import Effects, Node

HEARD: dict[ServiceName, tuple[str, ...]] = {
    "intake": (),
    "matching": ("intake.referral-received.v1", "intake.referral-closed.v1"),
    "funding": (),
    "notifications": (),
}


@pytest.fixture(autouse=True)
def plain_log() -> Iterator[None]:
    """One plain line per log entry: rendering pictures of stacks would hold up the event loop for seconds."""
    structlog.configure(processors=[structlog.processors.KeyValueRenderer()], cache_logger_on_first_use=False)
    yield
    structlog.reset_defaults()


@pytest.fixture
def bus(make_vhost: Callable[..., Vhost]) -> Vhost:
    """A virtual host in which only matching listens, and only to two events of intake."""
    return make_vhost(HEARD)


@pytest.fixture
def intake_database(database_for: Callable[[str], ServiceDatabase]) -> ServiceDatabase:
    """Intake's database."""
    return database_for("intake")


@pytest.fixture
def matching_database(database_for: Callable[[str], ServiceDatabase]) -> ServiceDatabase:
    """Matching's database."""
    return database_for("matching")


@pytest.fixture
def effects(matching_database: ServiceDatabase) -> Effects:
    """What matching's handlers did."""
    effects = Effects(matching_database.owner_dsn)
    effects.prepare()
    return effects


@pytest.fixture
def intake(bus: Vhost, intake_database: ServiceDatabase) -> Node:
    """The service that tells."""
    return Node("intake", intake_database.application_dsn, bus.url("intake"))


@pytest.fixture
def matching(bus: Vhost, matching_database: ServiceDatabase) -> Node:
    """The service that listens."""
    return Node("matching", matching_database.application_dsn, bus.url("matching"))


@pytest.fixture
def arm() -> Iterator[Callable[[str], None]]:
    """Arms failpoints in this process, and disarms them."""
    yield failpoints.arm
    failpoints.arm("")


@pytest.fixture
def apply_again() -> Callable[[Vhost], None]:
    """Imports the topology of `bus` once more."""
    return lambda bus: apply_topology(bus.broker, bus.name, HEARD)
