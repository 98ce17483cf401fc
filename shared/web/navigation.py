"""Where staff can go: one list over all four services, each place shown to those whose role opens it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from shared.events.codes import StaffRole
from shared.kernel.ids import ServiceName
from shared.web.staff import ROLES, Staff


@dataclass(frozen=True, slots=True)
class Place:
    """A page of one of the services, the roles that may open it, and the group under which the bar shows it."""

    label: str
    service: ServiceName
    path: str
    roles: frozenset[StaffRole]
    group: str = ""


@dataclass(frozen=True, slots=True)
class Link:
    """A place as the navigation shows it, with how much waits there where the page that shows it knows."""

    label: str
    address: str
    service: ServiceName
    path: str
    group: str = ""
    waiting: int = 0


@dataclass(frozen=True, slots=True)
class Shelf:
    """Links of one group, which open together; with no name there is one link alone."""

    name: str
    links: tuple[Link, ...]


MONEY = "Money"
OPERATIONS = "Operations"
PLACES = (
    Place("Board", "notifications", "/board", ROLES),
    Place("Triage", "intake", "/triage", frozenset({"triage", "coordinator"})),
    Place("Calls", "intake", "/calls", frozenset({"triage", "coordinator"})),
    Place("Safeguarding", "intake", "/safeguarding", frozenset({"safeguarding"})),
    Place("Matches", "matching", "/matches", frozenset({"coordinator"})),
    Place("Episodes", "matching", "/episodes", frozenset({"coordinator"})),
    Place("Therapists", "matching", "/therapists", frozenset({"registrar", "coordinator"})),
    Place("Evaluations", "funding", "/evaluations/staff", frozenset({"coordinator"})),
    Place("Funds", "funding", "/funds", frozenset({"finance", "coordinator", "admin"}), MONEY),
    Place("Forecast", "funding", "/funds/forecast", frozenset({"finance", "coordinator"}), MONEY),
    Place("Grants", "funding", "/grants", frozenset({"finance", "coordinator", "admin"}), MONEY),
    Place("Transfers", "funding", "/transfers", frozenset({"finance", "coordinator", "admin"}), MONEY),
    Place("Awards", "funding", "/awards", frozenset({"finance", "coordinator"}), MONEY),
    Place("Approvals", "funding", "/awards/approvals", frozenset({"finance", "coordinator"}), MONEY),
    Place("Means", "funding", "/means", frozenset({"finance", "coordinator"}), MONEY),
    Place("Invoices", "funding", "/invoices", frozenset({"finance"}), MONEY),
    Place("Payments", "funding", "/payments", frozenset({"finance"}), MONEY),
    Place("Contributions", "funding", "/contributions", frozenset({"finance", "coordinator"}), MONEY),
    Place("Fees", "funding", "/fees", frozenset({"finance"}), MONEY),
    Place("Reports", "funding", "/reports", frozenset({"finance", "coordinator"}), MONEY),
    Place("Deliveries", "notifications", "/deliveries", frozenset({"coordinator", "admin"}), OPERATIONS),
    Place("Dead letters", "notifications", "/dead-letters", frozenset({"admin"}), OPERATIONS),
    Place("System", "notifications", "/system", frozenset({"admin"}), OPERATIONS),
)


def places_for(staff: Staff, urls: Mapping[ServiceName, str]) -> tuple[Link, ...]:
    """The links that this person's roles open, in the order of the list."""
    return tuple(
        Link(place.label, urls.get(place.service, "") + place.path, place.service, place.path, place.group)
        for place in PLACES
        if staff.may(*place.roles)
    )


def waiting_at(links: Sequence[Link], service: ServiceName, waiting: Mapping[str, int]) -> tuple[Link, ...]:
    """The links with how much waits at those of one service, by their paths."""
    return tuple(
        replace(link, waiting=waiting.get(link.path, 0)) if link.service == service else link for link in links
    )


def shelves_of(links: Sequence[Link]) -> tuple[Shelf, ...]:
    """The links as the bar shows them: groups of several open together, everything else stands alone."""
    shelves: list[Shelf] = []
    for name, together in groupby(links, key=lambda link: link.group):
        grouped = tuple(together)
        if name and len(grouped) > 1:
            shelves.append(Shelf(name, grouped))
        else:
            shelves += (Shelf("", (link,)) for link in grouped)
    return tuple(shelves)


def place_of(links: Sequence[Link], service: ServiceName, path: str) -> Link | None:
    """The place to which a page belongs: the nearest above its path."""
    above = [link for link in links if link.service == service and f"{path}/".startswith(f"{link.path}/")]
    return max(above, key=lambda link: len(link.path), default=None)
