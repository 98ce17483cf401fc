"""Watches the servers and services of one copy, and starts again what ends without having been asked to."""

import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field

import httpx

from deploy.stopso import processes
from deploy.stopso.asking import client
from deploy.stopso.places import SERVICES
from deploy.stopso.problems import CannotRun
from deploy.stopso.running_state import RunningState
from deploy.stopso.surroundings import Say, Surroundings

FIRST_PAUSE = 0.5
LONGEST_PAUSE = 30.0
STEADY_SECONDS = 60.0


@dataclass(slots=True)
class Attempts:
    """How often something was started again lately, and when it may be next."""

    count: int = 0
    started: float = 0.0

    def pause(self) -> float:
        """Seconds to wait before the next start: doubled each time, forgotten after a steady minute."""
        if time.monotonic() - self.started > STEADY_SECONDS:
            self.count = 0
        return min(LONGEST_PAUSE, FIRST_PAUSE * 2.0**self.count) if self.count else 0.0


@dataclass(slots=True)
class Supervisor:
    """The four services of one copy and the two servers under them."""

    surroundings: Surroundings
    state: RunningState
    say: Say
    attempts: dict[str, Attempts] = field(default_factory=dict)

    def start_services(self) -> None:
        """Start all four, without waiting for them."""
        for service in SERVICES:
            self._start(service)

    def wait_until_ready(self, *, seconds: float = 180.0) -> None:
        """Wait until all four say that they are ready; raises `CannotRun` with the first that is not."""
        until = time.monotonic() + seconds
        for service in SERVICES:
            while not is_ready(self.state.inner_address(service)):
                if time.monotonic() > until:
                    log = self.surroundings.logs / f"{service}.log"
                    msg = f"{service} is not ready after {seconds:.0f} s; its log {log} says why"
                    raise CannotRun(msg)
                self.look()
                time.sleep(0.2)

    def look(self) -> None:
        """Start again whatever has ended, servers first, each after its pause."""
        database, broker = self.surroundings.database, self.surroundings.broker
        self._revive("PostgreSQL", database.pid is not None, database.start)
        self._revive("RabbitMQ", broker.pid is not None, lambda: broker.start(say=self.say))
        for service in SERVICES:
            running = processes.alive(self.state.services[service])
            self._revive(service, running, lambda service=service: self._start(service))  # type: ignore[misc]

    def stop_services(self) -> None:
        """Ask all four to end at once, then wait for each."""
        for service, pid in self.state.services.items():
            process = processes.running(pid, mark=f"services.{service}")
            if process is not None:
                process.terminate()
        for service, pid in self.state.services.items():
            processes.stop(pid, mark=f"services.{service}", seconds=30.0)

    def _start(self, service: str) -> None:
        self.state.services[service] = processes.start(
            [sys.executable, "-m", f"services.{service}"],
            log=self.surroundings.logs / f"{service}.log",
            environment=self.surroundings.environment(service, self.state),
        )
        self.state.write()

    def _revive(self, name: str, running: bool, start: Callable[[], None]) -> None:  # noqa: FBT001
        attempts = self.attempts.setdefault(name, Attempts())
        if running or time.monotonic() < attempts.started + attempts.pause():
            return
        self.say(f"{name} has ended unasked; starting it again.")
        attempts.count += 1
        attempts.started = time.monotonic()
        start()


def is_ready(address: str) -> bool:
    """Whether a service says that it is ready."""
    try:
        return client().get(f"{address}/health/ready").status_code == httpx.codes.OK
    except httpx.TransportError:
        return False
