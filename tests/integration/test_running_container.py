"""What the images do before the services start: secrets, migrations and topology, on real servers."""

import stat
from pathlib import Path
from urllib.parse import urlsplit

import aio_pika
import asyncpg
import pytest

from deploy.stopso import container
from deploy.stopso.places import SERVICES, VHOST
from deploy.stopso.secret_store import SecretStore
from shared.messaging.topology import EVENTS, group_queues
from tests.servers import BrokerServer, DatabaseServer

pytestmark = [pytest.mark.servers, pytest.mark.timeout(600)]


@pytest.fixture
def secrets(tmp_path: Path) -> Path:
    """The folders that the image has, with secrets made for the first time."""
    folder = tmp_path / "secrets"
    for reader in (*SERVICES, "broker", "administration"):
        (folder / reader).mkdir(parents=True)
    container.secrets(folder)
    return folder


def test_secrets_are_made_once_and_only_their_reader_may_read_them(secrets: Path) -> None:
    files = [file for file in secrets.rglob("*") if file.is_file()]
    before = {file: file.read_text() for file in files}

    container.secrets(secrets)

    assert {file: file.read_text() for file in files} == before
    open_to_others = {file.name for file in files if stat.S_IMODE(file.stat().st_mode) & 0o077}
    assert open_to_others == {"definitions.json"}
    store = SecretStore.read(secrets / "administration" / "secrets.json")
    assert not [
        password for password in store.broker.values() if password in before[secrets / "broker/definitions.json"]
    ]


async def test_migrating_gives_every_service_a_database_that_only_it_can_open(
    secrets: Path, own_postgres: DatabaseServer
) -> None:
    administrator = urlsplit(own_postgres.administrator_dsn)
    (secrets / "administration" / "database_password").write_text(administrator.password or "")
    place = f"{administrator.hostname}:{administrator.port}"

    container.migrate_all(secrets, place)
    container.migrate_all(secrets, place)

    store = SecretStore.read(secrets / "administration" / "secrets.json")
    for service in SERVICES:
        dsn = f"postgresql://{service}:{store.roles[service].application}@{place}"
        connection = await asyncpg.connect(f"{dsn}/{service}")
        assert await connection.fetchval("SELECT count(*) FROM outbox") == 0
        assert await connection.fetchval("SHOW server_encoding") == "UTF8"
        await connection.close()
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await asyncpg.connect(f"{dsn}/{SERVICES[SERVICES.index(service) - 1]}")


async def test_the_topology_is_applied_and_what_an_older_one_bound_is_taken_away(
    secrets: Path, own_broker: BrokerServer
) -> None:
    administration = own_broker.administration
    (secrets / "administration" / "broker_user").write_text(administration.user)
    (secrets / "administration" / "broker_password").write_text(administration.password)

    container.topology(administration.url, folder=secrets)
    wanted = {(each["destination"], each["routing_key"]) for each in administration.bindings(VHOST, EVENTS)}
    old = {"source": EVENTS, "vhost": VHOST, "destination": "matching.in.0", "destination_type": "queue"}
    administration.import_definitions({"bindings": [old | {"routing_key": "intake.no-longer.*.p00", "arguments": {}}]})
    assert len(administration.bindings(VHOST, EVENTS)) == len(wanted) + 1
    container.topology(administration.url, folder=secrets)

    assert {(each["destination"], each["routing_key"]) for each in administration.bindings(VHOST, EVENTS)} == wanted
    names = {queue["name"] for queue in administration.queues(VHOST)}
    assert {queue for service in ("intake", "matching") for queue in group_queues(service)} <= names
    store = SecretStore.read(secrets / "administration" / "secrets.json")
    async with await aio_pika.connect(own_broker.url("funding", store.broker["funding"], VHOST)):
        pass
