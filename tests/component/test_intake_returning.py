"""Coming back with a receipt shows how things stand, and never what was written; a guess learns nothing."""

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import timedelta

import pytest

from shared.events.intake import ConsentWithdrawn, MessageLeft, ReferralClosed
from tests.component.intake import ANNA, Intake, a_setting, hidden, sent, signed_in
from tests.databases import ServiceDatabase

pytestmark = pytest.mark.servers

SECRETS = ("zebra-words-9911", "zebra-name", "zebra@example.org", "TQ13", "13 to 17", "Something that was done to me")


@pytest.fixture
async def intake(database_for: Callable[[str], ServiceDatabase]) -> AsyncIterator[Intake]:
    service = await Intake.open(database_for("intake"))
    yield service
    await service.stop()


async def request_of(intake: Intake) -> str:
    """Send a form full of markers from a browser that is then forgotten; gives the receipt."""
    async with intake.browser() as browser:
        return await sent(
            browser,
            age={"age_band": "13-17"},
            contact={"channel": "email", "email": "zebra@example.org", "name": "zebra-name"},
            words={"text": "zebra-words-9911"},
        )


async def test_a_receipt_shows_how_things_stand_and_nothing_that_was_written(intake: Intake) -> None:
    receipt = await request_of(intake)
    async with intake.browser() as browser:
        shown = await browser.form("/return", receipt=receipt)

    assert "One of us is reading your request" in shown.text
    for secret in SECRETS:
        assert secret not in shown.text


@pytest.mark.parametrize("typed", ["0" * 20, "1234", "no code at all", ""])
async def test_a_wrong_code_gets_the_same_answer_whatever_is_wrong(intake: Intake, typed: str) -> None:
    await request_of(intake)
    async with intake.browser() as browser:
        shown = await browser.form("/return", receipt=typed)

    assert shown.status_code == 422
    assert "Messages" not in shown.text
    expected = "Enter the code that you were given" if not typed else "We cannot find anything with this code"
    assert expected in shown.text


async def test_a_receipt_typed_while_signed_in_opens_the_request_for_nobody_else(intake: Intake) -> None:
    receipt = await request_of(intake)
    async with intake.browser() as staff, intake.browser() as stranger:
        await signed_in(intake, staff, ANNA, "triage")

        own = await staff.form("/return", receipt=receipt)
        others = await stranger.get("/return/request")

    assert "One of us is reading your request" in own.text
    assert others.url.path == "/return"
    assert "Messages" not in others.text


async def test_guessing_is_slowed_down(intake: Intake) -> None:
    object.__setattr__(intake.kernel, "settings", a_setting(receipts_in_ten_minutes=3))
    async with intake.browser() as browser:
        answers = [(await browser.form("/return", receipt="0" * 20)).status_code for _ in range(4)]

    assert answers == [422, 422, 422, 429]


async def test_a_visit_ends_by_itself(intake: Intake) -> None:
    receipt = await request_of(intake)
    async with intake.browser() as browser:
        await browser.form("/return", receipt=receipt)
        await intake.passes(timedelta(minutes=21))
        shown = await browser.get("/return/request")

    assert shown.url.path == "/return"
    assert await intake.counted("return_visit") == 0


async def test_leaving_ends_the_visit(intake: Intake) -> None:
    receipt = await request_of(intake)
    async with intake.browser() as browser:
        await browser.form("/return", receipt=receipt)
        await browser.get("/exit", follow_redirects=False)

    assert await intake.counted("return_visit") == 0


async def test_another_browser_sees_nothing_without_the_receipt(intake: Intake) -> None:
    receipt = await request_of(intake)
    async with intake.browser() as mine, intake.browser() as other:
        await mine.form("/return", receipt=receipt)
        assert (await other.get("/return/request")).url.path == "/return"


async def test_a_double_click_leaves_one_message(intake: Intake) -> None:
    receipt = await request_of(intake)
    async with intake.browser() as browser:
        shown = await browser.form("/return", receipt=receipt)
        fields = {name: hidden(shown.text, name) for name in ("csrf_token", "message_id")}
        await asyncio.gather(*(browser.post("/return/reply", data={**fields, "text": "Hello?"}) for _ in range(2)))
        shown = await browser.get("/return/request")

    assert len(await intake.told(MessageLeft)) == 1
    assert shown.text.count("Hello?") == 1


async def test_agreements_can_be_taken_back(intake: Intake) -> None:
    receipt = await request_of(intake)
    async with intake.browser() as browser:
        await browser.form("/return", receipt=receipt)
        await browser.form("/return/agreement", "/return/request", purposes=["referral"])

    assert sorted(event.purpose for event in await intake.told(ConsentWithdrawn)) == ["sharing", "subsidy"]


async def test_closing_closes_once_and_the_page_says_so(intake: Intake) -> None:
    receipt = await request_of(intake)
    async with intake.browser() as browser:
        await browser.form("/return", receipt=receipt)
        token = hidden((await browser.get("/return/close")).text, "csrf_token")
        await browser.post("/return/close", data={"csrf_token": token})
        shown = await browser.post("/return/close", data={"csrf_token": token})

    assert "This is closed" in shown.text
    assert len(await intake.told(ReferralClosed)) == 1


async def test_looking_in_a_second_window_does_not_break_a_form_in_the_first(intake: Intake) -> None:
    receipt = await request_of(intake)
    async with intake.browser() as browser:
        await browser.form("/start")
        first = hidden((await browser.get("/referral/age")).text, "csrf_token")
        await browser.form("/return", receipt=receipt)
        answered = await browser.post("/referral/age", data={"csrf_token": first, "age_band": "18-25"})

    assert answered.url.path == "/referral/safety"


async def test_a_client_may_ask_for_help_again_after_closing(intake: Intake) -> None:
    receipt = await request_of(intake)
    async with intake.browser() as browser:
        await browser.form("/return", receipt=receipt)
        await browser.form("/return/close")
        assert len(await sent(browser)) == 20

    assert await intake.counted("referral") == 2
