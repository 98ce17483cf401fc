"""Where staff can go: one list over all four services, each place shown to those whose role opens it."""

from collections.abc import Mapping
from dataclasses import dataclass

from shared.events.codes import StaffRole
from shared.kernel.ids import ServiceName
from shared.web.staff import ROLES, Staff


@dataclass(frozen=True, slots=True)
class Place:
    """A page of one of the services, and the roles that may open it."""

    label: str
    service: ServiceName
    path: str
    roles: frozenset[StaffRole]


@dataclass(frozen=True, slots=True)
class Link:
    """A place as the navigation shows it."""

    label: str
    address: str
    service: ServiceName
    path: str


PLACES = (
    Place("Board", "notifications", "/board", ROLES),
    Place("Triage", "intake", "/triage", frozenset({"triage", "coordinator"})),
    Place("Calls", "intake", "/calls", frozenset({"triage", "coordinator"})),
    Place("Safeguarding", "intake", "/safeguarding", frozenset({"safeguarding"})),
    Place("Matches", "matching", "/matches", frozenset({"coordinator"})),
    Place("Episodes", "matching", "/episodes", frozenset({"coordinator"})),
    Place("Therapists", "matching", "/therapists", frozenset({"registrar", "coordinator"})),
    Place("Funds", "funding", "/funds", frozenset({"finance", "coordinator"})),
    Place("Means", "funding", "/means", frozenset({"finance", "coordinator"})),
    Place("Fees", "funding", "/fees", frozenset({"finance"})),
    Place("Invoices", "funding", "/invoices", frozenset({"finance"})),
    Place("Evaluations", "funding", "/evaluations/staff", frozenset({"coordinator"})),
    Place("Reports", "funding", "/reports", frozenset({"finance", "coordinator"})),
    Place("Deliveries", "notifications", "/deliveries", frozenset({"coordinator", "admin"})),
    Place("Dead letters", "notifications", "/dead-letters", frozenset({"admin"})),
    Place("System", "notifications", "/system", frozenset({"admin"})),
)


def places_for(staff: Staff, urls: Mapping[ServiceName, str]) -> tuple[Link, ...]:
    """The links that this person's roles open, in the order of the list."""
    return tuple(
        Link(place.label, urls.get(place.service, "") + place.path, place.service, place.path)
        for place in PLACES
        if staff.may(*place.roles)
    )
