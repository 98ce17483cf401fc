"""Bringing a broker's users, rights, exchanges, queues and bindings to what the services of this version need."""

from collections.abc import Mapping
from typing import Any

from deploy.stopso.broker_admin import BrokerAdministration
from deploy.stopso.documents import subscriptions_of
from shared.kernel.ids import SERVICES, ServiceName
from shared.messaging.topology import EVENTS, Binding, definitions, stale_bindings


def heard_by_services() -> dict[ServiceName, tuple[str, ...]]:
    """The types of the events that each service says it listens to."""
    return {service: tuple(sorted(subscriptions_of(service).events)) for service in SERVICES}


def apply_topology(administration: BrokerAdministration, vhost: str, passwords: Mapping[str, str]) -> dict[str, Any]:
    """Add what is missing, take away what an older version left bound, and give back what was applied."""
    wanted = definitions(vhost, {service: passwords[service] for service in SERVICES}, heard_by_services())
    administration.add_vhost(vhost)
    administration.import_definitions(wanted)
    existing = [Binding(each["destination"], each["routing_key"]) for each in administration.bindings(vhost, EVENTS)]
    for binding in stale_bindings(wanted, existing):
        administration.unbind(vhost, EVENTS, binding.queue, binding.routing_key)
    return wanted
