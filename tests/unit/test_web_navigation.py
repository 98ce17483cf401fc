"""The bar: every place is a page, groups open together, and a page knows where it belongs."""

import importlib
from uuid import uuid4

import pytest

from shared.events.codes import StaffRole
from shared.kernel.ids import ServiceName, StaffId
from shared.web.navigation import PLACES, Link, Place, Shelf, place_of, places_for, shelves_of, waiting_at
from shared.web.staff import ROLES, Staff


@pytest.mark.parametrize("role", sorted(ROLES))
def test_nobody_is_shown_the_way_to_a_place_twice(role: StaffRole) -> None:
    links = places_for(Staff(StaffId(uuid4()), "Ada Example", frozenset({role})), {})

    assert len(links) == len({link.label for link in links}) == len({(link.service, link.path) for link in links})
    assert links[0].label == "Board"


def test_a_group_opens_together_and_one_alone_stands_alone() -> None:
    def link(label: str, group: str = "") -> Link:
        return Link(label, f"/{label}", "funding", f"/{label}", group)

    board, funds, fees = link("board"), link("funds", "Money"), link("fees", "Money")

    assert shelves_of([board, funds, fees]) == (Shelf("", (board,)), Shelf("Money", (funds, fees)))
    counted = waiting_at([board, funds], "funding", {"/funds": 3})
    assert [one.waiting for one in counted] == [0, 3]
    assert [one.waiting for one in waiting_at([funds], "matching", {"/funds": 3})] == [0]
    assert shelves_of([board, funds]) == (Shelf("", (board,)), Shelf("", (funds,)))


@pytest.mark.parametrize(
    ("service", "path", "place"),
    [
        ("funding", "/funds", "/funds"),
        ("funding", "/funds/x", "/funds"),
        ("funding", "/funds/forecast", "/funds/forecast"),
        ("funding", "/fundsaway", None),
        ("matching", "/funds", None),
    ],
)
def test_a_page_belongs_to_the_nearest_place_above_it(service: ServiceName, path: str, place: str | None) -> None:
    links = [Link(one, one, "funding", one) for one in ("/funds", "/funds/forecast")]

    found = place_of(links, service, path)

    assert (found.path if found else None) == place


@pytest.mark.parametrize("place", PLACES, ids=lambda place: place.label)
def test_every_place_of_the_bar_is_a_page(place: Place) -> None:
    routers = importlib.import_module(f"services.{place.service}.app").SERVICE.routers

    assert place.path in {route.path for router in routers for route in router.routes if "GET" in route.methods}
