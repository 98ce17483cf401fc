"""The servers that tests and `stopso up` start themselves."""

from collections.abc import Callable
from pathlib import Path

import aio_pika
import aiormq
import asyncpg
import psutil
import psycopg
import pytest

from deploy.stopso import processes
from deploy.stopso.database import EmbeddedDatabase
from deploy.stopso.migrations import files_in, folders_for, migrate
from tests.conftest import Vhost
from tests.databases import ServiceDatabase
from tests.servers import BrokerServer, DatabaseServer

pytestmark = [pytest.mark.servers, pytest.mark.timeout(600)]
DatabaseFor = Callable[[str], ServiceDatabase]


async def test_a_service_uses_its_tables_but_cannot_change_them(database_for: DatabaseFor) -> None:
    connection = await asyncpg.connect(database_for("matching").application_dsn)
    try:
        assert await connection.fetchval("SELECT count(*) FROM outbox") == 0
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.execute("DROP TABLE outbox")
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.execute("CREATE TABLE of_its_own (id int)")
    finally:
        await connection.close()


async def test_a_service_cannot_open_the_database_of_another(database_for: DatabaseFor) -> None:
    mine, theirs = database_for("intake"), database_for("matching")

    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await asyncpg.connect(mine.application_dsn.replace(mine.name, theirs.name))


def test_migrating_again_applies_nothing(database_for: DatabaseFor) -> None:
    assert migrate(database_for("funding").owner_dsn, service="funding") == []


def test_every_migration_file_is_noted_by_folder_and_name(database_for: DatabaseFor) -> None:
    with psycopg.connect(database_for("intake").owner_dsn) as connection:
        noted = {row[0] for row in connection.execute("SELECT migration_id FROM migration")}

    assert noted == {f"{path.parents[1].name}/{path.stem}" for path in files_in(folders_for("intake"))}


def test_a_failing_migration_leaves_nothing_behind(
    database_for: DatabaseFor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "intake" / "migrations"
    folder.mkdir(parents=True)
    (folder / "0001_breaks.sql").write_text("CREATE TABLE half_made (id int); SELECT 1 / 0;")
    owner_dsn = database_for("matching").owner_dsn
    monkeypatch.setattr("deploy.stopso.migrations.folders_for", lambda _service: [folder])

    with pytest.raises(psycopg.errors.DivisionByZero):
        migrate(owner_dsn, service="matching")

    with psycopg.connect(owner_dsn) as connection:
        assert connection.execute("SELECT to_regclass('half_made')").fetchone() == (None,)
        assert connection.execute("SELECT count(*) FROM migration WHERE migration_id ~ 'breaks'").fetchone() == (0,)


def test_a_killed_database_comes_back_with_what_was_committed(own_postgres: DatabaseServer) -> None:
    with psycopg.connect(own_postgres.administrator_dsn) as connection:
        for setting in ("fsync", "full_page_writes", "synchronous_commit"):
            assert connection.execute("SELECT current_setting(%s)", [setting]).fetchone() == ("on",)
        connection.execute("CREATE TABLE kept AS SELECT 42 AS answer")

    own_postgres.kill()
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(own_postgres.administrator_dsn)
    own_postgres.start()

    with psycopg.connect(own_postgres.administrator_dsn) as connection:
        assert connection.execute("SELECT answer FROM kept").fetchone() == (42,)


def test_what_a_killed_database_left_behind_does_not_keep_the_next_out(tmp_path: Path) -> None:
    database = EmbeddedDatabase(tmp_path / "postgres")
    database.start()
    server = psutil.Process(database.pid)
    left_behind = server.children()
    try:
        for child in left_behind:
            child.suspend()
        server.kill()
        while not processes.ended(server):
            pass
        assert not any(processes.ended(child) for child in left_behind)

        database.start()

        assert all(processes.ended(child) for child in left_behind)
    finally:
        database.kill()


async def test_a_service_may_publish_its_own_facts_only(make_vhost: Callable[..., Vhost]) -> None:
    vhost = make_vhost({"intake": [], "matching": ["intake.referral-received.v1"]})
    connection = await aio_pika.connect(vhost.url("intake"))
    async with connection:
        channel = await connection.channel(on_return_raises=True)
        events = await channel.get_exchange("events", ensure=False)
        await events.publish(aio_pika.Message(b"{}"), "intake.referral-received.v1.p00", mandatory=True)
        with pytest.raises(aiormq.exceptions.ChannelAccessRefused):
            await events.publish(aio_pika.Message(b"{}"), "funding.subsidy-granted.v1.p00")


async def test_a_killed_broker_comes_back_with_what_was_confirmed(own_broker: BrokerServer) -> None:
    administration = own_broker.administration
    queue = {"name": "kept", "vhost": "/", "durable": True, "auto_delete": False}
    administration.import_definitions({"queues": [queue | {"arguments": {"x-queue-type": "quorum"}}]})
    address = own_broker.url(administration.user, administration.password, "/")
    connection = await aio_pika.connect(address)
    channel = await connection.channel()
    for number in range(20):
        message = aio_pika.Message(str(number).encode(), delivery_mode=aio_pika.DeliveryMode.PERSISTENT)
        await channel.default_exchange.publish(message, "kept", mandatory=True)

    own_broker.flush()
    own_broker.kill()
    own_broker.start()

    async with await aio_pika.connect(address) as again:
        kept = await (await again.channel()).get_queue("kept", ensure=False)
        found = [await kept.get(timeout=60, no_ack=True) for _ in range(20)]
        assert [message.body for message in found] == [str(number).encode() for number in range(20)]
    await connection.close()
