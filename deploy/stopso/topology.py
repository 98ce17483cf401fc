"""Bringing a broker's users, rights, exchanges, queues and bindings to what the services of this version need."""

from collections.abc import Mapping

from deploy.stopso.broker_admin import BrokerAdministration
from deploy.stopso.documents import subscriptions_of
from shared.kernel.ids import SERVICES, ServiceName
from shared.messaging.topology import (
    EVENTS,
    Binding,
    Definitions,
    definitions,
    missing_bindings,
    stale_bindings,
)


def heard_by_services() -> dict[ServiceName, tuple[str, ...]]:
    """The types of the events that each service says it listens to."""
    return {service: tuple(sorted(subscriptions_of(service).events)) for service in SERVICES}


def wanted_topology(vhost: str, passwords: Mapping[str, str]) -> Definitions:
    """The definitions for one virtual host, from what the services of this version listen to."""
    return definitions(vhost, {service: passwords[service] for service in SERVICES}, heard_by_services())


def apply_topology(administration: BrokerAdministration, vhost: str, passwords: Mapping[str, str]) -> Definitions:
    """Add what is missing, take away what an older version left bound, and give back what was applied."""
    wanted = wanted_topology(vhost, passwords)
    administration.add_vhost(vhost)
    administration.import_definitions(wanted)
    for binding in stale_bindings(wanted, _existing(administration, vhost)):
        administration.unbind(vhost, EVENTS, binding.queue, binding.routing_key)
    return wanted


def deaf_services(
    administration: BrokerAdministration, vhost: str, passwords: Mapping[str, str]
) -> dict[str, list[str]]:
    """The events that each service should hear and does not: a binding has gone since the topology was applied."""
    missing = missing_bindings(wanted_topology(vhost, passwords), _existing(administration, vhost))
    deaf: dict[str, set[str]] = {}
    for binding in missing:
        deaf.setdefault(binding.queue.split(".", 1)[0], set()).add(binding.routing_key.rsplit(".", 2)[0])
    return {service: sorted(facts) for service, facts in deaf.items()}


def _existing(administration: BrokerAdministration, vhost: str) -> list[Binding]:
    return [Binding(each["destination"], each["routing_key"]) for each in administration.bindings(vhost, EVENTS)]
