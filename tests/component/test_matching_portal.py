"""Signing in to the portal by a link, and whose pages are whose."""

from datetime import timedelta

import pytest
from fastapi.routing import APIRoute

from services.matching.app import SERVICE
from services.matching.handlers import signing_in
from services.matching.handlers.therapists import change_standing
from shared.events.asks import TherapistCard
from shared.events.matching import TherapistSessionClosed, TherapistSessionOpened
from shared.events.sealed import TherapistProfile
from shared.web.cookies import ASKED_COOKIE, KNOWN_COOKIE, STAFF_COOKIE, THERAPIST_COOKIE
from tests.component.matching import Matching, matching_service, therapist_row
from tests.component.matching_pages import Visitor, pages_of, staff_of, visitor_of
from tests.component.portal import ADDRESS, asks, letters, path_of, signs_in, with_a_client

pytestmark = pytest.mark.servers
__all__ = ["matching_service"]


async def test_a_known_and_an_unknown_address_get_the_same_answer_and_only_one_a_letter(matching: Matching) -> None:
    await matching.has_therapists(therapist_row())

    known = await asks(visitor_of(matching), " Therapist1@EXAMPLE.org ")
    unknown = await asks(visitor_of(matching), "nobody@example.org")

    assert (known.status_code, known.headers["location"]) == (unknown.status_code, unknown.headers["location"])
    (letter,) = await letters(matching)
    assert letter.email == ADDRESS


async def test_a_link_works_once_for_a_quarter_of_an_hour_and_only_where_it_was_asked_for(matching: Matching) -> None:
    await matching.has_therapists(therapist_row())
    visitor = visitor_of(matching)
    await asks(visitor)
    path = path_of((await letters(matching))[-1])

    assert (await visitor_of(matching).reads(path)).status_code == 404
    stolen = await visitor_of(matching).sends(path, "/portal/sign-in")
    assert (stolen.status_code, THERAPIST_COOKIE in stolen.cookies) == (404, False)
    for _ in range(2):
        assert (await visitor.reads(path)).status_code == 200
        assert (await visitor.reads(path, "HEAD")).status_code == 200
    same_browser = Visitor(pages_of(matching), dict(visitor.client.cookies))
    assert (await visitor.sends(path, path)).status_code == 303
    for replayed in (visitor, same_browser):
        assert (await replayed.reads(path)).status_code == 404
        again = await replayed.sends(path, "/portal/sign-in")
        assert (again.status_code, THERAPIST_COOKIE in again.cookies) == (404, False)
    token, browser = path.rsplit("/", 1)[1], same_browser.client.cookies[ASKED_COOKIE]
    therapist_id = await matching.therapist_id()
    assert await matching.perform("x", lambda tx: signing_in.sign_in(tx, therapist_id, token, browser)) is None

    late = visitor_of(matching)
    await asks(late)
    path = path_of((await letters(matching))[-1])
    matching.clock.advance(timedelta(minutes=15))
    assert (await late.sends(path, "/portal/sign-in")).status_code == 404


async def test_a_sign_in_is_told_to_funding_ends_when_unused_and_can_be_ended_everywhere(matching: Matching) -> None:
    await matching.has_therapists(therapist_row())
    first = await signs_in(matching)
    (opened,) = await matching.told(TherapistSessionOpened)
    assert matching.opened(opened, "funding", TherapistProfile).display_name == "Ada Lovage"
    second = await signs_in(matching)
    assert (await first.reads("/portal")).status_code == 200
    async with matching.kernel.reading() as db:
        kept = str(await db.fetch("SELECT * FROM therapist_session"))
    assert "Ada" not in kept
    assert str(first.client.cookies[THERAPIST_COOKIE]) not in kept

    assert (await second.sends("/portal/sign-ins/end-all", "/portal/sign-ins")).status_code == 303
    assert (await first.reads("/portal")).status_code == 303
    assert len(await matching.told(TherapistSessionClosed)) == 2

    third = await signs_in(matching)
    matching.clock.advance(timedelta(hours=1, seconds=1))
    assert (await third.reads("/portal")).headers["location"].endswith("/portal/sign-in")


async def test_who_has_left_is_signed_out_and_gets_no_link(matching: Matching) -> None:
    await matching.has_therapists(therapist_row())
    visitor, therapist_id = await signs_in(matching), await matching.therapist_id()

    await matching.perform(
        str(therapist_id), lambda tx: change_standing(tx, therapist_id, "left", actors=frozenset({"registrar"}))
    )

    assert (await visitor.reads("/portal")).status_code == 303
    assert len(await matching.told(TherapistSessionClosed)) == 1
    await asks(visitor_of(matching))
    assert len(await letters(matching)) == 1
    assert await matching.perform("x", lambda tx: signing_in.card_of(tx, therapist_id)) == TherapistCard()


async def test_who_is_suspended_goes_on_with_clients_and_is_offered_nothing(matching: Matching) -> None:
    visitor, client = await with_a_client(matching)
    _, offer_id, _ = await matching.offered()
    therapist_id = await matching.therapist_id()
    async with matching.kernel.reading() as db:
        await db.execute("UPDATE therapist SET standing = 'suspended'")

    assert (await visitor.reads(client)).status_code == 200
    assert (await visitor.reads(f"/portal/offers/{offer_id}")).status_code == 403
    assert "Could you take a client" not in (await visitor.reads("/portal")).text
    assert (await visitor.sends("/portal/profile/places", client, maximum="9", available="9")).status_code == 403
    async with matching.kernel.reading() as db:
        await db.execute("UPDATE therapist SET standing = 'active' WHERE therapist_id = $1", therapist_id)


async def test_strangers_cannot_keep_a_therapist_out(matching: Matching) -> None:
    await matching.has_therapists(therapist_row())
    app = pages_of(matching)
    visitor = await signs_in(matching, Visitor(app))
    stranger = Visitor(app)
    for _ in range(12):
        assert (await asks(stranger)).status_code == 303
    sent = len(await letters(matching))
    assert sent < 8

    assert KNOWN_COOKIE in visitor.client.cookies
    await asks(visitor)
    assert len(await letters(matching)) == sent + 1


async def test_no_page_of_staff_opens_to_a_therapist_nor_the_other_way_round(matching: Matching) -> None:
    visitor, client = await with_a_client(matching)
    staff = await staff_of(matching, "coordinator", "registrar", "triage", "safeguarding", "finance", "admin")
    some_id = client.rsplit("/", 1)[1]
    seen = 0
    for router in SERVICE.routers:
        for route in router.routes:
            if not isinstance(route, APIRoute) or "GET" not in (route.methods or ()):
                continue
            path = route.path
            for name in route.param_convertors:
                path = path.replace(f"{{{name}}}", some_id)
            portal = path.startswith("/portal")
            if path.startswith("/portal/sign-in") and not path.startswith("/portal/sign-ins"):
                continue
            if not portal and not path.startswith(("/matches", "/therapists", "/episodes", "/offers/staff")):
                continue
            answer = await (staff if portal else visitor).reads(path)
            target = answer.headers.get("location", "")
            assert (answer.status_code, "sign-in" in target) == (303, True), path
            seen += 1
    assert seen > 12
    swapped = {STAFF_COOKIE: visitor.client.cookies[THERAPIST_COOKIE]}
    assert (await Visitor(pages_of(matching), swapped).reads("/matches")).status_code == 303
    swapped = {THERAPIST_COOKIE: staff.client.cookies[STAFF_COOKIE]}
    assert (await Visitor(pages_of(matching), swapped).reads("/portal")).status_code == 303


async def test_another_therapists_client_and_offer_are_not_there(matching: Matching) -> None:
    _, client = await with_a_client(matching)
    _, offer_id, _ = await matching.offered()
    await matching.has_therapists(therapist_row(2))
    other = visitor_of(matching)
    await asks(other, "therapist2@example.org")
    path = path_of((await letters(matching))[-1])
    await other.sends(path, path)

    assert (await other.reads("/portal")).status_code == 200
    for page in (client, f"{client}/concern", f"{client}/end", f"/portal/offers/{offer_id}"):
        assert (await other.reads(page)).status_code == 404, page
    for action in ("contact", "contact-made", "sessions", "concern", "end", "give-up", "more", "reviewed"):
        assert (await other.sends(f"{client}/{action}", "/portal/profile")).status_code == 404, action
