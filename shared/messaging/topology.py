"""The broker's exchanges, queues, bindings, users and rights, as the definitions that RabbitMQ imports.

Nothing is declared by a service: none has the right to. Works on RabbitMQ 3.10 to 4.x.
"""

import base64
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from shared.kernel.ids import ServiceName
from shared.messaging.envelope import SHARDS

EVENTS = "events"
ASKS = "asks"
GROUPS = 4
DELIVERY_LIMIT = 200
"""High on purpose: a channel that closes adds one to every unacknowledged message; poison is isolated long before."""
ASK_LIFETIME = 30_000
"""Milliseconds after which a question that nobody fetched is thrown away."""

Definitions = dict[str, Any]


@dataclass(frozen=True, slots=True, order=True)
class Binding:
    """One way from the events' exchange into a queue."""

    queue: str
    routing_key: str


def group_of(shard: int) -> int:
    """The group queue, 0 to 3, into which events of this shard go."""
    return shard % GROUPS


def group_queues(service: ServiceName) -> tuple[str, ...]:
    """The queues that a service hears events through."""
    return tuple(f"{service}.in.{group}" for group in range(GROUPS))


def dead_letter_queue(service: ServiceName) -> str:
    """The last net under the group queues of a service."""
    return f"{service}.dlq"


def ask_queue(service: ServiceName) -> str:
    """Where questions to a service wait."""
    return f"{service}.asks"


def event_bindings(service: ServiceName, types: Iterable[str]) -> list[Binding]:
    """What must lead to the queues of a service that hears these event types, in whichever major version."""
    facts = sorted({event_type.rsplit(".", 1)[0] for event_type in types})
    return [
        Binding(f"{service}.in.{group_of(shard)}", f"{fact}.*.p{shard:02d}")
        for fact in facts
        for shard in range(SHARDS)
    ]


def definitions(
    vhost: str,
    passwords: Mapping[ServiceName, str],
    heard: Mapping[ServiceName, Iterable[str]],
) -> Definitions:
    """Everything to import; `heard` gives for each service the types of the events that it listens to."""
    services = sorted(heard)
    return {
        "vhosts": [{"name": vhost}],
        "users": [_user(service, passwords[service]) for service in services],
        "permissions": [_rights(vhost, service) for service in services],
        "topic_permissions": [
            {"user": service, "vhost": vhost, "exchange": EVENTS, "write": rf"^{service}\.", "read": "^$"}
            for service in services
        ],
        "exchanges": [_exchange(vhost, EVENTS, "topic"), _exchange(vhost, ASKS, "direct")],
        "queues": [queue for service in services for queue in _queues(vhost, service)],
        "bindings": [
            *(
                _bound(vhost, EVENTS, binding.queue, binding.routing_key)
                for service in services
                for binding in event_bindings(service, heard[service])
            ),
            *(_bound(vhost, ASKS, ask_queue(service), service) for service in services),
        ],
    }


def stale_bindings(wanted: Definitions, existing: Iterable[Binding]) -> list[Binding]:
    """Those of the existing bindings of our queues to the events' exchange that an older deployment left behind."""
    ours = {queue["name"] for queue in wanted["queues"]}
    kept = _events_bound(wanted)
    return sorted(binding for binding in existing if binding.queue in ours and binding not in kept)


def missing_bindings(wanted: Definitions, existing: Iterable[Binding]) -> list[Binding]:
    """Those of the wanted bindings to the events' exchange that are not there: who listens there hears nothing."""
    return sorted(_events_bound(wanted) - set(existing))


def _events_bound(wanted: Definitions) -> set[Binding]:
    return {
        Binding(each["destination"], each["routing_key"]) for each in wanted["bindings"] if each["source"] == EVENTS
    }


def _user(service: ServiceName, password: str) -> dict[str, Any]:
    salt = sha256(f"{service} {password}".encode()).digest()[:4]
    hashed = base64.b64encode(salt + sha256(salt + password.encode()).digest()).decode()
    return {"name": service, "password_hash": hashed, "hashing_algorithm": "rabbit_password_hashing_sha256", "tags": []}


def _rights(vhost: str, service: ServiceName) -> dict[str, Any]:
    own: Sequence[str] = (*group_queues(service), dead_letter_queue(service), ask_queue(service))
    return {
        "user": service,
        "vhost": vhost,
        "configure": "^$",
        "write": rf"^({EVENTS}|{ASKS}|amq\.default)$",
        "read": f"^({'|'.join(map(re.escape, own))})$",
    }


def _exchange(vhost: str, name: str, kind: str) -> dict[str, Any]:
    return {
        "name": name, "vhost": vhost, "type": kind,
        "durable": True, "auto_delete": False, "internal": False, "arguments": {},
    }  # fmt: skip


def _queues(vhost: str, service: ServiceName) -> list[dict[str, Any]]:
    group_arguments = {
        "x-single-active-consumer": True,
        "x-delivery-limit": DELIVERY_LIMIT,
        "x-dead-letter-exchange": "",
        "x-dead-letter-routing-key": dead_letter_queue(service),
        "x-dead-letter-strategy": "at-least-once",
        "x-overflow": "reject-publish",
    }
    return [
        *(_queue(vhost, name, group_arguments) for name in group_queues(service)),
        _queue(vhost, dead_letter_queue(service), {"x-delivery-limit": 1_000_000}),
        _queue(vhost, ask_queue(service), {"x-message-ttl": ASK_LIFETIME, "x-delivery-limit": 5}),
    ]


def _queue(vhost: str, name: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
    arguments = {"x-queue-type": "quorum", **arguments}
    return {"name": name, "vhost": vhost, "durable": True, "auto_delete": False, "arguments": arguments}


def _bound(vhost: str, source: str, queue: str, routing_key: str) -> dict[str, Any]:
    return {
        "source": source, "vhost": vhost, "destination": queue, "destination_type": "queue",
        "routing_key": routing_key, "arguments": {},
    }  # fmt: skip
