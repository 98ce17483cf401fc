"""The register, the matches and the waiting list: for staff with the right role, with the actions they may take."""

import re
from collections.abc import Iterable, Iterator
from datetime import timedelta
from uuid import uuid4

import pytest
from starlette.routing import BaseRoute

from shared.events.codes import StaffRole
from shared.events.matching import MatchWithdrawn, OfferWithdrawn, TherapistCapacityChanged, TherapistStandingChanged
from tests.component.matching import Matching, matching_service, therapist_row
from tests.component.matching_pages import pages_of, staff_of, visitor_of

__all__ = ["matching_service"]


def leaves(routes: Iterable[BaseRoute]) -> Iterator[BaseRoute]:
    """Every route, also those inside included routers."""
    for route in routes:
        inner = getattr(getattr(route, "original_router", route), "routes", None)
        yield from leaves(inner) if inner else (route,)


async def test_no_unauthenticated_route_shows_a_therapist(matching: Matching) -> None:
    await matching.has_therapists(therapist_row(1, name="Zebedee Quill"))
    referral_id, _, token = await matching.offered()
    match_id = (await matching.proposed_for(referral_id)).match_id
    therapist_id = await matching.therapist_id(1)
    visitor = visitor_of(matching)
    fillers = {"therapist_id": therapist_id, "match_id": match_id, "referral_id": referral_id, "token": token}
    walked = 0

    for route in leaves(pages_of(matching).routes):
        path = re.sub(r"\{(\w+)[^}]*\}", lambda part: str(fillers.get(part[1], "x")), getattr(route, "path", ""))
        for method in sorted(getattr(route, "methods", None) or {"GET"}):
            answer = await visitor.reads(path, method)
            walked += 1
            assert str(therapist_id) not in answer.text, path
            assert not re.search(r"Zebedee|Quill|R-0001|therapist1@|\bTQ13\b", answer.text), path
            if path.startswith(("/therapists", "/matches")) and method == "GET":
                assert answer.status_code == 303, path
                assert answer.headers["location"].startswith("https://notifications.example/sign-in")
    assert walked > 15


@pytest.mark.parametrize(
    ("role", "path", "status"),
    [
        ("registrar", "/therapists", 200),
        ("coordinator", "/therapists", 200),
        ("finance", "/therapists", 403),
        ("triage", "/therapists", 403),
        ("coordinator", "/matches", 200),
        ("registrar", "/matches", 403),
    ],
)
async def test_pages_open_to_their_roles_only(matching: Matching, role: StaffRole, path: str, status: int) -> None:
    assert (await (await staff_of(matching, role)).reads(path)).status_code == status


async def test_the_register_is_searched_by_name_area_and_standing(matching: Matching) -> None:
    await matching.has_therapists(
        therapist_row(1, name="Ada Lovage"), therapist_row(2, name="Basil Thyme", outward_code="AB10")
    )
    registrar = await staff_of(matching, "registrar")

    everyone = (await registrar.reads("/therapists")).text
    assert "Ada Lovage" in everyone
    assert "2 of 2 therapists" in everyone
    by_name = await registrar.sends("/therapists", "/therapists", q="basil")
    assert "Ada Lovage" not in by_name.text
    assert "Basil Thyme" in by_name.text
    assert "basil" not in str(by_name.url)
    assert "Ada Lovage" not in (await registrar.sends("/therapists", "/therapists", q="ab10")).text
    assert "Ada Lovage" in (await registrar.reads("/therapists?q=basil")).text
    assert "Nobody in the register fits" in (await registrar.reads("/therapists?standing=paused")).text
    assert "&lt;i&gt;" in (await registrar.sends("/therapists", "/therapists", q="<i>")).text


async def test_places_are_changed_and_wrong_ones_refused_with_a_sentence(matching: Matching) -> None:
    await matching.has_therapists(therapist_row(1))
    await matching.takes_on()
    registrar = await staff_of(matching, "registrar")
    page = f"/therapists/{await matching.therapist_id(1)}"

    refused = await registrar.sends(f"{page}/places", page, maximum="0", available="0")
    assert refused.status_code == 422
    assert "1 of the places are taken" in refused.text
    words = await registrar.sends(f"{page}/places", page, maximum="many", available="1")
    assert "Enter places in all, from 0 to 200." in words.text

    assert (await registrar.sends(f"{page}/places", page, maximum="5", available="4")).status_code == 303
    assert await matching.places(1) == (5, 4, 1)
    assert (await matching.told(TherapistCapacityChanged))[-1].maximum == 5


async def test_each_person_is_shown_and_allowed_their_own_actions(matching: Matching) -> None:
    await matching.has_therapists(therapist_row(1))
    coordinator, registrar = await staff_of(matching, "coordinator"), await staff_of(matching, "registrar")
    page = f"/therapists/{await matching.therapist_id(1)}"

    assert "Suspend" not in (await coordinator.reads(page)).text
    assert "Suspend" in (await registrar.reads(page)).text
    assert (await coordinator.sends(f"{page}/standing", page, standing="suspended")).status_code == 409
    assert (await coordinator.sends(f"{page}/standing", page, standing="paused")).status_code == 303
    assert (await registrar.sends(f"{page}/standing", page, standing="approved")).status_code == 409
    assert [event.standing for event in await matching.told(TherapistStandingChanged)] == ["active", "paused"]


async def test_a_match_is_explained_with_every_candidate_and_every_rule(matching: Matching) -> None:
    await matching.has_therapists(
        therapist_row(1, name="Ada Lovage"),
        therapist_row(2, name="Basil Thyme", client_groups="survivor"),
        therapist_row(3, name="Cicely Dill", outward_code="EX1"),
    )
    referral_id = await matching.takes_on()
    match = await matching.proposed_for(referral_id)
    page = (await (await staff_of(matching, "coordinator")).reads(f"/matches/{match.match_id}")).text

    for word in ("Ada Lovage", "Basil Thyme", "Cicely Dill", "Client group", "Step-free", "does not hold"):
        assert word in page
    assert "does not work with people worried about their thoughts" in page
    assert "training for work with people worried about their thoughts" in page
    assert "the decision is the same" in page
    assert "Weights version 2" in page


async def test_staff_withdraw_a_match_and_the_next_therapist_is_asked(matching: Matching) -> None:
    await matching.has_therapists(therapist_row(1), therapist_row(2, session_fee=90))
    referral_id, _, _ = await matching.offered()
    match = await matching.proposed_for(referral_id)
    coordinator, page = await staff_of(matching, "coordinator"), f"/matches/{match.match_id}"

    assert (await coordinator.sends(page, page, to="completed")).status_code == 409
    assert (await coordinator.sends(page, page, to="withdrawn")).status_code == 303
    assert (await coordinator.sends(page, page, to="withdrawn")).status_code == 409
    assert "there is nothing to do" in (await coordinator.reads(page)).text

    assert [event.reason for event in await matching.told(OfferWithdrawn)] == ["by-staff"]
    assert await matching.told(MatchWithdrawn) == []
    assert (await matching.proposed_for(referral_id)).therapist_id == await matching.therapist_id(2)


async def test_the_waiting_list_is_shown_by_reason_and_each_place_says_why(matching: Matching) -> None:
    await matching.has_therapists(therapist_row(1, name="Ada Lovage", client_groups="survivor"))
    waiting = await matching.takes_on(priority="urgent")
    await matching.takes_on(consents=("referral",))
    await matching.passes(timedelta(hours=3))
    coordinator = await staff_of(matching, "coordinator")

    page = (await coordinator.reads("/matches")).text
    for word in ("Nobody with the right skills", "has not agreed to sharing", "Urgent", "3 hours"):
        assert word in page
    why = (await coordinator.reads(f"/matches/waiting/{waiting}")).text
    assert "Ada Lovage" in why
    assert "It would take: training" in why
    assert (await coordinator.reads(f"/matches/waiting/{uuid4()}")).status_code == 404


@pytest.mark.parametrize("place", ["/matches", "/therapists"])
async def test_what_is_not_there_is_not_found(matching: Matching, place: str) -> None:
    staff = await staff_of(matching, "coordinator", "registrar")

    assert (await staff.reads(f"{place}/{uuid4()}")).status_code == 404
    assert (await staff.reads(f"{place}/nonsense")).status_code == 422
