"""Every column of every migrated database is in the field register, and the page about privacy is made from it."""

from collections.abc import Callable

import psycopg
import pytest

from deploy.stopso.migrations import RECORD
from deploy.stopso.registers import PAGE, current_page, register_of
from shared.kernel.ids import SERVICES, ServiceName
from shared.privacy.kernel_tables import with_kernel_tables
from shared.privacy.register import disagreements
from tests.databases import ServiceDatabase

MIGRATION_TOOL = [RECORD, "_yoyo_log", "_yoyo_version", "yoyo_lock"]


def columns_of(dsn: str) -> set[tuple[str, str]]:
    """Every (table, column) of a database; read from the catalogue, which hides nothing from any role."""
    with psycopg.connect(dsn) as connection:
        rows = connection.execute(
            """
            SELECT c.relname, a.attname
              FROM pg_class c
              JOIN pg_namespace n ON n.oid = c.relnamespace
              JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
             WHERE n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast')
               AND c.relkind IN ('r', 'p', 'f', 'm')
               AND NOT c.relispartition
               AND c.relname <> ALL(%s)
            """,
            [MIGRATION_TOOL],
        ).fetchall()
    return {(table, column) for table, column in rows}


@pytest.mark.servers
@pytest.mark.parametrize("service", SERVICES)
def test_every_column_is_registered(service: ServiceName, database_for: Callable[[str], ServiceDatabase]) -> None:
    columns = columns_of(database_for(service).owner_dsn)

    assert ("outbox", "body") in columns
    assert disagreements(with_kernel_tables(register_of(service)), columns) == []


def test_the_page_about_privacy_is_current() -> None:
    assert PAGE.read_text(encoding="utf-8") == current_page(), "run `make docs`"
