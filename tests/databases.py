"""A database per test, copied from a template that is migrated once per service and content of its migrations."""

import secrets
from dataclasses import dataclass

import psycopg
from psycopg import sql

from deploy.stopso.migrations import fingerprint, migrate
from deploy.stopso.roles import dsn, ensure_database, owner_of
from tests.servers import locked, role_passwords


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
            connection.execute(
                sql.SQL(statement).format(
                    name=sql.Identifier(name),
                    owner=sql.Identifier(owner_of(service)),
                    template=sql.Identifier(template),
                    service=sql.Identifier(service),
                )
            )
    return _addressed(administrator_dsn, service, name)


def drop_database(administrator_dsn: str, name: str) -> None:
    """Remove a database, also from under whoever is still connected."""
    with psycopg.connect(administrator_dsn, autocommit=True) as connection:
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def _template(administrator_dsn: str, service: str) -> str:
    """The template with today's migrations of a service; made under another name, so never half done."""
    name = f"template_{service}_{fingerprint(service)}"
    with locked("templates"), psycopg.connect(administrator_dsn, autocommit=True) as connection:
        if connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone():
            return name
        unfinished = f"unfinished_{service}"
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(unfinished)))
        ensure_database(administrator_dsn, service=service, database=unfinished)
        migrate(_addressed(administrator_dsn, service, unfinished).owner_dsn, service=service)
        connection.execute(
            sql.SQL("ALTER DATABASE {} RENAME TO {}").format(sql.Identifier(unfinished), sql.Identifier(name))
        )
    return name


def _addressed(administrator_dsn: str, service: str, name: str) -> ServiceDatabase:
    pair = role_passwords()[service]
    return ServiceDatabase(
        service,
        name,
        dsn(administrator_dsn, role=owner_of(service), password=pair.owner, database=name),
        dsn(administrator_dsn, role=service, password=pair.application, database=name),
    )
