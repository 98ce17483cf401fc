"""The public form: one request however often it is sent, nothing kept too long, and nothing shown after leaving."""

import asyncio
import re
from collections.abc import AsyncIterator, Callable
from datetime import timedelta

import pytest

from shared.events.intake import ReferralReceived, ReferralTriaged
from shared.events.sealed import NeedProfile
from tests.component.intake import ANSWERS, Browser, Intake, filled_in, hidden, sent
from tests.databases import ServiceDatabase

pytestmark = pytest.mark.servers
CHARGED = re.compile(r"sex|abus|offen[cd]|crim|victim|survivor|therap|police|referral", re.IGNORECASE)


@pytest.fixture
async def intake(database_for: Callable[[str], ServiceDatabase]) -> AsyncIterator[Intake]:
    service = await Intake.open(database_for("intake"))
    yield service
    await service.stop()


@pytest.fixture
async def browser(intake: Intake) -> AsyncIterator[Browser]:
    async with intake.browser() as opened:
        yield opened


async def test_a_request_is_asked_question_by_question_and_received(intake: Intake, browser: Browser) -> None:
    receipt = await sent(browser)

    assert len(receipt) == 20
    [triaged] = await intake.told(ReferralTriaged)
    need = intake.opened(triaged, "matching", NeedProfile)
    assert (need.client_group, need.outward_code, need.means) == ("survivor", "TQ13", "cannot-pay")
    assert need.consents == ("referral", "sharing", "subsidy")


async def test_no_title_or_address_says_what_this_is_about(browser: Browser) -> None:
    pages = [await browser.get(address) for address in ("/", "/start", "/return", "/referral/professionals")]
    await browser.form("/start")
    for slug in ANSWERS:
        pages.append(await browser.get(f"/referral/{slug}"))
        await browser.form(f"/referral/{slug}", **ANSWERS[slug])
    pages.append(await browser.get("/referral/check"))
    pages.append(await browser.form("/referral/check"))

    for shown in pages:
        title = shown.text.split("<title>")[1].split("</title>")[0]
        assert not CHARGED.search(title), title
        assert not CHARGED.search(shown.url.path.removeprefix("/referral")), shown.url.path


async def test_a_missing_answer_is_said_beside_the_question_and_above_it(browser: Browser) -> None:
    await browser.form("/start")
    shown = await browser.form("/referral/who")

    assert shown.status_code == 422
    assert shown.text.count("Choose who this is for.") == 2
    assert "<title>Error:" in shown.text


async def test_what_was_typed_stays_in_the_box_when_something_is_wrong(browser: Browser) -> None:
    await browser.form("/start")
    shown = await browser.form("/referral/contact", channel="email", email="robin-at-example", name="Robin")

    assert 'value="robin-at-example"' in shown.text
    assert 'value="Robin"' in shown.text


async def test_an_answer_can_be_changed_from_the_last_page(intake: Intake, browser: Browser) -> None:
    await filled_in(browser)
    shown = await browser.form("/referral/place?change=true", where="online")

    assert shown.url.path == "/referral/check"
    assert "Only online" in shown.text


async def test_changing_an_answer_that_brings_a_new_question_asks_it(browser: Browser) -> None:
    await filled_in(browser)
    shown = await browser.form("/referral/help?change=true", client_group="images")

    assert shown.url.path == "/referral/situation"


async def test_a_double_click_sends_one_request(intake: Intake, browser: Browser) -> None:
    checked = await filled_in(browser)
    token = hidden(checked.text, "csrf_token")

    answers = await asyncio.gather(*(browser.post("/referral/check", data={"csrf_token": token}) for _ in range(4)))

    assert len(await intake.told(ReferralReceived)) == 1
    receipts = {answer.text.split('id="receipt">')[1].split("<")[0] for answer in answers}
    assert len(receipts) == 1


async def test_going_back_and_sending_again_is_the_same_request(intake: Intake, browser: Browser) -> None:
    receipt = await sent(browser)
    token = hidden((await browser.get("/referral/done")).text, "csrf_token")
    again = await browser.post("/referral/check", data={"csrf_token": token})

    assert again.url.path == "/referral/done"
    assert receipt[:4] in again.text
    assert await intake.counted("referral") == 1
    assert (await browser.get("/referral/help")).url.path == "/referral/done"


async def test_two_windows_do_not_undo_each_other(intake: Intake, browser: Browser) -> None:
    await browser.form("/start")
    one = hidden((await browser.get("/referral/age")).text, "csrf_token")
    other = hidden((await browser.get("/referral/cost")).text, "csrf_token")

    await asyncio.gather(
        browser.post("/referral/age", data={"csrf_token": one, "age_band": "18-25"}),
        browser.post("/referral/cost", data={"csrf_token": other, "means": "unsure"}),
    )

    assert 'value="18-25" checked' in (await browser.get("/referral/age")).text
    assert 'value="unsure" checked' in (await browser.get("/referral/cost")).text


async def test_beginning_in_a_second_window_goes_on_with_the_same_answers(browser: Browser) -> None:
    await browser.form("/start")
    await browser.form("/referral/age", age_band="18-25")
    await browser.form("/start")

    assert 'value="18-25" checked' in (await browser.get("/referral/age")).text


async def test_answers_are_wiped_after_half_an_hour(intake: Intake, browser: Browser) -> None:
    await filled_in(browser)
    await intake.passes(timedelta(minutes=31))

    assert await intake.counted("draft") == 0
    assert (await browser.get("/referral/check")).url.path == "/referral/ended"


async def test_somebody_still_there_keeps_their_answers(intake: Intake, browser: Browser) -> None:
    shown = await filled_in(browser)
    await intake.passes(timedelta(minutes=29))
    kept = await browser.post("/referral/stay", headers={"X-CSRF-Token": hidden(shown.text, "csrf_token")})
    await intake.passes(timedelta(minutes=29))

    assert kept.status_code == 204
    assert (await browser.get("/referral/check")).url.path == "/referral/check"


async def test_leaving_wipes_and_shows_nothing_afterwards(intake: Intake, browser: Browser) -> None:
    await filled_in(browser)
    left = await browser.get("/exit", follow_redirects=False)

    assert left.status_code == 303
    assert "example" not in left.headers["location"]
    assert left.headers["clear-site-data"] == '"cache", "storage"'
    assert await intake.counted("draft") == 0
    for address in ("/", "/start", "/referral/check", "/referral/help", "/return", "/referral/done"):
        shown = await browser.get(address)
        assert "This page is empty" in shown.text, address
        assert not CHARGED.search(shown.text.split("<main")[1]), address


async def test_after_a_while_the_first_page_is_there_again(intake: Intake, browser: Browser) -> None:
    await browser.get("/exit", follow_redirects=False)
    await intake.passes(timedelta(minutes=16))

    assert "You can ask for help here" in (await browser.get("/start")).text


async def test_who_left_by_mistake_can_come_in_again_at_once(browser: Browser) -> None:
    await browser.get("/exit", follow_redirects=False)
    shown = await browser.form("/start/again", "/start")

    assert "You can ask for help here" in shown.text


async def test_the_receipt_is_not_stored_and_ends_with_the_visit(intake: Intake, browser: Browser) -> None:
    receipt = await sent(browser)
    async with intake.kernel.reading() as db:
        row = await db.fetchrow("SELECT d.*::text AS draft, r.*::text AS referral FROM draft d, referral r")
    assert receipt not in row["draft"] + row["referral"]

    await browser.form("/referral/finish", "/referral/done")
    assert (await browser.get("/referral/done")).url.path == "/referral/ended"
    assert await intake.counted("draft") == 0


async def test_a_whole_postcode_is_cut_down_before_anything_is_kept(intake: Intake, browser: Browser) -> None:
    shown = await filled_in(browser)

    assert "TQ13" in shown.text
    assert not re.search(r"\b7hd\b|tq137hd", shown.text.lower())


async def test_a_second_request_can_be_made_from_the_same_browser(intake: Intake, browser: Browser) -> None:
    first = await sent(browser)
    second = await sent(browser)

    assert first != second
    assert await intake.counted("referral") == 2


async def test_a_forged_form_changes_nothing(intake: Intake, browser: Browser) -> None:
    await filled_in(browser)
    forged = await browser.post("/referral/check", data={"csrf_token": "0" * 64})

    assert forged.status_code == 403
    assert await intake.counted("referral") == 0
