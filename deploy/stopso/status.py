"""`stopso status`: how each service stands, from its own mouth or, when it is silent, from its database and queues."""

from dataclasses import asdict, dataclass
from typing import Any

import httpx
import psycopg
from rich.box import SIMPLE
from rich.table import Table

from deploy.stopso.asking import client
from deploy.stopso.places import SERVICES, VHOST, state_folder
from deploy.stopso.running_state import RunningState, is_running, read_state
from deploy.stopso.surroundings import Surroundings, surroundings_in

STORED = """
SELECT (SELECT count(*) FROM outbox) AS outbox_rows,
       (SELECT coalesce(extract(epoch FROM now() - min(created_at)), 0) FROM outbox) AS outbox_age_seconds,
       (SELECT count(*) FROM parked_event WHERE state = 'dead') AS dead_letters
"""


@dataclass(frozen=True, slots=True)
class Standing:
    """One service: None where nobody could tell."""

    service: str
    ready: bool
    address: str
    outbox_rows: int | None = None
    outbox_age_seconds: float | None = None
    queue_depth: int | None = None
    dead_letters: int | None = None
    forgotten: int | None = None
    """Referrals and matches that nothing will look at again; only matching counts them."""


def standings() -> list[Standing]:
    """How all four services stand; empty when nothing was ever started here."""
    state = read_state()
    if state is None or not is_running():
        return []
    surroundings = surroundings_in(state_folder())
    return [_standing(service, state, surroundings) for service in SERVICES]


def as_json(found: list[Standing]) -> dict[str, Any]:
    """The same for a program to read."""
    return {
        "running": bool(found),
        "ready": bool(found) and all(each.ready for each in found),
        "services": [asdict(each) for each in found],
    }


def as_table(found: list[Standing]) -> Table:
    """The same for a person to read."""
    table = Table(box=SIMPLE, padding=(0, 1), collapse_padding=True)
    for heading in ("service", "ready", "address", "outbox", "oldest", "queues", "dead"):
        table.add_column(heading, no_wrap=True, overflow="fold")
    for each in found:
        table.add_row(
            each.service,
            "[green]yes[/green]" if each.ready else "[red]no[/red]",
            each.address.removeprefix("http://"),
            _shown(each.outbox_rows),
            "–" if each.outbox_age_seconds is None else f"{each.outbox_age_seconds:.0f} s",
            _shown(each.queue_depth),
            _shown(each.dead_letters),
        )
    return table


def _standing(service: str, state: RunningState, surroundings: Surroundings) -> Standing:
    said = _said(state.inner_address(service))
    if "outbox" in said and "waiting" in said:
        stored = {
            "outbox_rows": said["outbox"]["rows"],
            "outbox_age_seconds": said["outbox"]["age_seconds"],
            "dead_letters": said["waiting"]["dead"],
        }
    else:
        stored = _stored(surroundings.owner_dsn(service))
    depth = _depth(surroundings, service)
    forgotten = _forgotten(state.inner_address(service)) if service == "matching" else None
    address = state.address(service)
    return Standing(service, bool(said.get("ready")), address, queue_depth=depth, forgotten=forgotten, **stored)


def _said(address: str) -> dict[str, Any]:
    try:
        return dict(client().get(f"{address}/health/ready").json())
    except (httpx.TransportError, ValueError):
        return {}


def _forgotten(address: str) -> int | None:
    try:
        figures = client().get(f"{address}/metrics").text
    except httpx.TransportError:
        return None
    found = [line.split()[-1] for line in figures.splitlines() if line.startswith("stopso_without_next_look ")]
    return int(float(found[0])) if found else None


def _stored(owner_dsn: str) -> dict[str, Any]:
    try:
        with psycopg.connect(owner_dsn, connect_timeout=3) as connection:
            row = connection.execute(STORED).fetchone()
    except psycopg.Error:
        return {}
    if row is None:
        return {}
    return {"outbox_rows": row[0], "outbox_age_seconds": round(float(row[1]), 1), "dead_letters": row[2]}


def _depth(surroundings: Surroundings, service: str) -> int | None:
    try:
        queues = surroundings.broker.administration.queues(VHOST)
    except (httpx.HTTPError, KeyError):
        return None
    return sum(int(queue.get("messages", 0)) for queue in queues if queue["name"].startswith(f"{service}."))


def _shown(number: int | None) -> str:
    return "–" if number is None else str(number)
