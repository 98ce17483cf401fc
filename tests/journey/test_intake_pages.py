"""The public pages in a real browser: readable at any width, good with and without scripts, and empty after leaving."""

import asyncio
import re
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from typing import Literal

import pytest
import uvicorn
from playwright._impl._api_structures import SetCookieParam
from playwright.async_api import Browser, BrowserContext, Page, expect

from shared.kernel.ids import SERVICES
from tests.component.intake import ANNA, Intake, a_submission, signed_in
from tests.databases import ServiceDatabase
from tests.looking import look

__all__ = ["look"]

pytestmark = [pytest.mark.servers, pytest.mark.browser, pytest.mark.slow]


@pytest.fixture
async def intake(database_for: Callable[[str], ServiceDatabase]) -> AsyncIterator[Intake]:
    service = await Intake.open(database_for("intake"))
    yield service
    await service.stop()


@pytest.fixture
async def address(intake: Intake) -> AsyncIterator[str]:
    server = uvicorn.Server(uvicorn.Config(intake.web(), host="127.0.0.1", port=0, log_level="error", lifespan="off"))
    serving = asyncio.create_task(server.serve())
    async with asyncio.timeout(60):
        while not server.started:  # noqa: ASYNC110 - the server offers no event to wait for
            await asyncio.sleep(0.02)
    port = server.servers[0].sockets[0].getsockname()[1]
    intake.kernel.settings.public_urls.update(dict.fromkeys(SERVICES, f"http://localhost:{port}"))
    object.__setattr__(intake.kernel.settings, "exit_leads_to", f"http://127.0.0.1:{port}/static/tokens.css")
    yield f"http://localhost:{port}"
    server.should_exit = True
    await serving


@pytest.fixture
async def page(chromium: Browser) -> AsyncIterator[Page]:
    context = await chromium.new_context(viewport={"width": 320, "height": 640})
    yield await context.new_page()
    await context.close()


async def go_on(page: Page, *choices: str) -> None:
    """Tick what is named by its value, and continue."""
    for choice in choices:
        await page.check(f"input[value='{choice}']")
    await page.get_by_role("button", name="Continue").click()


async def answer_everything(page: Page, address: str) -> None:
    """From the first page to the one with all answers, looking at each."""
    await page.goto(address)
    await look(page, "01-start")
    await page.get_by_role("button", name="I would like to ask for help").click()
    await look(page, "02-leaving")
    await page.get_by_role("button", name="Continue").click()
    await page.get_by_role("button", name="Continue").click()
    await look(page, "03-who-error")
    assert await page.evaluate("document.activeElement.className") == "govuk-error-summary"
    await go_on(page, "client")
    await look(page, "04-help")
    await go_on(page, "images")
    await look(page, "05-age")
    await go_on(page, "26-64")
    await look(page, "06-safety")
    await go_on(page, "no")
    await look(page, "06b-situation")
    await go_on(page, "investigated")
    await look(page, "07-contact")
    await page.check("input[value='phone']")
    await page.get_by_role("button", name="Continue").click()
    await look(page, "07b-contact-error")
    await page.fill("#phone", "07700 900 123")
    await page.fill("#name", "Robin")
    await go_on(page, "no")
    await page.check("input[value='near']")
    await page.fill("#outward", "tq13 7hd")
    await look(page, "08-place")
    await page.get_by_role("button", name="Continue").click()
    await look(page, "09-wishes")
    await page.get_by_role("button", name="Continue").click()
    await page.fill("#person_name", "Jo")
    await page.get_by_role("button", name="Continue").click()
    await look(page, "09b-apart-error")
    await page.fill("#person_name", "Jo Bramblewick")
    await page.get_by_role("button", name="Continue").click()
    await page.get_by_role("link", name="Back").click()
    await page.locator("summary").click()
    await look(page, "09c-apart-again")
    assert "Bramblewick" not in await page.content()
    await page.get_by_role("button", name="Continue").click()
    await look(page, "10-cost")
    await go_on(page, "part-fee")
    await page.fill("#text", "I would rather talk in the evening.")
    await look(page, "11-words")
    await page.get_by_role("button", name="Continue").click()
    await look(page, "12-agreement")
    await go_on(page, "referral", "sharing", "subsidy")
    await look(page, "13-check")


async def test_every_public_page_is_good_to_read_and_leads_to_a_receipt(page: Page, address: str) -> None:
    await answer_everything(page, address)
    await expect(page.get_by_text("07700")).not_to_be_visible()
    await page.get_by_role("button", name="Send").click()
    await look(page, "14-done")
    receipt = await page.locator("#receipt").inner_text()
    await page.get_by_role("button", name="I have my code").click()
    await look(page, "15-ended")

    await page.goto(f"{address}/return")
    await look(page, "16-return")
    await page.fill("#receipt", "1234 5678 9012 3456 7890")
    await page.get_by_role("button", name="Continue").click()
    await look(page, "16b-return-error")
    await page.fill("#receipt", receipt)
    await page.get_by_role("button", name="Continue").click()
    await page.fill("#text", "Is there any news?")
    await page.get_by_role("button", name="Send").click()
    await look(page, "17-standing")
    shown = await page.content()
    assert "+447700900123" not in shown
    assert "rather talk in the evening" not in shown
    await page.get_by_role("link", name="I do not want help any more").click()
    await look(page, "18-close")
    await page.get_by_role("button", name="Yes, close it").click()
    await look(page, "19-closed")
    await page.goto(f"{address}/referral/professionals")
    await look(page, "20-professionals")


async def test_the_form_works_without_scripts(chromium: Browser, address: str, intake: Intake) -> None:
    context = await chromium.new_context(java_script_enabled=False)
    page = await context.new_page()
    await page.goto(address)
    await page.get_by_role("button", name="I would like to ask for help").click()
    await page.get_by_role("button", name="Continue").click()
    for choice in ("client", "survivor", "26-64", "no"):
        await go_on(page, choice)
    await page.check("input[value='email']")
    await page.fill("#email", "robin@example.org")
    await page.get_by_role("button", name="Continue").click()
    await go_on(page, "online")
    await page.get_by_role("button", name="Continue").click()
    await page.get_by_role("button", name="Continue").click()
    await go_on(page, "full-fee")
    await page.get_by_role("button", name="Continue").click()
    await go_on(page, "referral", "sharing")
    await page.get_by_role("button", name="Send").click()

    assert re.fullmatch(r"(\d{4} ){4}\d{4}", await page.locator("#receipt").inner_text())
    assert await intake.counted("referral") == 1
    await context.close()


@pytest.mark.parametrize("leave_by", ["click", "keys"])
async def test_going_back_after_leaving_shows_nothing(page: Page, address: str, leave_by: str) -> None:
    await page.goto(address)
    await page.get_by_role("button", name="I would like to ask for help").click()
    await page.get_by_role("button", name="Continue").click()
    await go_on(page, "client")
    await go_on(page, "images")
    if leave_by == "click":
        await page.get_by_role("button", name="Exit this page").click()
    else:
        await page.wait_for_selector("body.govuk-frontend-supported")
        for _ in range(3):
            await page.keyboard.press("Shift")
    await page.wait_for_url(re.compile(r"^http://127\.0\.0\.1:"))

    for _ in range(4):
        await page.go_back(wait_until="load")
        assert page.url.startswith(address)
        words = await page.inner_text("body")
        assert "This page is empty" in words
        assert "images" not in await page.content()
        await page.wait_for_timeout(100)
    await look(page, "21-nothing")


async def enter(context: BrowserContext, intake: Intake, address: str) -> None:
    """Sign in, as somebody for triage and safeguarding."""
    async with intake.browser() as carrier:
        await signed_in(intake, carrier, ANNA, "triage", "safeguarding")
        found = {one.name: one.value or "" for one in carrier.cookies.jar}
    home = address.replace("http://", "https://")  # Secure cookies go to http://localhost too, but are not set from it
    await context.add_cookies([SetCookieParam(name=name, value=found[name], url=home, secure=True) for name in found])


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_every_staff_page_is_good_to_read(
    chromium: Browser, intake: Intake, address: str, scheme: Literal["light", "dark"]
) -> None:
    context = await chromium.new_context(viewport={"width": 320, "height": 640}, color_scheme=scheme)
    await enter(context, intake, address)
    page = await context.new_page()
    await page.goto(f"{address}/triage")
    await look(page, f"30-queue-empty-{scheme}")
    await intake.receives(a_submission(words="I would rather talk in the evening.", age_band="13-17"))
    asked = await intake.receives(a_submission(client_group=None, legal_stage=None))
    await intake.decides(asked, outcome="more-information", message="Which town is nearest?")
    danger = await intake.receives(a_submission(danger="yes", client_group="images", legal_stage="bail"))
    await intake.passes(timedelta(minutes=61))
    await enter(context, intake, address)
    await page.reload()
    await look(page, f"31-queue-{scheme}")
    await page.goto(f"{address}/triage/{danger.referral_id}")
    await look(page, f"32-referral-{scheme}")
    await page.get_by_role("button", name="Decide").click()
    await look(page, f"33-referral-error-{scheme}")
    await page.fill("#reveal_reason", "To call them back")
    await page.get_by_role("button", name="Show for one minute").click()
    await look(page, f"34-revealed-{scheme}")
    await page.goto(f"{address}/safeguarding")
    await look(page, f"35-concerns-{scheme}")
    await page.goto(f"{address}/safeguarding/{(await intake.concern(danger)).concern_id}")
    await page.get_by_role("button", name="I take this on").click()
    await page.get_by_role("button", name="Note the decision").click()
    await look(page, f"36-concern-error-{scheme}")
    await page.check("input[value='nothing-to-tell']")
    await page.fill("#note", "Spoke with them; nobody is at risk.")
    await page.get_by_role("button", name="Note the decision").click()
    await page.get_by_role("button", name="Close it, as the first of two").click()
    await look(page, f"37-closing-{scheme}")
    await context.close()
