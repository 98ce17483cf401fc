"""How our own chain is laid out: the kernel's tables, the real topology, and the settings of four real services."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from uuid import UUID

from pamqp.commands import Basic

from deploy.bench.contestant import Arrival, Definitions, Outgoing, Program
from deploy.bench.contestants.ours import CHAIN, HEARD
from deploy.bench.place import Place
from deploy.bench.plain import binding, queue_before, quorum_queue
from deploy.bench.servers import in_order, statements_of
from deploy.bench.work import STAGES, Planned, body_of
from deploy.stopso.migrations import folders_for
from shared.kernel.clock import SystemClock
from shared.kernel.ids import SERVICES, ServiceName
from shared.messaging.envelope import SHARDS, headers_of, routing_key, shard_of
from shared.messaging.topology import EVENTS, definitions, group_queues
from shared.privacy.key_settings import new_secrets

TABLES = Path(__file__).parent / "tables"
CLOCK = SystemClock()
SECRETS = new_secrets(SERVICES)
SPEAKER = SERVICES[-1]


def heard(stage: int) -> tuple[str, ...]:
    """The group queues of the stage's service."""
    return group_queues(SERVICES[stage])


def schema() -> str:
    """The kernel's tables and the tally."""
    kernel, web, _ = folders_for(SERVICES[0])
    return statements_of(*in_order([kernel, web]), TABLES / "tally.sql")


def topology(vhost: str, passwords: Mapping[ServiceName, str]) -> Definitions:
    """The topology of the platform for services that hear the benchmark's events, and a queue at the end."""
    wanted = definitions(vhost, passwords, HEARD)
    wanted["queues"].append(quorum_queue(vhost, queue_before(STAGES)))
    end = queue_before(STAGES)
    wanted["bindings"] += [binding(vhost, EVENTS, end, routing_key(CHAIN[-1].type, shard)) for shard in range(SHARDS)]
    return wanted


def program(style: str) -> Callable[[int, Place], Program]:
    """The process of a service whose consumers are of this style."""

    def of_stage(stage: int, place: Place) -> Program:
        environment = {
            "STOPSO_DATABASE_URL": place.database_url,
            "STOPSO_BROKER_URL": place.broker_url,
            "STOPSO_PORT": "0",
            "STOPSO_DEMO": "true",
            "STOPSO_LOG_LEVEL": "warning",
            "STOPSO_PUBLIC_URLS": json.dumps(dict.fromkeys(SERVICES, "http://localhost:1")),
            **SECRETS[SERVICES[stage]],
        }
        return Program("deploy.bench.contestants.ours", (str(stage), style), environment)

    return of_stage


def wrap(event: Planned) -> Outgoing:
    """An event as the last service would have told it."""
    first = CHAIN[0].type
    shard = shard_of(event.subject)
    headers = headers_of(event.event_id, first, CLOCK.now(), event.subject, event.number, "")
    properties = Basic.Properties(
        content_type="application/json",
        headers=dict(headers),
        delivery_mode=2,
        message_id=str(event.event_id),
        message_type=first,
        user_id=SPEAKER,
    )
    body = body_of(event.subject, event.number, event.event_id)
    return Outgoing(EVENTS, routing_key(first, shard), body, properties)


def unwrap(body: bytes) -> Arrival:
    """The event in a message."""
    step = json.loads(body)
    return Arrival(step["subject"], step["number"], UUID(step["cause"]))
