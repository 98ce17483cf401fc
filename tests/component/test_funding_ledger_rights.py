"""What the service's own role cannot do to the ledger, whichever way it tries, and what not even the owner does."""

from collections.abc import AsyncIterator, Callable
from typing import TypeAlias
from uuid import uuid4

import asyncpg
import pytest

from tests.component.funding import Funding
from tests.databases import ServiceDatabase

pytestmark = pytest.mark.servers

ONLY_GROWS = ("ledger_transaction", "ledger_entry", "money_received", "reservation")
UNTOUCHED = ("fund_balance", "movement_kind")
TAKING_AWAY = (
    "ALTER TABLE ledger_entry DISABLE TRIGGER post",
    "ALTER TABLE ledger_entry DISABLE TRIGGER ALL",
    "ALTER TABLE fund_balance DROP CONSTRAINT no_account_below_zero",
    "ALTER TABLE ledger_entry OWNER TO funding",
    "ALTER TABLE ledger_entry RENAME TO other",
    "DROP TABLE ledger_entry CASCADE",
    "DROP TRIGGER only_grows ON ledger_entry",
    "CREATE TRIGGER mine BEFORE INSERT ON ledger_entry EXECUTE FUNCTION refuse_change()",
    "CREATE RULE mine AS ON INSERT TO ledger_entry DO INSTEAD NOTHING",
    "CREATE OR REPLACE FUNCTION post_ledger_entry() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'",
    "CREATE FUNCTION mine() RETURNS void LANGUAGE sql AS 'DELETE FROM ledger_entry'",
    "CREATE FUNCTION pg_temp.mine() RETURNS void LANGUAGE sql AS 'DELETE FROM ledger_entry'",
    "CREATE TEMPORARY TABLE fund_balance (fund_id uuid, account text, amount bigint)",
    "CREATE VIEW mine AS SELECT * FROM ledger_entry",
    "CREATE SCHEMA mine",
    "SET session_replication_role = replica",
    "SELECT set_config('session_replication_role', 'replica', false)",
    "SET ROLE funding_owner",
    "SET SESSION AUTHORIZATION funding_owner",
    "ALTER ROLE funding SUPERUSER",
    "COPY fund_balance FROM '/dev/null'",
    "COPY ledger_entry FROM PROGRAM 'true'",
)
CHANGING = (
    "UPDATE {table} SET {column} = NULL",
    "DELETE FROM {table}",
    "TRUNCATE {table}",
    "TRUNCATE {table} CASCADE",
    "SELECT * FROM {table} FOR UPDATE",
    "MERGE INTO {table} USING (SELECT 1) AS t ON true WHEN MATCHED THEN DELETE",
    "INSERT INTO {table} SELECT * FROM {table} ON CONFLICT ({columns}) DO UPDATE SET {column} = NULL",
    "WITH gone AS (DELETE FROM {table} RETURNING 1) SELECT count(*) FROM gone",
    "DO $$ BEGIN DELETE FROM {table}; END $$",
)
Connection: TypeAlias = "asyncpg.Connection[asyncpg.Record]"


@pytest.fixture(name="database")
async def database_with_a_gift(database_for: Callable[[str], ServiceDatabase]) -> ServiceDatabase:
    """A fund with a pound in it."""
    database = database_for("funding")
    funding = await Funding.open(database)
    await funding.a_fund(100)
    await funding.stop()
    return database


@pytest.fixture(name="service")
async def connection_of_the_service(database: ServiceDatabase) -> AsyncIterator[Connection]:
    """A connection as the very role that the service works as."""
    db = await asyncpg.connect(database.application_dsn)
    yield db
    await db.close()


async def require_untouched(db: Connection) -> None:
    amounts = await db.fetch("SELECT account, amount FROM fund_balance WHERE amount <> 0 ORDER BY account")
    assert [tuple(row) for row in amounts] == [("available", 100), ("received", -100)]
    assert await db.fetchval("SELECT count(*) FROM ledger_entry") == 2


async def test_the_service_may_read_and_add_and_nothing_else(service: Connection) -> None:
    for table in (*ONLY_GROWS, *UNTOUCHED, "fund_threshold"):
        columns = await service.fetchval(
            """
            SELECT string_agg(attname, ', ')
              FROM pg_index JOIN pg_attribute ON attrelid = indrelid AND attnum = ANY(indkey)
             WHERE indrelid = $1::regclass AND indisprimary
            """,
            table,
        )
        for way in CHANGING:
            with pytest.raises(asyncpg.InsufficientPrivilegeError, match="permission denied"):
                await service.execute(way.format(table=table, columns=columns, column=columns.split(", ")[0]))
    for table in UNTOUCHED:
        with pytest.raises(asyncpg.InsufficientPrivilegeError, match="permission denied"):
            await service.execute(f"INSERT INTO {table} DEFAULT VALUES")
        with pytest.raises(asyncpg.InsufficientPrivilegeError, match="permission denied"):
            await service.copy_records_to_table(table, records=[])
    await require_untouched(service)


async def test_nothing_that_guards_the_ledger_can_be_taken_away(service: Connection) -> None:
    for way in TAKING_AWAY:
        with pytest.raises(asyncpg.InsufficientPrivilegeError, match=r"denied|must be owner|Only roles"):
            await service.execute(way)
    await service.execute("GRANT DELETE ON ledger_entry TO funding")
    with pytest.raises(asyncpg.InsufficientPrivilegeError, match="permission denied"):
        await service.execute("DELETE FROM ledger_entry")
    for function in ("post_ledger_entry", "open_fund_accounts", "refuse_change"):
        with pytest.raises(asyncpg.FeatureNotSupportedError, match="only be called as triggers"):
            await service.execute(f"SELECT {function}()")
    await require_untouched(service)


async def test_copying_lines_in_is_checked_like_writing_them(service: Connection) -> None:
    known = await service.fetchrow("SELECT transaction_id, fund_id FROM ledger_entry")
    assert known is not None
    new, now = uuid4(), await service.fetchval("SELECT now()")

    async def a_gift_from_nowhere() -> None:
        columns = ["transaction_id", "kind", "happened_at", "actor"]
        async with service.transaction():
            head = (new, "receive", now, "system")
            await service.copy_records_to_table("ledger_transaction", records=[head], columns=columns)
            await service.copy_records_to_table("ledger_entry", records=[(new, known["fund_id"], "available", 1)])

    with pytest.raises(asyncpg.CheckViolationError, match="closed once it is committed"):
        await service.copy_records_to_table("ledger_entry", records=[(*known, "spent", 1)])
    with pytest.raises(asyncpg.CheckViolationError, match="must balance"):
        await a_gift_from_nowhere()

    await require_untouched(service)


async def test_not_even_the_owner_changes_the_ledger(database: ServiceDatabase) -> None:
    owner = await asyncpg.connect(database.owner_dsn)
    try:
        for table in ONLY_GROWS:
            for way in ("DELETE FROM {}", "TRUNCATE {} CASCADE", "UPDATE {} SET {} = {}"):
                column = "transaction_id" if table != "reservation" else "award_id"
                with pytest.raises(asyncpg.InsufficientPrivilegeError, match="only grows"):
                    await owner.execute(way.format(table, column, column))
        await require_untouched(owner)
    finally:
        await owner.close()
