"""The roles and databases of the services: one each, an owner that migrates it, a role that uses it."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote, urlsplit, urlunsplit

import psycopg
from psycopg import sql

CREATE = "CREATE DATABASE {} OWNER {} TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C.UTF-8'"


@dataclass(frozen=True, slots=True)
class RolePasswords:
    """The two passwords of one service's database."""

    owner: str
    application: str


def owner_of(service: str) -> str:
    """The role that owns a service's database and is used for migrations only."""
    return f"{service}_owner"


def dsn(administrator_dsn: str, *, role: str, password: str, database: str) -> str:
    """The administrator's DSN turned into one for another role and database on the same server."""
    parts = urlsplit(administrator_dsn)
    place = f"{parts.hostname}:{parts.port or 5432}"
    return urlunsplit((parts.scheme, f"{quote(role)}:{quote(password, safe='')}@{place}", f"/{database}", "", ""))


def ensure_roles(administrator_dsn: str, passwords: Mapping[str, RolePasswords]) -> None:
    """Create what is missing of every service's two roles, and set their passwords to the given ones."""
    with _connected(administrator_dsn) as connection:
        existing = {row[0] for row in connection.execute("SELECT rolname FROM pg_roles")}
        for service, pair in passwords.items():
            for role, password in ((owner_of(service), pair.owner), (service, pair.application)):
                verb = sql.SQL("ALTER" if role in existing else "CREATE")
                connection.execute(
                    sql.SQL("{} ROLE {} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE PASSWORD {}").format(
                        verb, sql.Identifier(role), sql.Literal(password)
                    )
                )


def ensure_database(administrator_dsn: str, *, service: str, database: str | None = None) -> None:
    """Create a service's database if it is missing, closed to every role but its own two, and grant those theirs."""
    name = database or service
    with _connected(administrator_dsn) as connection:
        if connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone() is None:
            connection.execute(sql.SQL(CREATE).format(sql.Identifier(name), sql.Identifier(owner_of(service))))
        connection.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(sql.Identifier(name)))
        connection.execute(
            sql.SQL("GRANT CONNECT ON DATABASE {} TO {}").format(sql.Identifier(name), sql.Identifier(service))
        )
    parts = urlsplit(administrator_dsn)
    with _connected(urlunsplit(parts._replace(path=f"/{name}"))) as connection:
        _grant_use(connection, service=service)


def _connected(administrator_dsn: str) -> psycopg.Connection:
    """A connection on which every statement stands alone, in UTF-8 even to a server that was set up without."""
    return psycopg.connect(administrator_dsn, autocommit=True, client_encoding="utf8")


def _grant_use(connection: psycopg.Connection, *, service: str) -> None:
    names = {"owner": sql.Identifier(owner_of(service)), "service": sql.Identifier(service)}
    for statement in (
        "REVOKE CREATE ON SCHEMA public FROM PUBLIC",
        "GRANT USAGE ON SCHEMA public TO {service}",
        "GRANT USAGE, CREATE ON SCHEMA public TO {owner}",
        "ALTER DEFAULT PRIVILEGES FOR ROLE {owner} GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO {service}",
        "ALTER DEFAULT PRIVILEGES FOR ROLE {owner} GRANT USAGE, SELECT ON SEQUENCES TO {service}",
        "ALTER DEFAULT PRIVILEGES FOR ROLE {owner} GRANT EXECUTE ON FUNCTIONS TO {service}",
    ):
        connection.execute(sql.SQL(statement).format(**names))
