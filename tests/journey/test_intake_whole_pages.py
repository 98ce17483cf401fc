"""The pages on which a whole request is written at once, in a real browser: professionals, and staff on the phone."""

import pytest
from playwright.async_api import Browser, Page

from tests.component.intake import Intake
from tests.journey.test_intake_pages import address, enter, intake, look, page

__all__ = ["address", "intake", "page"]

pytestmark = [pytest.mark.servers, pytest.mark.browser, pytest.mark.slow]

REFERRER = {
    "referrer_name": "Dr Example",
    "referrer_organisation": "Example Surgery",
    "referrer_email": "surgery@example.org",
    "consent_statement": "Discussed in the surgery; they agreed.",
}


async def fill_in_whole(page: Page) -> None:
    """Answer the page on which everything is asked at once."""
    chosen = {"client_group": "images", "age_band": "26-64", "danger": "no", "means": "part-fee", "channel": "email"}
    for name, code in chosen.items():
        await page.select_option(f"#{name}", code)
    await page.fill("#email", "robin@example.org")
    await page.fill("#outward", "tq13")
    await page.check("input[value='referral']")
    await page.check("input[value='sharing']")


async def test_a_professional_refers_and_comes_back_to_the_status(page: Page, address: str) -> None:
    await page.goto(f"{address}/referral/professionals")
    await page.get_by_role("button", name="Refer them here").click()
    await look(page, "20b-professional-form")
    await page.get_by_role("button", name="Send").click()
    await look(page, "20c-professional-form-error")
    await fill_in_whole(page)
    for name, text in REFERRER.items():
        await page.fill(f"#{name}", text)
    await page.select_option("#source", "gp")
    await page.get_by_role("button", name="Send").click()
    await look(page, "20d-professional-done")
    receipt = await page.locator("#receipt").inner_text()
    await page.goto(f"{address}/return")
    await page.fill("#receipt", receipt)
    await page.get_by_role("button", name="Continue").click()
    await look(page, "20e-professional-standing")


async def test_a_call_is_taken_down(chromium: Browser, intake: Intake, address: str) -> None:
    context = await chromium.new_context(viewport={"width": 320, "height": 640})
    await enter(context, intake, address)
    page = await context.new_page()
    await page.goto(f"{address}/calls")
    await page.get_by_role("button", name="Send and show the code").click()
    await look(page, "34b-call-error")
    await page.select_option("#asker", "professional")
    await page.locator("summary").click()
    await look(page, "34c-call-open")
    await page.select_option("#asker", "client")
    await fill_in_whole(page)
    await page.get_by_role("button", name="Send and show the code").click()
    await look(page, "34d-call-taken")
    await context.close()
