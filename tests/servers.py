"""The real PostgreSQL and RabbitMQ that tests use: one of each for everybody who tests in this clone at the moment."""

import fcntl
import json
import os
import secrets
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Protocol

import psutil
import psycopg

from deploy.stopso.broker import PrivateBroker
from deploy.stopso.broker_admin import BrokerAdministration
from deploy.stopso.database import EmbeddedDatabase
from deploy.stopso.places import SERVICES, state_folder
from deploy.stopso.roles import RolePasswords, ensure_roles
from tests import containers

FOLDER = state_folder() / "test"
CONTROLLER = "STOPSO_TEST_CONTROLLER"
KIND = "STOPSO_TEST_SERVERS"
SILENT_SECONDS = 120.0
"""How long a server that is there may not answer before it is started anew, from under all who use it."""


class Server(Protocol):
    """What can be done to a database server or a broker from outside."""

    def start(self) -> None: ...
    def stop(self) -> None: ...
    def kill(self) -> None: ...
    def restart(self) -> None: ...


class DatabaseServer(Server, Protocol):
    """A PostgreSQL of ours."""

    @property
    def administrator_dsn(self) -> str: ...


class BrokerServer(Server, Protocol):
    """A RabbitMQ of ours."""

    @property
    def administration(self) -> BrokerAdministration: ...
    def url(self, user: str, password: str, vhost: str) -> str: ...
    def alarm(self, *, raised: bool) -> None: ...
    def flush(self) -> None: ...


@cache
def use_containers() -> bool:
    """Whether containers are used: as `STOPSO_TEST_SERVERS` says, else when an engine with both images answers."""
    match os.environ.get(KIND):
        case "containers":
            return True
        case "private":
            return False
        case None:
            return containers.are_possible()
        case other:
            msg = f"{KIND} is {other!r}; it may be 'containers' or 'private'"
            raise ValueError(msg)


def _folder() -> Path:
    """Where the shared servers of the chosen kind keep themselves; containers and private ones never mix."""
    return FOLDER / ("containers" if use_containers() else "private")


def a_database(folder: Path) -> DatabaseServer:
    """A PostgreSQL, not yet started, that keeps itself in `folder`."""
    return containers.ContainerDatabase(folder) if use_containers() else EmbeddedDatabase(folder)


def a_broker(folder: Path) -> BrokerServer:
    """A RabbitMQ, not yet started, that keeps itself in `folder`."""
    return containers.ContainerBroker(folder) if use_containers() else PrivateBroker(folder)


def discard(server: Server, folder: Path) -> None:
    """End a server and forget everything about it."""
    if isinstance(server, containers.ContainerDatabase | containers.ContainerBroker):
        server.remove()
    else:
        server.kill()
    shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def locked(name: str) -> Iterator[None]:
    """Hold a lock that all test processes of this clone share."""
    _folder().mkdir(parents=True, exist_ok=True)
    with (_folder() / f"{name}.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def join() -> None:
    """Note that this process, and the workers it will start, may use the servers; nothing is started yet."""
    os.environ[CONTROLLER] = str(os.getpid())
    os.environ[KIND] = "containers" if use_containers() else "private"


def leave() -> None:
    """Stop both servers and forget their data when nobody else is testing in this clone."""
    if os.environ.get(CONTROLLER) != str(os.getpid()) or not (_folder() / "users").exists():
        return
    with locked("servers"):
        (_folder() / "users" / str(os.getpid())).unlink(missing_ok=True)
        if _users():
            return
        for name, server in (
            ("postgres", a_database(_folder() / "postgres")),
            ("broker", a_broker(_folder() / "broker")),
        ):
            if (_folder() / name).exists():
                discard(server, _folder() / name)


def shared_database() -> DatabaseServer:
    """The database server of this clone's tests, running, with the roles of all services."""
    server = a_database(_folder() / "postgres")
    with locked("servers"):
        if _must_start("postgres"):
            server.start()
            ensure_roles(server.administrator_dsn, role_passwords())
            _leave_untidied(server)
            (_folder() / "postgres" / "ready").touch()
    return server


def _leave_untidied(server: DatabaseServer) -> None:
    """Nobody tidies up in hundreds of small databases that each live for a second: it would take a process for each."""
    with psycopg.connect(server.administrator_dsn, autocommit=True) as connection:
        connection.execute("ALTER SYSTEM SET autovacuum = off")
        connection.execute("SELECT pg_reload_conf()")


def shared_broker() -> BrokerServer:
    """The broker of this clone's tests, running."""
    server = a_broker(_folder() / "broker")
    with locked("servers"):
        if _must_start("broker"):
            server.start()
            (_folder() / "broker" / "ready").touch()
    return server


def passwords() -> dict[str, str]:
    """Random passwords for this clone's test servers, the same in every process."""
    file = _folder() / "passwords.json"
    with locked("passwords"):
        if not file.exists():
            wanted = [f"{service}-{use}" for service in SERVICES for use in ("owner", "application", "broker")]
            unfinished = file.with_suffix(".unfinished")
            unfinished.touch(mode=0o600)
            unfinished.write_text(json.dumps({name: secrets.token_urlsafe(12) for name in wanted}))
            unfinished.replace(file)
        return dict(json.loads(file.read_text()))


def role_passwords() -> dict[str, RolePasswords]:
    """The database passwords of every service's roles."""
    known = passwords()
    return {each: RolePasswords(known[f"{each}-owner"], known[f"{each}-application"]) for each in SERVICES}


def _must_start(name: str) -> bool:
    """Join the users; whether the server has to be started, after what a killed run left behind was cleared away."""
    others = _users()
    mine = _folder() / "users" / os.environ.get(CONTROLLER, str(os.getpid()))
    mine.parent.mkdir(exist_ok=True)
    mine.touch()
    if (_folder() / name / "ready").exists() and (others or mine.name in _users()):
        return not _answers(name)
    if (_folder() / name).exists():
        server = a_database(_folder() / name) if name == "postgres" else a_broker(_folder() / name)
        discard(server, _folder() / name)
    return True


def _answers(name: str) -> bool:
    until = time.monotonic() + SILENT_SECONDS
    while not _answers_now(name):
        server = a_database(_folder() / name) if name == "postgres" else a_broker(_folder() / name)
        gone = isinstance(server, EmbeddedDatabase | PrivateBroker) and server.pid is None
        if gone or time.monotonic() > until:
            return False
        time.sleep(0.2)
    return True


def _answers_now(name: str) -> bool:
    if name == "broker":
        return a_broker(_folder() / name).administration.is_ready()
    return containers.accepts(a_database(_folder() / name).administrator_dsn)


def _users() -> set[str]:
    """The living test runs that use the servers."""
    noted = list((_folder() / "users").glob("*")) if (_folder() / "users").exists() else []
    for note in noted:
        if not psutil.pid_exists(int(note.name)):
            note.unlink(missing_ok=True)
    return {note.name for note in noted if note.exists()}
