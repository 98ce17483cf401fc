"""The registrar's pages of the register: what is shown, who may change what, and that wrong answers get a sentence."""

import csv
import io
import re
from datetime import date, timedelta
from uuid import uuid4

import httpx
import pytest

from services.matching.domain.answering import Answering
from services.matching.store.supervision import log_of
from shared.events.funding import TherapistFeeOverdue
from shared.events.matching import LetterRequested
from shared.events.notifications import LetterGivenUp
from shared.events.sealed import Letter
from shared.kernel.ids import LetterId
from shared.kernel.spreadsheets import harmless
from tests.component.matching import Matching, matching_service, therapist_row
from tests.component.matching_pages import Visitor, staff_of, visitor_of

__all__ = ["matching_service"]

INSURANCE = {
    "kind": "insurance", "issued_on": "2026-01-01", "expires_on": "2026-04-15", "amount": "2000000",
    "reference": "PL-1",
}  # fmt: skip


async def at_the_record(matching: Matching, *roles: str) -> tuple[Visitor, str]:
    """A member of staff, and the address of the first therapist's page."""
    staff = await staff_of(matching, *(roles or ("registrar",)))  # type: ignore[arg-type]
    return staff, f"/therapists/{await matching.therapist_id(1)}"


async def says(visitor: Visitor, page: str, part: str, **answers: str) -> httpx.Response:
    """Send one of the forms of a page."""
    return await visitor.sends(f"{page}/{part}", page, **answers)


async def test_a_credential_is_recorded_shown_and_taken_back(matching: Matching) -> None:
    await matching.has_therapists(therapist_row(1))
    registrar, page = await at_the_record(matching)

    wrong = await says(registrar, page, "credentials", **{**INSURANCE, "amount": "1000000", "issued_on": "2030-01-01"})
    assert wrong.status_code == 422
    assert "This day is in the future" in wrong.text
    assert "At least £2,000,000 of cover are needed." in wrong.text
    assert (await says(registrar, page, "credentials", **INSURANCE)).status_code == 303
    shown = (await registrar.reads(page)).text
    for words in ("Runs out soon", "15 April 2026", "£2,000,000 of cover", "PL-1", "Robin Example"):
        assert words in shown
    (credential,) = set(re.findall(r"/credentials/([0-9a-f-]{36})/withdraw", shown))
    assert (await says(registrar, page, f"credentials/{credential}/withdraw")).status_code == 303
    assert "PL-1" not in (await registrar.reads(page)).text


async def test_only_registrars_change_the_register_and_coordinators_pause(matching: Matching) -> None:
    await matching.has_therapists(therapist_row(1))
    coordinator, page = await at_the_record(matching, "coordinator")

    for part in ("credentials", "fee", "verified", "supervisors", "supervision", "trainings", "support-group"):
        assert (await says(coordinator, page, part)).status_code == 403, part
    assert (await coordinator.reads("/therapists/export.csv")).status_code == 403
    assert (await coordinator.sends("/therapists/trainings", page, title="x")).status_code == 403
    shown = (await coordinator.reads(page)).text
    assert "Record a credential" not in shown
    paused = await says(coordinator, page, "standing", standing="paused", until="2026-03-20", reason="On holiday")
    assert paused.status_code == 303
    again = (await coordinator.reads(page)).text
    for words in ("20 March 2026", "On holiday", "Robin Example"):
        assert words in again


async def test_a_move_that_others_will_ask_about_needs_a_reason(matching: Matching) -> None:
    await matching.has_therapists(therapist_row(1))
    registrar, page = await at_the_record(matching)

    assert "Say why" in (await says(registrar, page, "standing", standing="suspended")).text
    past = await says(registrar, page, "standing", standing="paused", until="2026-03-01")
    assert (past.status_code, "ends on a later day" in past.text) == (422, True)
    moved = await says(registrar, page, "standing", standing="suspended", reason="A complaint is looked into")
    assert moved.status_code == 303
    assert "A complaint is looked into" in (await registrar.reads(page)).text


async def test_fees_to_come_and_the_hold_of_a_fee_owed_are_told_in_words(matching: Matching) -> None:
    await matching.has_therapists(therapist_row(1))
    registrar, page = await at_the_record(matching)

    past = await says(registrar, page, "fee", valid_from="2026-03-01", session_fee="70")
    assert "not in the past" in past.text
    dear = await says(registrar, page, "fee", valid_from="2026-05-01", session_fee="70", concession_fee="70")
    assert "A concession must be lower" in dear.text
    assert (
        await says(registrar, page, "fee", valid_from="2026-05-01", session_fee="70.50", concession_fee="20")
    ).status_code == 303
    await matching.hears(TherapistFeeOverdue(therapist_id=await matching.therapist_id(1)))
    shown = (await registrar.reads(page)).text
    for words in ("£70.50 or £20", "to come", "owes the charity a fee", "no new offers"):
        assert words in shown


async def test_an_entry_is_checked_and_places_become_stale(matching: Matching) -> None:
    await matching.has_therapists(therapist_row(1))
    registrar, page = await at_the_record(matching)

    assert "not yet" in (await registrar.reads(page)).text
    await says(registrar, page, "verified")
    assert "on <time" in (await registrar.reads(page)).text
    matching.clock.advance(timedelta(days=30))
    registrar, page = await at_the_record(matching)
    assert "Stale: said" in (await registrar.reads(page)).text
    assert "stale: said" in (await registrar.reads("/therapists?show=stale")).text


async def test_supervision_counts_once_its_supervisor_has_signed_it_by_the_link(matching: Matching) -> None:
    await matching.has_therapists(therapist_row(1, name="Ada Lovage"))
    registrar, page = await at_the_record(matching)
    own = {"supervisor_name": "Ada", "supervisor_email": "x@example.org", "supervisor_registration": "r-0001"}
    assert "own number" in (await says(registrar, page, "supervisors", **own)).text
    other = {**own, "supervisor_name": "Sue Pervisor", "supervisor_registration": "S-1"}
    assert (await says(registrar, page, "supervisors", **other)).status_code == 303
    (supervisor,) = re.findall(r'<option value="([0-9a-f-]{36})"', (await registrar.reads(page)).text)
    meeting = {"supervisor": supervisor, "held_on": "2026-03-01", "minutes": "60"}
    assert "in the future" in (await says(registrar, page, "supervision", **{**meeting, "held_on": "2026-03-03"})).text
    assert (await says(registrar, page, "supervision", **meeting)).status_code == 303
    sent = (await matching.told(LetterRequested))[-1]
    letter = matching.opened(sent, "notifications", Letter)
    assert (sent.kind, letter.email) == ("supervision-to-sign", "x@example.org")
    link = f"/supervision/{str(letter.link).rsplit('/', 1)[1]}"

    somebody = visitor_of(matching)
    for method in ("GET", "HEAD"):
        assert (await somebody.reads(link, method)).status_code == 200
    asked = (await somebody.reads(link)).text
    assert "A. L." in asked
    assert "Lovage" not in asked
    async with matching.kernel.reading() as db:
        assert [one.state for one in await log_of(db, await matching.therapist_id(1))] == ["to-sign"]
    token = asked.partition('name="csrf_token" value="')[2].partition('"')[0]
    assert (await somebody.client.post(f"{link}/sign", data={"csrf_token": token})).status_code == 303
    used = await somebody.client.post(f"{link}/refuse", data={"csrf_token": token})
    assert (used.status_code, "has been used" in used.text, "A. L." in used.text) == (409, True, False)

    assert "has been signed already" in (await says(registrar, page, "supervision", **meeting)).text
    shown = (await registrar.reads(page)).text
    assert "Mar 2026 60 min" in shown
    assert "14 May 2026" in shown
    assert (await somebody.reads("/supervision/nonsense")).status_code == 404


async def test_a_month_without_supervision_warns_and_then_lapses(matching: Matching) -> None:
    await test_supervision_counts_once_its_supervisor_has_signed_it_by_the_link(matching)
    registrar, page = await at_the_record(matching)

    await matching.passes(timedelta(days=(date(2026, 5, 15) - date(2026, 3, 2)).days))
    registrar, page = await at_the_record(matching)

    kinds = [event.kind for event in await matching.told(LetterRequested) if event.kind.startswith("credential")]
    assert kinds == ["credential-warning", "credential-warning", "credential-lapsed"]
    assert "Specialist supervision ran out on 14 May 2026." in (await registrar.reads(page)).text


async def test_trainings_and_the_support_group_are_on_the_record(matching: Matching) -> None:
    await matching.has_therapists(therapist_row(1))
    registrar, page = await at_the_record(matching)
    new = {"title": "Working with risk", "held_on": "2026-02-01", "days": "2"}
    assert (await registrar.sends("/therapists/trainings", "/therapists/trainings", **new)).status_code == 303
    assert "already" in (await registrar.sends("/therapists/trainings", "/therapists/trainings", **new)).text
    (training,) = re.findall(r'<option value="([0-9a-f-]{36})"', (await registrar.reads(page)).text)

    assert "had 2 days" in (await says(registrar, page, "trainings", training=training, days="3")).text
    assert (await says(registrar, page, "trainings", training=training, days="2")).status_code == 303
    assert (await says(registrar, page, "support-group", since="2026-01-05")).status_code == 303
    shown = (await registrar.reads(page)).text
    for words in ("Working with risk", "2 of 2 days", "5 January 2026"):
        assert words in shown


async def test_the_list_points_at_what_needs_attention(matching: Matching) -> None:
    await matching.has_therapists(
        therapist_row(1, name="Ada Lovage"), therapist_row(2, name="Basil Thyme", radius_km=1)
    )
    registrar, page = await at_the_record(matching)
    await matching.offered()
    await says(registrar, page, "credentials", **INSURANCE)

    soon = (await registrar.reads("/therapists?show=running-out")).text
    assert "Ada Lovage" in soon
    assert "Basil Thyme" not in soon
    assert "Insurance until" in soon
    await matching.passes(timedelta(days=45))
    registrar, page = await at_the_record(matching)
    lapsed = (await registrar.reads("/therapists?show=lapsed-with-cases")).text
    assert ("Ada Lovage" in lapsed) == ("is open" in (await registrar.reads(page)).text)


async def test_the_list_is_exported_so_that_no_cell_runs(matching: Matching) -> None:
    await matching.has_therapists(therapist_row(1, name="Ada Lovage"))
    registrar, _ = await at_the_record(matching)

    answer = await registrar.reads("/therapists/export.csv")

    rows = list(csv.DictReader(io.StringIO(answer.text.removeprefix("\ufeff"))))
    assert [row["Name"] for row in rows] == ["Ada Lovage"]
    assert rows[0]["Insurance"] == "not-verified"
    assert "attachment" in answer.headers["content-disposition"]


@pytest.mark.parametrize(
    ("cell", "written"),
    [
        ("=1+1", "'=1+1"),
        ("+44", "'+44"),
        ("-1", "'-1"),
        ("@x", "'@x"),
        (" =1", "' =1"),
        ("\t=1", "'\t=1"),
        ("Ada", "Ada"),
    ],
)
def test_a_cell_that_could_run_is_written_as_text(cell: str, written: str) -> None:
    assert harmless(cell) == written


@pytest.mark.parametrize(
    ("accepted", "declined", "unanswered", "words"),
    [(0, 0, 0, "never asked"), (6, 3, 0, "3 of 9, too few to judge"), (6, 3, 1, "30 % of 10")],
)
def test_a_rate_is_said_only_where_there_is_enough(accepted: int, declined: int, unanswered: int, words: str) -> None:
    assert Answering(accepted, declined, unanswered).words == words


async def test_a_therapist_whom_no_letter_reaches_is_shown_as_such(matching: Matching) -> None:
    await matching.has_therapists(therapist_row(1))
    therapist = await matching.therapist_id(1)
    desk = await staff_of(matching, "registrar")
    assert "could not be delivered" not in (await desk.reads(f"/therapists/{therapist}")).text

    await matching.hears(LetterGivenUp(subject_id=therapist, letter_id=LetterId(uuid4()), kind="credential-warning"))

    assert "could not be delivered" in (await desk.reads(f"/therapists/{therapist}")).text
    await matching.passes(timedelta(days=61))
    assert "could not be delivered" not in (await desk.reads(f"/therapists/{therapist}")).text
