"""How the contestants that are not ours are laid out: one quorum queue between two stages, and their own tables."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from uuid import UUID

from pamqp.commands import Basic

from deploy.bench.contestant import Arrival, Definitions, Outgoing, Program
from deploy.bench.contestants.bulk import ID
from deploy.bench.place import Place
from deploy.bench.servers import statements_of
from deploy.bench.work import STAGES, Planned, body_of
from shared.kernel.ids import ServiceName

TABLES = Path(__file__).parent / "tables"
TASK = "step"


def queue_before(stage: int) -> str:
    """The queue that a stage hears; the one before a stage that is not there is the chain's end."""
    return f"stage.{stage}" if stage < STAGES else "done"


def heard(stage: int) -> tuple[str, ...]:
    """The one queue that a stage consumes from."""
    return (queue_before(stage),)


def schema() -> str:
    """Inbox, tally and outbox."""
    return statements_of(TABLES / "tally.sql", TABLES / "inbox.sql", TABLES / "outbox.sql")


def schema_of_library() -> str:
    """Inbox, tally and the outbox that faststream-outbox wants."""
    from faststream_outbox import make_outbox_table  # noqa: PLC0415 - may not be installed
    from sqlalchemy import MetaData  # noqa: PLC0415
    from sqlalchemy.dialects import postgresql  # noqa: PLC0415
    from sqlalchemy.schema import CreateIndex, CreateTable  # noqa: PLC0415

    table = make_outbox_table(MetaData())
    made = [CreateTable(table), *map(CreateIndex, sorted(table.indexes, key=lambda index: str(index.name)))]
    own = [str(each.compile(dialect=postgresql.dialect())) + ";" for each in made]
    return "\n".join([statements_of(TABLES / "tally.sql", TABLES / "inbox.sql"), *own])


def topology(vhost: str, _passwords: Mapping[ServiceName, str]) -> Definitions:
    """The queues of the chain."""
    return {"queues": [quorum_queue(vhost, queue_before(stage)) for stage in range(STAGES + 1)]}


def topology_of_tasks(vhost: str, _passwords: Mapping[ServiceName, str]) -> Definitions:
    """The queues of the chain, bound to taskiq's exchange."""
    names = [queue_before(stage) for stage in range(STAGES + 1)]
    exchange = {"name": "taskiq", "vhost": vhost, "type": "topic", "durable": True, "auto_delete": False}
    return {
        "queues": [quorum_queue(vhost, name) for name in names],
        "exchanges": [{**exchange, "internal": False, "arguments": {}}],
        "bindings": [binding(vhost, "taskiq", name, name) for name in names],
    }


def binding(vhost: str, source: str, queue: str, routing_key: str) -> dict[str, Any]:
    """A way into a queue, in the form of a definitions document."""
    way = {"source": source, "vhost": vhost, "destination": queue, "destination_type": "queue"}
    return {**way, "routing_key": routing_key, "arguments": {}}


def quorum_queue(vhost: str, name: str) -> dict[str, Any]:
    """A queue that survives a crash, in the form of a definitions document."""
    arguments = {"x-queue-type": "quorum", "x-delivery-limit": 1000}
    return {"name": name, "vhost": vhost, "durable": True, "auto_delete": False, "arguments": arguments}


def program(module: str) -> Callable[[int, Place], Program]:
    """The process of a stage that lives in one of our modules."""

    def of_stage(_stage: int, place: Place) -> Program:
        return Program("deploy.bench.stage", (module,), place.environment())

    return of_stage


def wrap(event: Planned) -> Outgoing:
    """A message whose id is the event's."""
    return Outgoing("", queue_before(0), body_of(event.subject, event.number, event.event_id), _properties(event))


def unwrap(body: bytes) -> Arrival:
    """The event in a message."""
    return _arrival(json.loads(body))


def wrap_task(event: Planned) -> Outgoing:
    """A task as taskiq writes it, whose id is the event's."""
    step = json.loads(body_of(event.subject, event.number, event.event_id))
    task = {
        "task_id": str(event.event_id),
        "task_name": TASK,
        "labels": {},
        "labels_types": {},
        "args": [step],
        "kwargs": {},
    }
    return Outgoing("", queue_before(0), json.dumps(task).encode(), _properties(event))


def unwrap_task(body: bytes) -> Arrival:
    """The event in a task."""
    return _arrival(json.loads(body)["args"][0])


def _properties(event: Planned) -> Basic.Properties:
    return Basic.Properties(
        content_type="application/json",
        delivery_mode=2,
        message_id=str(event.event_id),
        headers={ID: str(event.event_id)},
    )


def _arrival(step: dict[str, Any]) -> Arrival:
    return Arrival(step["subject"], step["number"], UUID(step["cause"]))
