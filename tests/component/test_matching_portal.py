"""The portal from outside: signing in by a link, whose pages are whose, and a therapy from acceptance to its end."""

from datetime import timedelta
from typing import Any

import httpx
import pytest
from fastapi.routing import APIRoute

from services.matching.app import SERVICE
from services.matching.handlers import signing_in
from services.matching.handlers.therapists import change_standing
from shared.events.asks import ClientContact, RevealContactToTherapist, TherapistCard
from shared.events.matching import (
    ContactMade,
    LetterRequested,
    SessionAttended,
    SessionBooked,
    SessionCancelled,
    SessionConcernRaised,
    SessionMissed,
    TherapistSessionClosed,
    TherapistSessionOpened,
    TherapyEnded,
    TherapyStarted,
)
from shared.events.sealed import ConcernNote, Letter, TherapistProfile
from shared.web.cookies import KNOWN_COOKIE, STAFF_COOKIE, THERAPIST_COOKIE
from tests.component.matching import Matching, matching_service, therapist_row
from tests.component.matching_pages import Visitor, pages_of, staff_of, visitor_of

pytestmark = pytest.mark.servers
__all__ = ["matching_service"]

ADDRESS = "therapist1@example.org"


async def letters(matching: Matching) -> list[Letter]:
    """The links sent so far."""
    wanted = [event for event in await matching.told(LetterRequested) if event.kind == "sign-in"]
    return [matching.opened(event, "notifications", Letter) for event in wanted]


async def asks(visitor: Visitor, email: str = ADDRESS) -> httpx.Response:
    return await visitor.sends("/portal/sign-in", "/portal/sign-in", email=email)


def path_of(letter: Letter) -> str:
    return "/portal/sign-in/" + str(letter.link).rsplit("/", 1)[1]


async def signs_in(matching: Matching, visitor: Visitor | None = None) -> Visitor:
    """The therapist, in the portal."""
    visitor = visitor or visitor_of(matching)
    await asks(visitor)
    path = path_of((await letters(matching))[-1])
    answer = await visitor.sends(path, path)
    assert (answer.status_code, answer.headers["location"]) == (303, "/portal")
    return visitor


async def with_a_client(matching: Matching) -> tuple[Visitor, str]:
    """A signed-in therapist who has accepted a client, and the address of that client's page."""
    await matching.has_therapists(therapist_row())
    _, offer_id, _ = await matching.offered()
    visitor = await signs_in(matching)
    accepted = await visitor.sends(f"/portal/offers/{offer_id}/accept", f"/portal/offers/{offer_id}")
    shown = await visitor.reads(accepted.headers["location"])
    return visitor, shown.headers["location"]


class Intake:
    """Stands for intake, which knows who the client is."""

    def __init__(self, answer: ClientContact) -> None:
        self.answer = answer
        self.questions: list[Any] = []

    async def ask(self, _service: str, question: Any, _answer: Any, *, deadline: float) -> Any:  # noqa: ARG002
        self.questions.append(question)
        return self.answer


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
    assert (await visitor.sends(path, path)).status_code == 303
    assert (await visitor.reads(path)).status_code == 404

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


async def test_the_contact_is_shown_for_a_minute_to_the_one_who_accepted_and_signed_in(matching: Matching) -> None:
    visitor, client = await with_a_client(matching)
    intake = matching.kernel.asker = Intake(ClientContact(name="Robin", channel="email", email="robin@example.org"))
    assert "robin" not in (await visitor.reads(client)).text

    shown = await visitor.sends(f"{client}/contact", client)

    assert "robin@example.org" in shown.text
    assert shown.headers["refresh"].startswith("60;")
    assert shown.headers["cache-control"] == "no-store"
    (question,) = intake.questions
    assert isinstance(question, RevealContactToTherapist)
    assert question.therapist_id == await matching.therapist_id()
    other = await staff_of(matching, "coordinator")
    assert (await other.sends(f"{client}/contact", "/portal/sign-in")).status_code == 303

    matching.kernel.asker = Intake(ClientContact(refusal="consent-missing"))
    assert "no longer agrees" in (await visitor.sends(f"{client}/contact", client)).text


async def test_a_therapy_goes_from_contact_to_its_end(matching: Matching) -> None:
    visitor, client = await with_a_client(matching)
    for _ in range(2):
        await visitor.sends(f"{client}/contact-made", client)
    assert len(await matching.told(ContactMade)) == 1

    booked = await visitor.sends(f"{client}/sessions", client, day="2026-03-05", clock="14:00")
    assert booked.status_code == 303
    (session,) = await matching.told(SessionBooked)
    path = f"{client}/sessions/{session.session_id}"
    early = await visitor.sends(path, client, result="attended")
    assert early.status_code == 422
    assert "has not begun" in early.text
    moved = await visitor.sends(f"{path}/move", client, day="2026-03-04", clock="10:30")
    assert moved.status_code == 303
    second = (await matching.told(SessionBooked))[-1]
    assert second.replaces == session.session_id

    matching.clock.advance(timedelta(days=3))
    visitor = await signs_in(matching)
    path = f"{client}/sessions/{second.session_id}"
    assert (await visitor.sends(path, client, result="attended-late")).status_code == 303
    assert (await visitor.sends(path, client, result="attended-late")).status_code == 409
    (attended,) = await matching.told(SessionAttended)
    assert (attended.number, attended.late, str(attended.held_on)) == (1, True, "2026-03-04")
    assert len(await matching.told(TherapyStarted)) == 1
    told = await matching.told_types()
    assert told.index("TherapyStarted") < told.index("SessionAttended")

    concern = await visitor.sends(f"{client}/concern", f"{client}/concern", what="A child may be alone with them.")
    assert concern.status_code == 303
    (raised,) = await matching.told(SessionConcernRaised)
    assert matching.opened(raised, "intake", ConcernNote).words == "A child may be alone with them."

    await visitor.sends(f"{client}/sessions", client, day="2026-03-20", clock="14:00")
    ended = await visitor.sends(
        f"{client}/end", f"{client}/end", outcome="completed", report="It went well, and they know what to do."
    )
    assert ended.status_code == 303
    assert [event.outcome for event in await matching.told(TherapyEnded)] == ["completed"]
    assert [event.by for event in await matching.told(SessionCancelled)] == ["therapist"]
    assert (await matching.places())[1:] == (3, 0)
    async with matching.kernel.reading() as db:
        stored = str(await db.fetch("SELECT * FROM episode"))
    assert "went well" not in stored
    staff = await staff_of(matching, "coordinator")
    match_id = client.rsplit("/", 1)[1]
    assert "It went well" in (await staff.reads(f"/episodes/{match_id}")).text


async def test_more_sessions_than_planned_are_asked_for_and_staff_decide(matching: Matching) -> None:
    visitor, client = await with_a_client(matching)
    match_id = client.rsplit("/", 1)[1]
    staff = await staff_of(matching, "coordinator")
    await staff.sends(f"/episodes/{match_id}/planned", f"/episodes/{match_id}", planned="1")
    await visitor.sends(f"{client}/sessions", client, day="2026-03-01", clock="14:00")
    refused = await visitor.sends(f"{client}/sessions", client, day="2026-03-09", clock="14:00")
    assert refused.status_code == 422
    assert "All 1 planned sessions are booked or used" in refused.text

    (session,) = await matching.told(SessionBooked)
    await visitor.sends(f"{client}/sessions/{session.session_id}", client, result="attended")
    await visitor.sends(f"{client}/more", client, reason="They have only begun to speak.")
    assert match_id in (await staff.reads("/episodes?show=wants-more")).text
    assert "only begun to speak" in (await staff.reads(f"/episodes/{match_id}")).text
    await staff.sends(f"/episodes/{match_id}/planned", f"/episodes/{match_id}", planned="4")
    assert match_id not in (await staff.reads("/episodes?show=wants-more")).text
    again = await visitor.sends(f"{client}/sessions", client, day="2026-03-09", clock="14:00")
    assert again.status_code == 303


async def test_staff_put_a_session_right_with_a_reason_that_is_kept(matching: Matching) -> None:
    visitor, client = await with_a_client(matching)
    match_id = client.rsplit("/", 1)[1]
    await visitor.sends(f"{client}/sessions", client, day="2026-03-01", clock="14:00")
    (session,) = await matching.told(SessionBooked)
    await visitor.sends(f"{client}/sessions/{session.session_id}", client, result="attended")
    staff = await staff_of(matching, "coordinator")
    page, path = f"/episodes/{match_id}", f"/episodes/{match_id}/sessions/{session.session_id}"

    assert (await staff.sends(path, page, result="did-not-attend", reason="?")).status_code == 422
    assert (await staff.sends(path, page, result="did-not-attend", reason="The therapist rang us")).status_code == 303

    assert len(await matching.told(SessionMissed)) == 1
    assert "The therapist rang us" in (await staff.reads(page)).text
    async with matching.kernel.reading() as db:
        assert b"rang us" not in await db.fetchval("SELECT reason FROM session_correction")


async def test_a_first_session_that_staff_put_right_begins_the_therapy(matching: Matching) -> None:
    visitor, client = await with_a_client(matching)
    match_id = client.rsplit("/", 1)[1]
    await visitor.sends(f"{client}/sessions", client, day="2026-03-01", clock="14:00")
    (session,) = await matching.told(SessionBooked)
    await visitor.sends(f"{client}/sessions/{session.session_id}", client, result="did-not-attend")
    staff = await staff_of(matching, "coordinator")
    page, path = f"/episodes/{match_id}", f"/episodes/{match_id}/sessions/{session.session_id}"

    await staff.sends(path, page, result="attended", reason="They were there, the client says")

    assert [event.number for event in await matching.told(SessionAttended)] == [1]
    assert len(await matching.told(TherapyStarted)) == 1


async def test_a_client_given_back_before_therapy_goes_to_somebody_else_with_nothing_left_booked(
    matching: Matching,
) -> None:
    visitor, client = await with_a_client(matching)
    await visitor.sends(f"{client}/sessions", client, day="2026-03-05", clock="14:00")

    assert (await visitor.sends(f"{client}/give-up", client, reason="full")).status_code == 303

    assert len(await matching.told(SessionCancelled)) == 1
    assert (await visitor.reads(client)).status_code == 404


async def test_a_clock_that_does_not_exist_is_explained(matching: Matching) -> None:
    visitor, client = await with_a_client(matching)

    answer = await visitor.sends(f"{client}/sessions", client, day="2026-03-29", clock="01:30")

    assert answer.status_code == 422
    assert "the clocks go forward" in answer.text


async def test_a_therapist_changes_places_pauses_and_comes_back(matching: Matching) -> None:
    await matching.has_therapists(therapist_row())
    visitor = await signs_in(matching)

    assert (
        await visitor.sends("/portal/profile/places", "/portal/profile", maximum="5", available="2")
    ).status_code == 303
    assert await matching.places() == (5, 2, 0)
    refused = await visitor.sends("/portal/profile/places", "/portal/profile", maximum="1", available="2")
    assert refused.status_code == 422
    assert (await visitor.sends("/portal/profile/pause", "/portal/profile", until="2026-03-09")).status_code == 303
    assert "Nothing new is sent" in (await visitor.reads("/portal/profile")).text
    assert (await visitor.sends("/portal/profile/back", "/portal/profile")).status_code == 303
    assert (
        await visitor.sends("/portal/profile/fee", "/portal/profile", session_fee="62.50", valid_from="2026-04-01")
    ).status_code == 303
    assert "62.50" in (await visitor.reads("/portal/profile")).text
