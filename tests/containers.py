"""PostgreSQL and RabbitMQ as containers, for a machine whose Docker engine already has the images."""

import contextlib
import json
import os
import secrets
import socket
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import docker
import docker.errors
import psycopg
from testcontainers.core.container import DockerContainer

from deploy.stopso.broker import FLUSH
from deploy.stopso.broker_admin import BrokerAdministration
from deploy.stopso.places import LOOPBACK
from deploy.stopso.ports import remembered

POSTGRES = "postgres:17"
RABBITMQ = "rabbitmq:4-management"
os.environ.setdefault("TESTCONTAINERS_RYUK_DISABLED", "true")  # the last test run removes them itself


def are_possible() -> bool:
    """Whether a Docker engine answers and has both images; nothing is ever pulled."""
    if not _engine_answers():
        return False
    try:
        with contextlib.closing(docker.from_env(timeout=5)) as engine:
            return all(engine.images.get(name) for name in (POSTGRES, RABBITMQ))
    except docker.errors.DockerException:
        return False


def _engine_answers() -> bool:
    """Ask before the Docker library does: it leaves its socket open when nobody answers."""
    if "DOCKER_HOST" in os.environ:
        return True
    with socket.socket(socket.AF_UNIX) as attempt:
        return attempt.connect_ex("/var/run/docker.sock") == 0


def accepts(dsn: str) -> bool:
    """Whether a database server lets us in."""
    try:
        psycopg.connect(dsn, connect_timeout=20).close()
    except psycopg.OperationalError:
        return False
    return True


@dataclass(frozen=True, slots=True)
class _Container:
    """One container; its id, ports and password are noted in a folder, so that another process can find it."""

    folder: Path

    @property
    def _note(self) -> dict[str, Any]:
        return dict(json.loads((self.folder / "container.json").read_text()))

    def _run(self, image: str, ports: dict[str, int], environment: dict[str, str], command: str = "") -> None:
        container = DockerContainer(image)
        for name, inside in ports.items():
            container.ports[f"{inside}/tcp"] = (LOOPBACK, self._ports[name])  # type: ignore[assignment]
        for name, value in environment.items():
            container = container.with_env(name, value)
        if command:
            container = container.with_command(command)
        identity = container.start().get_wrapped_container().id
        (self.folder / "container.json").write_text(json.dumps({"id": identity}))

    @property
    def _ports(self) -> dict[str, int]:
        return dict(json.loads((self.folder / "ports.json").read_text()))

    @property
    def _password(self) -> str:
        return (self.folder / "password").read_text()

    def _prepare(self, *ports: str) -> bool:
        """Choose ports and password at the first start; whether there is a container to start again."""
        self.folder.mkdir(parents=True, exist_ok=True)
        if (self.folder / "container.json").exists():
            return True
        remembered(self.folder / "ports.json", ports)
        (self.folder / "password").touch(mode=0o600)
        (self.folder / "password").write_text(secrets.token_urlsafe(12))
        return False

    def _do(self, what: str) -> None:
        with contextlib.closing(docker.from_env()) as engine:
            try:
                container = engine.containers.get(self._note["id"])
                if what == "start" or container.status == "running":
                    getattr(container, what)()
            except (docker.errors.NotFound, FileNotFoundError):
                return

    def stop(self) -> None:
        """Shut it down in good order."""
        self._do("stop")

    def kill(self) -> None:
        """End it as a power cut would."""
        self._do("kill")

    def remove(self) -> None:
        """End it and leave nothing of it behind."""
        with contextlib.closing(docker.from_env()) as engine, contextlib.suppress(docker.errors.NotFound, OSError):
            engine.containers.get(self._note["id"]).remove(force=True, v=True)


class ContainerDatabase(_Container):
    """A PostgreSQL container."""

    @property
    def administrator_dsn(self) -> str:
        """The superuser's DSN."""
        return f"postgresql://postgres:{self._password}@{LOOPBACK}:{self._ports['postgres']}/postgres"

    def start(self) -> None:
        """Start it and wait until it takes connections."""
        if self._prepare("postgres"):
            self._do("start")
        else:
            self._run(
                POSTGRES,
                {"postgres": 5432},
                {"POSTGRES_PASSWORD": self._password, "LANG": "C.UTF-8"},
                "postgres -c max_connections=300",
            )
        until = time.monotonic() + 180
        while not accepts(self.administrator_dsn):
            assert time.monotonic() < until, "the PostgreSQL container did not start"
            time.sleep(0.1)

    def restart(self) -> None:
        """Stop and start on the same port."""
        self.stop()
        self.start()


class ContainerBroker(_Container):
    """A RabbitMQ container."""

    @property
    def administration(self) -> BrokerAdministration:
        """Its management interface."""
        return BrokerAdministration(f"http://{LOOPBACK}:{self._ports['management']}", "administrator", self._password)

    def url(self, user: str, password: str, vhost: str) -> str:
        """The AMQP address of a virtual host for one user."""
        return f"amqp://{user}:{quote(password, safe='')}@{LOOPBACK}:{self._ports['amqp']}/{quote(vhost, safe='')}"

    def start(self) -> None:
        """Start it and wait until it takes connections."""
        if self._prepare("amqp", "management"):
            self._do("start")
        else:
            self._run(
                RABBITMQ,
                {"amqp": 5672, "management": 15672},
                {"RABBITMQ_DEFAULT_USER": "administrator", "RABBITMQ_DEFAULT_PASS": self._password},
            )
        assert self.administration.wait_until_ready(seconds=180), "the RabbitMQ container did not start"

    def restart(self) -> None:
        """Stop and start on the same ports."""
        self.stop()
        self.start()

    def alarm(self, *, raised: bool) -> None:
        """Raise or clear the memory alarm."""
        self._control("set_vm_memory_high_watermark", "0.00000001" if raised else "0.6")

    def flush(self) -> None:
        """Put the names of new queues on the disk."""
        self._control("eval", FLUSH)

    def _control(self, *words: str) -> None:
        with contextlib.closing(docker.from_env()) as engine:
            result = engine.containers.get(self._note["id"]).exec_run(["rabbitmqctl", *words])
            assert result.exit_code == 0, result.output
