"""A PostgreSQL of the benchmark's own on loopback, gone afterwards, with funding's schema and a plain one beside it."""

import secrets
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg

from deploy.stopso.database import EmbeddedDatabase
from deploy.stopso.migrations import migrate
from deploy.stopso.roles import RolePasswords, dsn, ensure_database, ensure_roles, owner_of

PLAIN = """
CREATE TABLE balance (
    fund_id   uuid   PRIMARY KEY,
    available bigint NOT NULL CHECK (available >= 0)
);
CREATE TABLE movement (
    movement_id uuid        PRIMARY KEY,
    fund_id     uuid        NOT NULL REFERENCES balance,
    amount      bigint      NOT NULL,
    happened_at timestamptz NOT NULL
);
"""


@dataclass(frozen=True, slots=True)
class Server:
    """One running server, and the password of funding's two roles."""

    database: EmbeddedDatabase
    password: str

    def for_funding(self, name: str) -> str:
        """A new database with funding's own migrations; gives the address that the service would use."""
        owner, service = self._fresh(name)
        migrate(owner, service="funding")
        return service

    def for_plain(self, name: str) -> str:
        """A new database with a balance and a list of movements, and nothing else."""
        owner, service = self._fresh(name)
        with psycopg.connect(owner) as connection:
            connection.execute(PLAIN)
        return service

    def _fresh(self, name: str) -> tuple[str, str]:
        administrator = self.database.administrator_dsn
        ensure_database(administrator, service="funding", database=name)
        address = {"password": self.password, "database": name}
        return dsn(administrator, role=owner_of("funding"), **address), dsn(administrator, role="funding", **address)


@contextmanager
def running_server() -> Iterator[Server]:
    """Start it in a folder of its own, with the safety settings of every server of ours, and remove both at the end."""
    with tempfile.TemporaryDirectory() as folder:
        database = EmbeddedDatabase(Path(folder) / "postgres")
        database.start()
        try:
            password = secrets.token_urlsafe(16)
            ensure_roles(database.administrator_dsn, {"funding": RolePasswords(password, password)})
            yield Server(database, password)
        finally:
            database.kill()
