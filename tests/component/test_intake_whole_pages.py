"""Requests on one page: staff on the phone, and professionals without an account, who see the status only."""

import asyncio
import re
from collections.abc import AsyncIterator, Callable

import pytest

from services.intake.store import vault
from shared.events.intake import ReferralReceived, ReferralTriaged
from shared.events.sealed import NeedProfile
from tests.component.intake import ANNA, BERTA, Browser, Intake, hidden, signed_in
from tests.databases import ServiceDatabase

pytestmark = pytest.mark.servers

Fields = dict[str, str | list[str]]
ASKED: Fields = {
    "client_group": "images",
    "age_band": "26-64",
    "danger": "no",
    "legal_stage": "bail",
    "channel": "phone",
    "phone": "07700 900123",
    "may_leave_message": "no",
    "safe_hours": "evening",
    "name": "Robin Zebra",
    "where": "near",
    "outward": "tq13 7hd",
    "setting": "either",
    "therapist_gender": "no-preference",
    "language": "en",
    "means": "cannot-pay",
    "purposes": ["referral", "sharing", "subsidy"],
}
REFERRER: Fields = {
    "referrer_name": "Dr Quagga",
    "referrer_organisation": "Example Surgery",
    "source": "gp",
    "referrer_email": "surgery@example.org",
    "consent_statement": "Discussed in the surgery; they agreed.",
}
FORM = "/referral/professionals/form"


@pytest.fixture
async def intake(database_for: Callable[[str], ServiceDatabase]) -> AsyncIterator[Intake]:
    service = await Intake.open(database_for("intake"))
    yield service
    await service.stop()


@pytest.fixture
async def anna(intake: Intake) -> AsyncIterator[Browser]:
    async with intake.browser() as opened:
        await signed_in(intake, opened, ANNA, "triage")
        yield opened


async def called(anna: Browser, **changes: str | list[str]) -> str:
    """Take a call; gives the address of the page with the code."""
    call_id = hidden((await anna.get("/calls")).text, "call_id")
    fields = {name: value for name, value in {**ASKED, "asker": "client", **changes}.items() if value}
    taken = await anna.form("/calls", None, call_id=call_id, **fields)
    assert taken.status_code == 200, re.findall(r'error-message">(.*?)</p>', taken.text, re.DOTALL)
    return taken.url.path


async def referred(browser: Browser, **changes: str | list[str]) -> str:
    """Refer somebody; gives the receipt."""
    await browser.form("/referral/professionals")
    shown = await browser.form(FORM, None, **{**ASKED, **REFERRER, **changes})
    assert shown.url.path == "/referral/done", re.findall(r'error-message">(.*?)</p>', shown.text, re.DOTALL)
    return receipt_on(shown.text)


def receipt_on(html: str) -> str:
    return re.sub(r"\D", "", html.split('id="receipt">')[1].split("<", maxsplit=1)[0])


async def tokens(intake: Intake) -> set[str]:
    """What the newest referral is known by."""
    newest = (await intake.told(ReferralTriaged))[-1]
    profile = intake.opened(newest, "matching", NeedProfile)
    return {token.partition(":")[2].partition(":")[0] for token in profile.conflict_tokens}


async def test_a_call_becomes_the_same_record_and_says_who_typed_it(intake: Intake, anna: Browser) -> None:
    address = await called(anna)
    receipt = receipt_on((await anna.get(address)).text)

    [received] = await intake.told(ReferralReceived)
    assert (received.channel, received.source) == ("phone", "self")
    assert (await intake.referral(received.referral_id)).received_by == f"staff:{ANNA}"
    async with intake.browser() as caller:
        assert "We are looking for somebody for you" in (await caller.form("/return", receipt=receipt)).text


async def test_a_call_sent_twice_is_one_request(intake: Intake, anna: Browser) -> None:
    opened = (await anna.get("/calls")).text
    fields = {
        **ASKED,
        "asker": "client",
        "call_id": hidden(opened, "call_id"),
        "csrf_token": hidden(opened, "csrf_token"),
    }
    answers = await asyncio.gather(*(anna.post("/calls", data=fields) for _ in range(3)))

    assert len({receipt_on(answer.text) for answer in answers}) == 1
    assert len(await intake.told(ReferralReceived)) == 1


async def test_the_code_is_shown_to_nobody_else(intake: Intake, anna: Browser) -> None:
    address = await called(anna)
    async with intake.browser() as berta:
        await signed_in(intake, berta, BERTA, "triage")
        assert (await berta.get(address)).status_code == 404


async def test_finance_takes_no_calls(intake: Intake) -> None:
    async with intake.browser() as browser:
        await signed_in(intake, browser, ANNA, "finance")
        assert (await browser.get("/calls")).status_code == 403


async def test_a_caller_who_names_somebody_shares_a_code_with_them(intake: Intake, anna: Browser) -> None:
    stranger: Fields = {"channel": "email", "email": "stranger@example.org", "name": "Sam Other"}
    await called(anna, **{**stranger, "person_name": "ZEBRA, Rob\u00edn", "shared_file": "CRN 12345"})
    caller = await tokens(intake)
    await called(anna)
    named = await tokens(intake)
    await called(anna, **{**stranger, "email": "third@example.org", "name": "Lee Third", "person_name": "Jo Second"})
    nobody = await tokens(intake)

    assert caller & named
    assert not nobody & named
    assert not nobody & caller


async def test_a_professional_refers_without_an_account_and_sees_the_status_only(intake: Intake) -> None:
    async with intake.browser() as browser:
        receipt = await referred(browser, person_name="Jo Second")

    [received] = await intake.told(ReferralReceived)
    assert (received.channel, received.source) == ("web", "gp")
    async with intake.kernel.reading() as db:
        kept = await vault.kept_of(db, intake.kernel.keys, received.referral_id)
    assert kept.referrer is not None
    assert (kept.referrer.organisation, kept.referrer.email) == ("Example Surgery", "surgery@example.org")
    assert "Second" not in str(kept)
    async with intake.browser() as browser:
        shown = await browser.form("/return", receipt=receipt)
        assert "We are looking for somebody" in shown.text
        for secret in ("Zebra", "Quagga", "TQ13", "900123", "Messages", "agree", "bail"):
            assert secret not in shown.text, secret
        token = hidden(shown.text, "csrf_token")
        await browser.post("/return/close", data={"csrf_token": token})
        await browser.post("/return/agreement", data={"csrf_token": token})
    assert (await intake.referral(received.referral_id)).state == "suitable"


async def test_a_referral_sent_twice_is_one(intake: Intake) -> None:
    async with intake.browser() as browser:
        await browser.form("/referral/professionals")
        token = hidden((await browser.get(FORM)).text, "csrf_token")
        fields = {**ASKED, **REFERRER, "csrf_token": token}
        answers = await asyncio.gather(*(browser.post(FORM, data=fields) for _ in range(3)))

    assert len({receipt_on(answer.text) for answer in answers}) == 1
    assert len(await intake.told(ReferralReceived)) == 1


@pytest.mark.parametrize(
    ("field", "sentence"),
    [
        ("consent_statement", "Say in a sentence when and how the person agreed"),
        ("referrer_email", "Enter their e-mail address."),
        ("purposes", "Tick the first one"),
    ],
)
async def test_nobody_is_referred_without_consent_and_a_referrer(intake: Intake, field: str, sentence: str) -> None:
    async with intake.browser() as browser:
        await browser.form("/referral/professionals")
        fields = {name: value for name, value in {**ASKED, **REFERRER}.items() if name != field}
        shown = await browser.form(FORM, None, asker="client", **fields)

    assert shown.status_code == 422
    assert sentence in shown.text
    assert await intake.counted("referral") == 0
