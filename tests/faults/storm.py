"""The whole system, watched, on fresh databases and a virtual host of its own, and what can be done to it."""

import os
import secrets
import signal
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import psutil

from deploy.stopso import processes
from shared.kernel.ids import SERVICES, ServiceName
from tests.conftest import Vhost, apply_topology
from tests.databases import make_database
from tests.faults.nursery import Nursery
from tests.faults.observing import prepare
from tests.fleet import Fleet
from tests.servers import BrokerServer, DatabaseServer

STOP_SECONDS = 120.0


@dataclass
class Storm(Fleet):
    """A fleet whose processes start quickly, come in replicas, and can be frozen or started without a protection."""

    nursery: Nursery = field(kw_only=True)
    vhost: Vhost = field(kw_only=True)
    database_server: DatabaseServer = field(kw_only=True)

    def start(self, *services: ServiceName, **more: str) -> None:
        """Start these services (all, if none is named) with extra variables, without waiting for them."""
        for service in services or SERVICES:
            self.begin(service, more)

    def begin(
        self,
        service: ServiceName,
        more: Mapping[str, str] | None = None,
        *,
        name: str = "",
        without: tuple[str, ...] = (),
    ) -> int:
        """Start one process of a service under a name (the service's own, unless it is a further replica)."""
        name = name or service
        pid = self.nursery.start(
            service, self.environment(service, **(more or {})), self.folder / f"{name}.log", without
        )
        self.pids[name] = pid
        return pid

    def alive(self, name: str) -> bool:
        """Whether the process with this name is still there."""
        try:
            process = psutil.Process(self.pids[name])
            return bool(process.ppid() == self.nursery.pid and not processes.ended(process))
        except psutil.NoSuchProcess:
            return False

    def signal(self, name: str, number: int) -> None:
        """Send a signal to a process, if it is still there."""
        if name in self.pids and self.alive(name):
            os.kill(self.pids[name], number)

    def kill(self, name: str) -> None:
        """End its process without a chance to tidy up."""
        self.signal(name, signal.SIGKILL)
        self.wait_gone(name)

    def stop(self, *names: str) -> None:
        """Ask processes to end, and wait."""
        for name in names or tuple(self.pids):
            self.signal(name, signal.SIGTERM)
        for name in names or tuple(self.pids):
            self.wait_gone(name)

    def wait_gone(self, name: str, *, seconds: float = STOP_SECONDS) -> None:
        """Wait until a process has ended."""
        until = time.monotonic() + seconds
        while self.alive(name):
            assert time.monotonic() < until, f"{name} does not end\n{self.log_of(name)[-3000:]}"
            time.sleep(0.02)

    def log_of(self, name: str) -> str:
        """Everything that a process of this name has said."""
        path = self.folder / f"{name}.log"
        return path.read_text(errors="replace") if path.exists() else ""


@contextmanager
def storm(
    folder: Path, postgres: DatabaseServer, broker: BrokerServer, *, through: Callable[[str], str] = lambda url: url
) -> Iterator[Storm]:
    """The system, not yet started; ended at the end. `through` leads the processes to broker and databases."""
    vhost = Vhost(f"test-{secrets.token_hex(6)}", broker)
    apply_topology(broker, vhost.name)
    databases = {service: make_database(postgres.administrator_dsn, service) for service in SERVICES}
    databases = {name: replace(each, application_dsn=through(each.application_dsn)) for name, each in databases.items()}
    for database in databases.values():
        prepare(database.owner_dsn)
    nursery = Nursery(folder)
    running = Storm(
        folder, databases, lambda service: through(vhost.url(service)),
        nursery=nursery, vhost=vhost, database_server=postgres,
    )  # fmt: skip
    try:
        yield running
    finally:
        nursery.close()
        broker.administration.delete_vhost(vhost.name)
