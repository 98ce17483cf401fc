"""The benchmark's own PostgreSQL and RabbitMQ, in a folder that is gone afterwards."""

import fcntl
import secrets
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
from psycopg import sql

from deploy.stopso.broker import PrivateBroker
from deploy.stopso.database import EmbeddedDatabase
from deploy.stopso.problems import CannotRun
from deploy.stopso.roles import RolePasswords, dsn, ensure_database, ensure_roles, owner_of
from shared.kernel.ids import SERVICES, ServiceName


@dataclass(frozen=True, slots=True)
class Servers:
    """Both servers, running, and the passwords of the four roles and broker users."""

    database: EmbeddedDatabase
    broker: PrivateBroker
    passwords: dict[ServiceName, str]

    def fresh_databases(self, schema: str) -> list[str]:
        """Four empty databases with this schema, one for each stage, as the DSNs of roles that may only use them."""
        return [self._fresh_database(service, schema) for service in SERVICES]

    def administrator_dsn(self, stage: int) -> str:
        """The superuser's way into a stage's database, for looking at results."""
        parts = urlsplit(self.database.administrator_dsn)
        return urlunsplit(parts._replace(path=f"/{_name_of(SERVICES[stage])}"))

    def _fresh_database(self, service: ServiceName, schema: str) -> str:
        administrator = self.database.administrator_dsn
        name = _name_of(service)
        with psycopg.connect(administrator, autocommit=True) as connection:
            connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))
        ensure_database(administrator, service=service, database=name)
        password = self.passwords[service]
        with psycopg.connect(dsn(administrator, role=owner_of(service), password=password, database=name)) as owner:
            owner.execute(schema.encode())
        return dsn(administrator, role=service, password=password, database=name)


@contextmanager
def running_servers(folder: Path, say: Callable[[str], None]) -> Iterator[Servers]:
    """Start both in `folder`, and stop them and remove everything at the end; one benchmark at a time."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder.parent / f"{folder.name}.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            msg = "another benchmark is running in this copy of the project"
            raise CannotRun(msg) from None
        database, broker = EmbeddedDatabase(folder / "postgres"), PrivateBroker(folder / "rabbitmq")
        try:
            _forget(database, broker)
            say("starting PostgreSQL")
            database.start()
            _note_commit_times(database)
            say("starting RabbitMQ")
            broker.start(say=say)
            passwords = {service: secrets.token_urlsafe(16) for service in SERVICES}
            pairs: dict[str, RolePasswords] = {each: RolePasswords(own, own) for each, own in passwords.items()}
            ensure_roles(database.administrator_dsn, pairs)
            yield Servers(database, broker, passwords)
        finally:
            _forget(database, broker)
            shutil.rmtree(folder, ignore_errors=True)


def _forget(database: EmbeddedDatabase, broker: PrivateBroker) -> None:
    for server in (broker, database):
        if server.folder.exists():
            server.kill()
            shutil.rmtree(server.folder, ignore_errors=True)


def _note_commit_times(database: EmbeddedDatabase) -> None:
    """Let the server itself note when each transaction committed, so that nobody measures his own latency."""
    with psycopg.connect(database.administrator_dsn, autocommit=True) as connection:
        connection.execute("ALTER SYSTEM SET track_commit_timestamp = on")
    database.restart()


def statements_of(*files: Path) -> str:
    """The statements of these files, one after the other."""
    return "\n".join(file.read_text(encoding="utf-8") for file in files)


def in_order(folders: Sequence[Path]) -> list[Path]:
    """The migrations of these folders, in order."""
    return [path for folder in folders for path in sorted(folder.glob("[0-9][0-9][0-9][0-9]_*.sql"))]


def _name_of(service: ServiceName) -> str:
    return f"bench_{service}"
