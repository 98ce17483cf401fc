"""The whole system as it really runs: four processes on fresh databases and a virtual host of their own."""

import json
import os
import signal
import sys
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import psycopg
from psycopg.rows import dict_row

from deploy.stopso import processes
from deploy.stopso.ports import free_ports
from deploy.stopso.workbench import workbench
from shared.kernel.ids import SERVICES, ServiceName
from shared.messaging.kernel import Kernel
from shared.privacy import new_secrets
from tests.databases import ServiceDatabase

READY_SECONDS = 180.0


@dataclass
class Fleet:
    """Four services that can be started, killed and asked; `settings` are extra variables, by service or for `all`."""

    folder: Path
    databases: Mapping[ServiceName, ServiceDatabase]
    broker_url: Callable[[str], str]
    settings: dict[str, dict[str, str]] = field(default_factory=dict)
    ports: dict[str, int] = field(default_factory=dict)
    pids: dict[str, int] = field(default_factory=dict)
    keys: dict[ServiceName, dict[str, str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.ports = dict(zip([*SERVICES, "mail"], free_ports(len(SERVICES) + 1), strict=True))
        self.keys = {service: dict(values) for service, values in new_secrets(SERVICES).items()}  # type: ignore[misc]

    def url(self, service: ServiceName, path: str = "") -> str:
        """Where people find a service."""
        return f"http://localhost:{self.ports[service]}{path}"

    def environment(self, service: ServiceName, **more: str) -> dict[str, str]:
        """Everything a service's process is told."""
        return {
            "PATH": os.environ["PATH"],
            "HOME": str(self.folder),
            "PYTHONPATH": str(Path(__file__).parents[1]),
            "PYTHONUNBUFFERED": "1",
            "STOPSO_DATABASE_URL": self.databases[service].application_dsn,
            "STOPSO_BROKER_URL": self.broker_url(service),
            "STOPSO_PORT": str(self.ports[service]),
            "STOPSO_DEMO": "true",
            "STOPSO_PUBLIC_URLS": json.dumps({name: self.url(name) for name in SERVICES}),
            "STOPSO_SMTP_PORT": str(self.ports["mail"]),
            **self.keys[service],
            **self.settings.get("all", {}),
            **self.settings.get(service, {}),
            **more,
        }

    def start(self, *services: ServiceName, **more: str) -> None:
        """Start these services (all, if none is named) with extra variables, without waiting for them."""
        for service in services or SERVICES:
            self.pids[service] = processes.start(
                [sys.executable, "-m", f"services.{service}"],
                log=self.folder / f"{service}.log",
                environment=self.environment(service, **more),
            )

    def wait_ready(self, *services: ServiceName) -> None:
        """Wait until these services say that they are ready; fails with the end of the log of one that does not."""
        for service in services or SERVICES:
            self.eventually(partial(self._is_ready, service), f"{service} is not ready")

    def _is_ready(self, service: ServiceName) -> bool:
        return bool(self.health(service).get("ready"))

    def health(self, service: ServiceName) -> dict[str, Any]:
        """What a service says of itself; nothing where it does not answer."""
        try:
            return dict(httpx.get(self.url(service, "/health/ready"), timeout=20).json())
        except (httpx.HTTPError, ValueError):
            return {}

    def alive(self, service: ServiceName) -> bool:
        """Whether its process is still there."""
        return processes.alive(self.pids[service])

    def kill(self, service: ServiceName) -> None:
        """End its process without a chance to tidy up."""
        processes.stop(self.pids[service], mark=f"services.{service}", with_signal=signal.SIGKILL)

    def stop(self, *services: ServiceName) -> None:
        """Ask processes to end, and wait."""
        for service in services or SERVICES:
            if service in self.pids:
                processes.stop(self.pids[service], mark=f"services.{service}", seconds=30)

    def log(self, service: ServiceName) -> str:
        """Everything its process has said."""
        path = self.folder / f"{service}.log"
        return path.read_text() if path.exists() else ""

    @asynccontextmanager
    async def bench(self) -> AsyncIterator[dict[ServiceName, Kernel]]:
        """The kernels of all services, as the operators' command has them; opened once their databases answer."""
        async with AsyncExitStack() as stack:
            yield await self._opened(stack, until=time.monotonic() + READY_SECONDS)

    async def _opened(self, stack: AsyncExitStack, *, until: float) -> dict[ServiceName, Kernel]:
        while True:
            try:
                environments = {name: self.environment(name) for name in SERVICES}
                return await stack.enter_async_context(workbench(environments))
            except OSError:
                if time.monotonic() > until:
                    raise

    def rows(self, service: ServiceName, query: str, *arguments: object) -> list[dict[str, Any]]:
        """Look into a service's database as its owner."""
        with psycopg.connect(self.databases[service].owner_dsn, autocommit=True, row_factory=dict_row) as connection:
            return connection.execute(query.encode(), arguments or None).fetchall()

    def eventually(self, check: Callable[[], Any], otherwise: str, *, seconds: float = READY_SECONDS) -> Any:
        """The first truthy answer of `check`; fails with `otherwise` and the ends of all logs when it takes longer."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            if found := check():
                return found
            time.sleep(0.05)
        tails = "\n".join(f"--- {service}\n{self.log(service)[-1500:]}" for service in SERVICES)
        raise AssertionError(f"{otherwise} after {seconds} s\n{tails}")

    def quiet(self) -> bool:
        """Whether nothing is on its way: outboxes empty, nothing waits to be tried again, queues empty."""
        for service in SERVICES:
            health = self.health(service)
            if not health.get("ready") or health["outbox"]["rows"] or health["waiting"]["retrying"]:
                return False
            if any(health["queues"].values()):
                return False
        return True
