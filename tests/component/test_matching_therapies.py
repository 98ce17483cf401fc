"""A therapy in the portal: contact, sessions, a concern, more sessions, corrections, the end; and one's own profile."""

from datetime import timedelta

import pytest

from shared.events.asks import ClientContact, RevealContactToTherapist
from shared.events.matching import (
    ContactMade,
    SessionAttended,
    SessionBooked,
    SessionCancelled,
    SessionConcernRaised,
    SessionMissed,
    TherapyEnded,
    TherapyStarted,
)
from shared.events.sealed import ConcernNote
from tests.component.matching import Matching, matching_service, therapist_row
from tests.component.matching_pages import staff_of
from tests.component.portal import Intake, signs_in, with_a_client

pytestmark = pytest.mark.servers
__all__ = ["matching_service"]


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
