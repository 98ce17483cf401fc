"""The database server and the broker that a copy runs on, and the environment its services are given."""

import json
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import psycopg

from deploy.stopso.broker import PrivateBroker
from deploy.stopso.broker_admin import BrokerAdministration
from deploy.stopso.broker_program import WHAT_TO_INSTALL, may_install, programs
from deploy.stopso.database import EmbeddedDatabase
from deploy.stopso.docker_broker import DockerBroker, engine_answers
from deploy.stopso.migrations import migrate
from deploy.stopso.places import LOOPBACK, ROOT, SERVICES, VHOST
from deploy.stopso.problems import CannotRun
from deploy.stopso.roles import dsn, ensure_database, ensure_roles, owner_of
from deploy.stopso.running_state import RunningState
from deploy.stopso.secret_store import SecretStore, ensure_secrets

Say = Callable[[str], None]


class Broker(Protocol):
    """What `stopso` needs of a broker that it runs itself."""

    @property
    def administration(self) -> BrokerAdministration:
        """Its management interface."""

    @property
    def pid(self) -> int | None:
        """Its process id while it runs."""

    def url(self, user: str, password: str, vhost: str) -> str:
        """The AMQP address of a virtual host for one user."""

    def start(self, *, say: Say) -> None:
        """Start it and wait until it takes connections."""

    def stop(self) -> None:
        """Shut it down in good order."""

    def flush(self) -> None:
        """Put the names of new queues on the disk."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """Everything beside the services that one copy runs on, all of it below one folder."""

    folder: Path
    secrets: SecretStore
    database: EmbeddedDatabase
    broker: Broker

    @property
    def logs(self) -> Path:
        """Where each service's output goes."""
        return self.folder / "logs"

    def start(self, say: Say, *, when_migrated: Callable[[], None]) -> None:
        """Start both servers and bring them up to date; at `when_migrated` the slower broker may not be there."""
        self.logs.mkdir(parents=True, exist_ok=True)
        with ThreadPoolExecutor(1) as beside:
            broker = beside.submit(self._start_broker, say)
            self.database.start()
            self.migrate(say)
            when_migrated()
            broker.result()

    def stop(self) -> None:
        """Stop both servers."""
        with ThreadPoolExecutor(2) as together:
            for done in [together.submit(self.database.stop), together.submit(self.broker.stop)]:
                done.result()

    def _start_broker(self, say: Say) -> None:
        self.broker.start(say=say)
        from deploy.stopso.topology import apply_topology  # noqa: PLC0415 - it loads the services, which takes a while

        self.broker.administration.add_vhost(VHOST)
        fresh = not self.broker.administration.queues(VHOST)
        apply_topology(self.broker.administration, VHOST, self.secrets.broker)
        if fresh:
            self.broker.flush()

    def migrate(self, say: Say) -> None:
        """Bring every service's database up to date."""
        ensure_roles(self.database.administrator_dsn, self.secrets.roles)
        for service in SERVICES:
            ensure_database(self.database.administrator_dsn, service=service)
            applied = migrate(self.owner_dsn(service), service=service)
            if applied:
                say(f"Migrated {service}: {len(applied)} new.")

    def is_empty(self) -> bool:
        """Whether nobody has an account yet, so that nothing can have happened here."""
        with psycopg.connect(self.owner_dsn("notifications")) as connection:
            return connection.execute("SELECT 1 FROM account LIMIT 1").fetchone() is None

    def owner_dsn(self, service: str) -> str:
        """The database of a service for its owner."""
        password = self.secrets.roles[service].owner
        return dsn(self.database.administrator_dsn, role=owner_of(service), password=password, database=service)

    def application_dsn(self, service: str) -> str:
        """The database of a service for its process."""
        password = self.secrets.roles[service].application
        return dsn(self.database.administrator_dsn, role=service, password=password, database=service)

    def environment(self, service: str, state: RunningState) -> dict[str, str]:
        """Everything a service's process is told; our own STOPSO_ variables go through, so that all can be set."""
        told = {name: value for name, value in os.environ.items() if name.startswith("STOPSO_")}
        return {
            "PATH": os.environ.get("PATH", os.defpath),
            "HOME": os.environ.get("HOME", str(self.folder)),
            "PYTHONPATH": str(ROOT),
            "PYTHONUNBUFFERED": "1",
            "STOPSO_DEMO": "true",
            **told,
            "STOPSO_HOST": LOOPBACK,
            "STOPSO_PORT": str(state.ports[service]),
            "STOPSO_DATABASE_URL": self.application_dsn(service),
            "STOPSO_BROKER_URL": self.broker.url(service, self.secrets.broker[service], VHOST),
            "STOPSO_PUBLIC_URLS": json.dumps({each: state.address(each) for each in SERVICES}),
            "STOPSO_SMTP_PORT": told.get("STOPSO_SMTP_PORT", str(state.ports["mail"])),
            **self.secrets.keys[service],
        }


def surroundings_in(folder: Path) -> Surroundings:
    """The surroundings kept in this folder; nothing is started, but secrets are made if there are none."""
    folder.mkdir(parents=True, exist_ok=True)
    secrets = ensure_secrets(folder / "secrets.json")
    return Surroundings(folder, secrets, EmbeddedDatabase(folder / "postgres"), _broker_in(folder / "broker"))


def _broker_in(folder: Path) -> Broker:
    if programs() is not None or may_install():
        return PrivateBroker(folder)
    if engine_answers():
        return DockerBroker(folder)
    raise CannotRun(WHAT_TO_INSTALL)
