"""From an application to the register: everything that applicants, referees and registrars may do at the pages."""

import asyncio
from datetime import timedelta
from uuid import uuid4

import pytest

from shared.events.codes import StaffRole
from shared.events.matching import LetterRequested, TherapistStandingChanged
from tests.component.applications import NEEDED, STATEMENT, Office, a_pdf, path_of, sends
from tests.component.matching import Matching, matching_service, therapist_row
from tests.component.matching_pages import Visitor, session_for

__all__ = ["matching_service"]


async def ticked(office: Office, page: str) -> Visitor:
    """A registrar who has ticked every step of an application."""
    registrar = await office.registrar()
    for step in (*NEEDED, "references", "interview"):
        answer = await sends(registrar, f"{page}/steps", page, {"step": step, "note": f"seen {step}"})
        assert answer.status_code == 303, answer.text
    return registrar


async def test_an_application_with_documents_and_references_ends_in_the_register(matching: Matching) -> None:
    office = Office.of(matching)
    page = await office.completes()
    registrar = await office.registrar()
    assert await office.states() == ["under-review"]
    refused = await sends(registrar, f"{page}/approve", page, {})
    assert refused.status_code == 409
    assert "7 of 7 steps are not ticked yet" in refused.text
    await ticked(office, page)
    answers = await asyncio.gather(*(sends(registrar, f"{page}/approve", page, {}) for _ in range(2)))

    assert sorted(answer.status_code for answer in answers) == [303, 409]
    assert await office.states() == ["approved"]
    assert len(await office.letters("application-decided")) == 1
    assert [event.standing for event in await matching.told(TherapistStandingChanged)] == ["approved"]
    shown = (await registrar.reads(page)).text
    assert "Ticked by Robin Example" in shown
    assert "seen interview" in shown
    found = (await registrar.reads("/therapists?q=ida")).text
    assert "Ida Applegate" in found
    assert "A-1001" in found


async def test_nobody_comes_in_twice_whichever_way(matching: Matching) -> None:
    office = Office.of(matching)
    page = await office.completes(training={"registration_number": "R-0007"})
    registrar = await ticked(office, page)
    await matching.has_therapists(therapist_row(7), therapist_row(8))
    refused = await sends(registrar, f"{page}/approve", page, {})
    assert refused.status_code == 409
    assert "has a therapist with this registration number already" in refused.text

    answers = []
    for number in ("r-00 07", "R-0008"):
        visitor = office.somebody()
        await office.fills_in(visitor, training={"registration_number": number})
        answers.append(await sends(visitor, "/apply/check", "/apply/check", {}))
    sentences = [answer.text.partition("govuk-error-summary__list")[2].partition("</ul>")[0] for answer in answers]

    assert [answer.status_code for answer in answers] == [422, 422]
    assert sentences[0] == sentences[1], "an applicant's number and a therapist's get the same answer"
    assert "We cannot take an application with this registration number here" in sentences[0]
    for known in ("Ada Lovage", "Ida Applegate", "therapist8@"):
        assert known not in answers[1].text.replace('value="Ida Applegate"', "")
    assert len(await office.states()) == 1


async def test_a_place_that_nobody_knows_and_an_own_referee_are_told_at_once(matching: Matching) -> None:
    office, visitor = Office.of(matching), Office.of(matching).somebody()
    await office.fills_in(visitor, referees={"supervisor_email": "IDA@example.org"})
    unknown = await sends(
        visitor, "/apply/section/place", "/apply/section/place",
        {"outward_code": "ZZ9", "radius_km": "9", "online": "no", "step_free_access": "no", "gender": "man",
         "languages": "en"},
    )  # fmt: skip
    own = await sends(visitor, "/apply/check", "/apply/check", {})

    assert (unknown.status_code, own.status_code) == (422, 422)
    assert "We do not know this first half of a postcode" in unknown.text
    assert "This is your own address" in own.text
    assert await office.states() == []


async def test_sending_twice_is_one_application_and_begun_ones_are_wiped(matching: Matching) -> None:
    office = Office.of(matching)
    visitor = office.somebody()
    await office.fills_in(visitor)
    for _ in range(2):
        assert (await sends(visitor, "/apply/check", "/apply", {})).headers["location"] == "/apply/sent"
    other = office.somebody()
    await office.fills_in(other, training={"registration_number": "B-2"})
    await matching.passes(timedelta(hours=13))

    assert await office.states() == ["applied"]
    assert (await other.reads("/apply/check")).headers["location"] == "/apply/ended"
    async with matching.kernel.reading() as db:
        assert await db.fetchval("SELECT count(*) FROM application_draft") == 0


async def test_only_real_documents_are_kept_and_only_for_those_who_may_read_them(matching: Matching) -> None:
    office = Office.of(matching)
    own = await office.applies()
    liar = await office.uploads(own, "insurance", b"MZ a program", "insurance.pdf")
    large = await office.uploads(own, "insurance", a_pdf() + b"0" * (5 * 1024 * 1024))
    far_too_large = await office.uploads(own, "insurance", b"0" * (7 * 1024 * 1024))
    unnamed = await office.uploads(own, "something")
    assert [answer.status_code for answer in (liar, large, far_too_large, unnamed)] == [422, 422, 413, 422]
    assert "not a PDF, JPEG or PNG file, whatever its name says" in liar.text
    assert "at most 5 MB" in large.text
    assert (await office.uploads(own, "insurance", name="../../etc/passwd.exe")).status_code == 303

    visitor, registrar = office.somebody(), await office.registrar()
    path = (await visitor.reads(own)).text.partition(f'href="{own}/documents/')[2].partition('"')[0]
    page = f"/therapists/applications/{await office.application_id()}"
    elsewhere = await office.applies(training={"registration_number": "B-2"})
    for answer in (await visitor.reads(f"{own}/documents/{path}"), await registrar.reads(f"{page}/documents/{path}")):
        assert answer.status_code == 200
        assert answer.headers["content-type"] == "application/pdf"
        assert answer.headers["content-disposition"].startswith('attachment; filename="insurance-')
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["content-security-policy"].startswith("default-src 'none'; sandbox")
        assert answer.headers["cache-control"] == "no-store"
    assert (await visitor.reads(f"{elsewhere}/documents/{path}")).status_code == 404
    assert (await visitor.reads(f"{page}/documents/{path}")).status_code == 303
    async with matching.kernel.reading() as db:
        assert not (await db.fetchval("SELECT content FROM application_document")).startswith(b"%PDF")


async def test_an_applicant_sends_only_so_many_documents_and_takes_back_what_nobody_ticked(matching: Matching) -> None:
    office = Office.of(matching)
    page = await office.completes()
    own = path_of((await office.letters("application-received"))[0])
    registrar = await office.registrar()
    await sends(registrar, f"{page}/steps", page, {"step": "insurance"})
    for _ in range(15):
        assert (await office.uploads(own, "qualification")).status_code == 303
    full = await office.uploads(own, "qualification")
    assert full.status_code == 422
    assert "as many documents of yours as we can keep" in full.text

    async with matching.kernel.reading() as db:
        rows = await db.fetch("SELECT document_id, kind FROM application_document")
    first = {row["kind"]: row["document_id"] for row in rows}
    visitor = office.somebody()
    assert (await sends(visitor, f"{own}/documents/{first['qualification']}/remove", own, {})).status_code == 303
    assert (await sends(visitor, f"{own}/documents/{first['insurance']}/remove", own, {})).status_code == 404


@pytest.mark.parametrize("role", ["coordinator", "finance", "triage", "safeguarding", "admin"])
async def test_applications_are_for_registrars(matching: Matching, role: StaffRole) -> None:
    office = Office.of(matching)
    visitor = Visitor(office.app, await session_for(matching, role))

    for path in ("/therapists/applications", f"/therapists/applications/{uuid4()}"):
        assert (await visitor.reads(path)).status_code == 403


async def test_a_reference_is_given_once_and_its_page_shows_nothing_but_the_name(matching: Matching) -> None:
    office = Office.of(matching)
    await office.applies()
    letters = await office.letters("reference-wanted")
    assert [letter.email for letter in letters] == ["sue@example.org", "percy@example.org"]
    page = (await office.somebody().reads(path_of(letters[0]))).text
    assert "Ida Applegate" in page
    for hidden in ("ida@example.org", "A-1001", "TQ13", "percy", "Percy", "62.50"):
        assert hidden not in page

    assert (await office.vouches(letters[0], competent="")).status_code == 422
    assert (await office.vouches(letters[0])).status_code == 303
    late = await sends(office.somebody(), path_of(letters[0]), "/apply", {**STATEMENT, "words": "Something else."})
    assert late.status_code == 409
    registrar = await office.registrar()
    shown = (await registrar.reads(f"/therapists/applications/{await office.application_id()}")).text
    assert "Careful and warm." in shown
    assert "Something else." not in shown


async def test_a_referee_is_reminded_once_and_somebody_else_is_named_in_the_end(matching: Matching) -> None:
    office = Office.of(matching)
    own = await office.applies()
    first = await office.letters("reference-wanted")
    await matching.passes(timedelta(days=15, hours=1))
    reminded = await office.letters("reference-wanted")
    assert [letter.email for letter in reminded[2:]] == ["sue@example.org", "percy@example.org"]
    assert (await office.vouches(reminded[2])).status_code == 303
    await matching.passes(timedelta(days=15))

    assert len(await office.letters("reference-wanted")) == 4
    assert (await office.letters("documents-wanted"))[-1].email == "ida@example.org"
    assert "Nothing is needed from you" in (await office.somebody().reads(path_of(first[1]))).text
    again = {"role": "professional", "name": "Petra Peer", "email": "sue@example.org"}
    assert (await sends(office.somebody(), f"{own}/referee", own, again)).status_code == 422
    again["email"] = "petra@example.org"
    assert (await sends(office.somebody(), f"{own}/referee", own, again)).status_code == 303
    assert (await office.vouches((await office.letters("reference-wanted"))[-1])).status_code == 303
    assert (await sends(office.somebody(), f"{own}/referee", own, {**again, "role": "supervisor"})).status_code in (
        409,
        422,
    )


async def test_opening_links_changes_nothing_and_taking_back_ends_everything(matching: Matching) -> None:
    office = Office.of(matching)
    own = await office.applies()
    vouching = path_of((await office.letters("reference-wanted"))[0])
    visitor = office.somebody()
    for path in (own, vouching):
        for method in ("GET", "HEAD"):
            assert (await visitor.reads(path, method)).status_code == 200
    assert await office.states() == ["applied"]
    assert (await visitor.reads("/apply/" + "x" * 43)).status_code == 404

    assert (await sends(visitor, f"{own}/withdraw", own, {})).status_code == 422
    assert (await sends(visitor, f"{own}/withdraw", own, {"sure": "true"})).status_code == 303
    assert await office.states() == ["withdrawn"]
    assert "Nothing is needed from you" in (await visitor.reads(vouching)).text
    assert (await office.uploads(own, "insurance")).status_code == 409
    await matching.passes(timedelta(days=184))
    assert (await visitor.reads(own)).status_code == 404
    async with matching.kernel.reading() as db:
        assert await db.fetchval("SELECT count(*) FROM application") == 0
        assert await db.fetchval("SELECT count(*) FROM reference_request") == 0
        assert await db.fetchval("SELECT count(*) FROM subject_key") == 0
        assert await db.fetchval("SELECT count(*) FROM timer") == 0


async def test_an_application_that_stands_still_is_reminded_and_given_up_in_the_end(matching: Matching) -> None:
    office = Office.of(matching)
    await office.applies()
    await matching.passes(timedelta(days=14, hours=1))
    assert len(await office.letters("documents-wanted")) == 1
    registrar = await office.registrar()
    assert "Quiet" in (await registrar.reads("/therapists/applications")).text
    await matching.passes(timedelta(days=85))

    assert await office.states() == ["withdrawn"]
    assert len(await office.letters("application-decided")) == 1


async def test_a_registrar_asks_for_more_and_refuses_with_a_reason(matching: Matching) -> None:
    office = Office.of(matching)
    page = await office.completes()
    registrar = await ticked(office, page)
    assert (await sends(registrar, f"{page}/documents", page, {})).status_code == 422
    assert (await sends(registrar, f"{page}/documents", page, {"kinds": ["insurance", "clearance"]})).status_code == 303
    own = path_of((await office.letters("documents-wanted"))[-1])
    assert "asked for again" in (await office.somebody().reads(own)).text
    assert await office.states() == ["documents-pending"]
    assert (await sends(registrar, f"{page}/approve", page, {})).status_code == 409
    for kind in ("insurance", "clearance"):
        await office.uploads(own, kind)
    assert await office.states() == ["under-review"]

    assert (await sends(registrar, f"{page}/refuse", page, {})).status_code == 422
    assert (await sends(registrar, f"{page}/refuse", page, {"reason": "No <b>supervision</b>."})).status_code == 303
    shown = (await office.somebody().reads(path_of((await office.letters("application-decided"))[0]))).text
    assert "No &lt;b&gt;supervision&lt;/b&gt;." in shown
    again = await sends(registrar, f"{page}/refuse", "/therapists/applications", {"reason": "Again."})
    assert again.status_code == 409


async def test_nothing_personal_is_told_in_clear(matching: Matching) -> None:
    office = Office.of(matching)
    await office.applies()
    told = await matching.told(LetterRequested)

    assert len(told) == 3
    clear = "".join(event.model_copy(update={"sealed": {}}).model_dump_json() for event in told)
    for hidden in ("Ida", "@", "apply/", "references/", "A-1001"):
        assert hidden not in clear


async def test_somebody_who_sends_without_end_has_to_wait(matching: Matching) -> None:
    visitor = Office.of(matching).somebody()
    answers = [(await sends(visitor, "/apply", "/apply", {})).status_code for _ in range(31)]

    assert answers == [303] * 30 + [429]
