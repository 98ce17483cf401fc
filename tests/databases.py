"""A database per test, copied from a template that is migrated once per service and content of its migrations."""

import secrets
import time
from dataclasses import dataclass
from functools import cache

import psycopg
from psycopg import sql

from deploy.stopso.migrations import fingerprint, migrate
from deploy.stopso.roles import dsn, ensure_database, owner_of
from tests.servers import locked, role_passwords

LEAVING_SECONDS = 120.0


@dataclass(frozen=True, slots=True)
class ServiceDatabase:
    """One service's fresh database, and how its owner and its process reach it."""

    service: str
    name: str
    owner_dsn: str
    application_dsn: str


def make_database(administrator_dsn: str, service: str) -> ServiceDatabase:
    """A new database for a service, migrated, empty."""
    template = _template(administrator_dsn, service)
    name = f"test_{service}_{secrets.token_hex(6)}"
    with psycopg.connect(administrator_dsn, autocommit=True) as connection:
        for statement in (
            "CREATE DATABASE {name} OWNER {owner} TEMPLATE {template}",
            "REVOKE ALL ON DATABASE {name} FROM PUBLIC",
            "GRANT CONNECT ON DATABASE {name} TO {service}",
        ):
            _alone(
                connection,
                sql.SQL(statement).format(
                    name=sql.Identifier(name),
                    owner=sql.Identifier(owner_of(service)),
                    template=sql.Identifier(template),
                    service=sql.Identifier(service),
                ),
            )
    return _addressed(administrator_dsn, service, name)


@cache
def _template(administrator_dsn: str, service: str) -> str:
    """The template with today's migrations of a service; made under another name, so never half done."""
    name = f"template_{service}_{fingerprint(service)}"
    with locked("templates"), psycopg.connect(administrator_dsn, autocommit=True) as connection:
        if connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone():
            return name
        unfinished = f"unfinished_{service}"
        _alone(connection, sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(unfinished)))
        ensure_database(administrator_dsn, service=service, database=unfinished)
        migrate(_addressed(administrator_dsn, service, unfinished).owner_dsn, service=service)
        _alone(
            connection,
            sql.SQL("ALTER DATABASE {} RENAME TO {}").format(sql.Identifier(unfinished), sql.Identifier(name)),
        )
    return name


def _alone(connection: psycopg.Connection, statement: sql.Composed) -> None:
    """Do what nobody else may be connected for; by itself the server waits five seconds for who has just left."""
    until = time.monotonic() + LEAVING_SECONDS
    while True:
        try:
            connection.execute(statement)
        except psycopg.errors.ObjectInUse:
            if time.monotonic() > until:
                raise
        else:
            return


def _addressed(administrator_dsn: str, service: str, name: str) -> ServiceDatabase:
    pair = role_passwords()[service]
    return ServiceDatabase(
        service,
        name,
        dsn(administrator_dsn, role=owner_of(service), password=pair.owner, database=name),
        dsn(administrator_dsn, role=service, password=pair.application, database=name),
    )
