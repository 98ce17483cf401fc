"""Real servers for whoever asks: started at the first use, shared between workers and runs, stopped by the last one."""

import secrets
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from shared.kernel.ids import SERVICES, ServiceName
from shared.messaging.topology import definitions
from tests import servers
from tests.browsers import chromium, chromium_address
from tests.databases import ServiceDatabase, make_database
from tests.servers import BrokerServer, DatabaseServer

__all__ = ["chromium", "chromium_address"]

Heard = Mapping[ServiceName, Iterable[str]]

steady = settings(deadline=None, database=None, print_blob=True, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("steady", steady, derandomize=True)
settings.register_profile("search", steady, max_examples=2000)
settings.load_profile("steady")
"""Every run tries the same examples, on however slow a machine; `--hypothesis-profile search` looks for others."""


def pytest_configure(config: pytest.Config) -> None:
    """Say who we are, unless we are a worker of somebody who did."""
    if not hasattr(config, "workerinput"):
        servers.join()


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop what nobody uses any more."""
    if not hasattr(config, "workerinput"):
        servers.leave()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what takes long, so that no worker is left alone with it at the end."""
    items.sort(key=lambda item: 0 if item.get_closest_marker("slow") else 1)


@dataclass(frozen=True, slots=True)
class Vhost:
    """A virtual host of its own, with the users, rights and queues of all services."""

    name: str
    broker: BrokerServer

    def url(self, service: str) -> str:
        """The AMQP address for a service's own user."""
        return self.broker.url(service, servers.passwords()[f"{service}-broker"], self.name)

    @property
    def administrator_url(self) -> str:
        """The AMQP address for the administrator, who may do everything."""
        administration = self.broker.administration
        return self.broker.url(administration.user, administration.password, self.name)


@pytest.fixture(scope="session")
def postgres() -> DatabaseServer:
    """The shared PostgreSQL: never stop or kill this one."""
    return servers.shared_database()


@pytest.fixture(scope="session")
def broker() -> BrokerServer:
    """The shared RabbitMQ: never stop or kill this one."""
    return servers.shared_broker()


@pytest.fixture
def database_for(postgres: DatabaseServer) -> Callable[[str], ServiceDatabase]:
    """Makes a fresh, migrated database for a service; dropping one costs a checkpoint, so they go with the server."""
    return partial(make_database, postgres.administrator_dsn)


@pytest.fixture
def make_vhost(broker: BrokerServer) -> Iterator[Callable[..., Vhost]]:
    """Makes a fresh virtual host; `heard` says which service listens to which event types (else: as they say)."""
    made: list[Vhost] = []

    def make(heard: Heard | None = None) -> Vhost:
        vhost = Vhost(f"test-{secrets.token_hex(6)}", broker)
        made.append(vhost)
        apply_topology(broker, vhost.name, heard)
        return vhost

    yield make
    for vhost in made:
        broker.administration.delete_vhost(vhost.name)


@pytest.fixture
def vhost(make_vhost: Callable[..., Vhost]) -> Vhost:
    """A fresh virtual host with the topology of the real services."""
    return make_vhost()


@pytest.fixture
def own_postgres(tmp_path: Path) -> Iterator[DatabaseServer]:
    """A PostgreSQL for this test alone, to be stopped and killed at will."""
    server = servers.a_database(tmp_path / "postgres")
    server.start()
    yield server
    servers.discard(server, tmp_path / "postgres")


@pytest.fixture
def own_broker(tmp_path: Path) -> Iterator[BrokerServer]:
    """A RabbitMQ for this test alone, to be stopped, killed and alarmed at will."""
    server = servers.a_broker(tmp_path / "broker")
    server.start()
    yield server
    servers.discard(server, tmp_path / "broker")


def apply_topology(broker: BrokerServer, vhost: str, heard: Heard | None = None) -> None:
    """Create a virtual host with the users, rights, queues and bindings that the services need."""
    if heard is None:
        from deploy.stopso.topology import heard_by_services  # noqa: PLC0415 - it loads the services; many tests need none

        heard = heard_by_services()
    known = servers.passwords()
    broker_passwords: dict[ServiceName, str] = {service: known[f"{service}-broker"] for service in SERVICES}
    broker.administration.add_vhost(vhost)
    broker.administration.import_definitions(definitions(vhost, broker_passwords, heard))
