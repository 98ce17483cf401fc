"""The staff's pages: open only to the right role, masked until a reason is given, and kind to whoever was too late."""

from collections.abc import AsyncIterator, Callable

import pytest

from services.intake.store.access import looks_at
from shared.events.codes import StaffRole
from shared.events.intake import ReferralClosed, ReferralTriaged, SafeguardingConcernClosed, SafeguardingConcernRaised
from tests.component.intake import ANNA, BERTA, Browser, Intake, a_contact, a_submission, hidden, signed_in
from tests.databases import ServiceDatabase

pytestmark = pytest.mark.servers


@pytest.fixture
async def intake(database_for: Callable[[str], ServiceDatabase]) -> AsyncIterator[Intake]:
    service = await Intake.open(database_for("intake"))
    yield service
    await service.stop()


@pytest.fixture
async def anna(intake: Intake) -> AsyncIterator[Browser]:
    async with intake.browser() as opened:
        await signed_in(intake, opened, ANNA, "triage", "safeguarding")
        yield opened


@pytest.fixture
async def berta(intake: Intake) -> AsyncIterator[Browser]:
    async with intake.browser() as opened:
        await signed_in(intake, opened, BERTA, "triage", "safeguarding")
        yield opened


@pytest.mark.parametrize(
    ("address", "role", "status"),
    [
        ("/triage", "triage", 200),
        ("/triage", "coordinator", 200),
        ("/triage", "safeguarding", 200),
        ("/triage", "finance", 403),
        ("/triage", "registrar", 403),
        ("/triage", "admin", 403),
        ("/safeguarding", "safeguarding", 200),
        ("/safeguarding", "triage", 403),
        ("/safeguarding", "coordinator", 403),
        ("/safeguarding", "admin", 403),
    ],
)
async def test_each_page_opens_for_its_roles_only(intake: Intake, address: str, role: StaffRole, status: int) -> None:
    async with intake.browser() as browser:
        await signed_in(intake, browser, ANNA, role)
        assert (await browser.get(address)).status_code == status


async def test_nobody_decides_without_the_role(intake: Intake) -> None:
    referral = await intake.receives(a_submission(words="Please read this."))
    async with intake.browser() as browser:
        await signed_in(intake, browser, ANNA, "safeguarding")
        page = f"/triage/{referral.referral_id}"
        sent = await browser.form(
            f"{page}/decide", page, version=str(referral.version), outcome="suitable", priority="routine"
        )

    assert sent.status_code == 403
    assert await intake.told(ReferralTriaged) == []


async def test_a_stranger_is_sent_to_sign_in(intake: Intake) -> None:
    async with intake.browser() as browser:
        answer = await browser.get("/triage", follow_redirects=False)

    assert answer.status_code == 303
    assert answer.headers["location"].startswith("https://notifications.example/sign-in")


async def test_the_queue_says_why_and_never_who(intake: Intake, anna: Browser) -> None:
    await intake.receives(a_submission(words="zebra words", contact=a_contact(name="Zebra")))
    shown = await anna.get("/triage")

    assert "They wrote a few words that nobody has read yet." in shown.text
    assert "zebra" not in shown.text.lower()


async def test_a_contact_is_masked_until_a_reason_is_given_and_hidden_again(intake: Intake, anna: Browser) -> None:
    referral = await intake.receives(a_submission(words="Please read this."))
    page = f"/triage/{referral.referral_id}"
    assert "robin@example.org" not in (await anna.get(page)).text

    refused = await anna.form(f"{page}/reveal", page, reveal_reason="")
    assert "robin@example.org" not in refused.text
    shown = await anna.form(f"{page}/reveal", page, reveal_reason="To answer them")
    assert "robin@example.org" in shown.text
    assert shown.headers["refresh"] == f"60; url={page}"
    async with intake.kernel.reading() as db:
        looks = await looks_at(db, intake.kernel.keys, referral.referral_id)
    assert [look.reason for look in looks if look.what == "contact"] == ["To answer them"]
    assert {look.looked_by for look in looks} == {f"staff:{ANNA}"}


async def test_a_decision_from_the_page(intake: Intake, anna: Browser) -> None:
    referral = await intake.receives(a_submission(words="Please read this."))
    page = f"/triage/{referral.referral_id}"
    fields = {"version": str(referral.version), "outcome": "suitable", "priority": "urgent"}

    refused = await anna.form(f"{page}/decide", page, **fields)
    assert refused.status_code == 422
    assert "Say why the priority differs" in refused.text
    await anna.form(f"{page}/decide", page, **fields, reason="Court is next week.")
    assert [event.priority for event in await intake.told(ReferralTriaged)] == ["urgent"]


async def test_whoever_was_too_late_is_told_kindly_and_sees_what_happened(
    intake: Intake, anna: Browser, berta: Browser
) -> None:
    referral = await intake.receives(a_submission(words="Please read this."))
    page = f"/triage/{referral.referral_id}"
    version = str(referral.version)
    late = hidden((await berta.get(page)).text, "csrf_token")
    await anna.form(f"{page}/decide", page, version=version, outcome="suitable", priority="routine")

    told = await berta.post(
        f"{page}/decide",
        data={"csrf_token": late, "version": version, "outcome": "not-ready", "priority": "routine"},
    )
    assert told.status_code == 409
    assert "Somebody else was a moment quicker" in told.text
    assert "by a colleague" in told.text
    assert len(await intake.told(ReferralTriaged)) == 1


async def test_closing_needs_both_levels(intake: Intake, anna: Browser) -> None:
    referral = await intake.receives(a_submission(words="Please read this."))
    page = f"/triage/{referral.referral_id}"
    for wrong in ("", "therapist/no-answer", "therapist/completed"):
        refused = await anna.form(f"{page}/close", page, version=str(referral.version), closing=wrong)
        assert refused.status_code in (409, 422)
    assert await intake.told(ReferralClosed) == []
    await anna.form(f"{page}/close", page, version=str(referral.version), closing="client/no-answer")

    [closed] = await intake.told(ReferralClosed)
    assert (closed.ended_by, closed.reason) == ("client", "no-answer")


async def test_a_concern_is_taken_through_to_its_end_by_two(intake: Intake, anna: Browser, berta: Browser) -> None:
    referral = await intake.receives(a_submission(danger="yes"))
    page = f"/safeguarding/{(await intake.concern(referral)).concern_id}"
    assert "left" in (await anna.get("/safeguarding")).text

    await anna.form(f"{page}/acknowledge", page)
    missing = await anna.form(f"{page}/decide", page, disclosure="told", note="At risk now.")
    assert "Say whom you told." in missing.text
    await anna.form(
        f"{page}/decide", page, disclosure="told", note="At risk now.", told_body="Police, 123",
        told_at="2026-03-02T09:30",
    )  # fmt: skip
    await anna.form(f"{page}/propose", page)
    token = hidden((await anna.get(page)).text, "csrf_token")
    alone = await anna.post(f"{page}/confirm", data={"csrf_token": token})
    assert alone.status_code == 409
    assert "A second person must confirm this" in alone.text
    await berta.form(f"{page}/confirm", page)

    assert len(await intake.told(SafeguardingConcernClosed)) == 1
    assert "Police, 123" in (await anna.get(page)).text
    assert "No concern is open." in (await anna.get("/safeguarding")).text


async def test_staff_raise_a_concern_and_write_to_the_client(intake: Intake, anna: Browser) -> None:
    referral = await intake.receives(a_submission(words="Please read this."))
    page = f"/triage/{referral.referral_id}"
    await anna.form(f"{page}/concern", page)
    shown = await anna.form(f"{page}/message", page, text="May we call you?")

    assert len(await intake.told(SafeguardingConcernRaised)) == 1
    assert "May we call you?" in shown.text


async def test_a_referral_that_is_not_there(anna: Browser) -> None:
    assert (await anna.get("/triage/00000000-0000-7000-8000-000000000000")).status_code == 404
