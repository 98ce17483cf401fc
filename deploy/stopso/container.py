"""What runs inside the images: make the secrets once, migrate, load demo data, and be a service with its secrets."""

import json
import os
import sys
from pathlib import Path
from typing import Annotated
from urllib.parse import quote

import typer
from rich.console import Console

from deploy.stopso.broker_admin import BrokerAdministration
from deploy.stopso.migrations import migrate
from deploy.stopso.places import SERVICES, VHOST
from deploy.stopso.roles import dsn, ensure_database, ensure_roles, owner_of
from deploy.stopso.secret_store import SecretStore, new_password

Files = dict[str, dict[str, str]]
"""Folder, or Kubernetes Secret, by who may read it; in each the files and their texts."""
SECRETS = Path("/secrets")
ENVIRONMENT = "environment.json"
app = typer.Typer(help=__doc__, no_args_is_help=True, pretty_exceptions_enable=False, add_completion=False)
Folder = Annotated[Path, typer.Option(help="Where the secrets are kept, one folder for each who may read them.")]
DatabasePlace = Annotated[str, typer.Option(help="Host and port of PostgreSQL.", envvar="STOPSO_DATABASE_PLACE")]
BrokerPlace = Annotated[str, typer.Option(help="Host and port of RabbitMQ.", envvar="STOPSO_BROKER_PLACE")]


@app.command()
def secrets(
    folder: Folder = SECRETS, database: DatabasePlace = "database:5432", broker: BrokerPlace = "broker:5672"
) -> None:
    """Make all secrets at the first start, each into the folder of who needs it; later starts keep them."""
    kept = folder / "administration" / "secrets.json"
    if not kept.exists():
        _write(folder / "administration" / "database_password", new_password())
        SecretStore.generate().write(kept)
    for reader, files in secret_files(SecretStore.read(kept), database=database, broker=broker).items():
        for name, text in files.items():
            _write(folder / reader / name, text)
    (folder / "broker" / "definitions.json").chmod(0o644)  # hashes only, and the broker is another user


@app.command("migrate")
def migrate_all(folder: Folder = SECRETS, database: DatabasePlace = "database:5432") -> None:
    """Roles, databases and migrations of all services; safe to run at every start."""
    store = SecretStore.read(folder / "administration" / "secrets.json")
    password = (folder / "administration" / "database_password").read_text(encoding="utf-8").strip()
    administrator = f"postgresql://postgres:{quote(password, safe='')}@{database}/postgres"
    ensure_roles(administrator, store.roles)
    for service in SERVICES:
        ensure_database(administrator, service=service)
        owner = dsn(administrator, role=owner_of(service), password=store.roles[service].owner, database=service)
        for name in migrate(owner, service=service):
            typer.echo(f"{service}: applied {name}")


@app.command()
def topology(
    management: Annotated[str, typer.Option(help="The address of the broker's management interface.")],
    nodes: Annotated[int, typer.Option(help="How many nodes must run first, so that queues have members on all.")] = 1,
    folder: Folder = SECRETS,
) -> None:
    """Users, rights, exchanges, queues and bindings of a broker that somebody else runs; safe with every release."""
    from deploy.stopso.topology import apply_topology  # noqa: PLC0415 - it loads the services

    kept = folder / "administration"
    user, password = ((kept / name).read_text(encoding="utf-8").strip() for name in ("broker_user", "broker_password"))
    administration = BrokerAdministration(management, user, password)
    if not administration.wait_until_ready(seconds=300, nodes=nodes):
        msg = f"the broker at {management} has not had {nodes} running nodes for five minutes"
        raise SystemExit(msg)
    apply_topology(administration, VHOST, SecretStore.read(kept / "secrets.json").broker)


@app.command()
def serve(service: str, folder: Folder = SECRETS) -> None:
    """Become the process of one service, with its secrets added to the environment."""
    environment = {**os.environ, **_told(folder, service)}
    os.execve(sys.executable, [sys.executable, "-m", f"services.{service}"], environment)  # noqa: S606 - no shell wanted


@app.command()
def seed(folder: Folder = SECRETS) -> None:
    """Load the demo data where there is nothing yet, if this is a demonstration."""
    from deploy.stopso.seed import seed_environments  # noqa: PLC0415 - it loads the services
    from shared.kernel.ids import SERVICES as NAMES  # noqa: PLC0415

    seed_environments({name: {**os.environ, **_told(folder, name)} for name in NAMES}, Console())


@app.command("kubernetes-secrets")
def kubernetes_secrets(database: DatabasePlace = "database-rw:5432", broker: BrokerPlace = "broker:5672") -> None:
    """Print new Secret objects for a cluster; pipe them into `kubectl create -f -` once and keep them nowhere else."""
    store = SecretStore.generate()
    readers = {
        **secret_files(store, database=database, broker=broker),
        "administration": {"secrets.json": store.text()},
    }
    items = [
        {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": f"{reader}-secrets"}, "stringData": files}
        for reader, files in readers.items()
    ]
    typer.echo(json.dumps({"apiVersion": "v1", "kind": "List", "items": items}, indent=1))


def secret_files(store: SecretStore, *, database: str, broker: str) -> Files:
    """What each service and the broker read at their start."""
    from deploy.stopso.topology import wanted_topology  # noqa: PLC0415 - it loads the services

    files: Files = {}
    for service in SERVICES:
        role, user = quote(store.roles[service].application, safe=""), quote(store.broker[service], safe="")
        told = {
            "STOPSO_DATABASE_URL": f"postgresql://{service}:{role}@{database}/{service}",
            "STOPSO_BROKER_URL": f"amqp://{service}:{user}@{broker}/{VHOST}",
            **store.keys[service],
        }
        files[service] = {ENVIRONMENT: json.dumps(told)}
    return {**files, "broker": {"definitions.json": json.dumps(wanted_topology(VHOST, store.broker))}}


def _told(folder: Path, service: str) -> dict[str, str]:
    return dict(json.loads((folder / service / ENVIRONMENT).read_text(encoding="utf-8")))


def _write(file: Path, text: str) -> None:
    file.unlink(missing_ok=True)
    file.touch(mode=0o600)
    file.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    app()
