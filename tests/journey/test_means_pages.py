"""A means test in a real browser: by link without JavaScript, left and taken up again, too hard, and at a desk."""

import re

import pytest
from playwright.async_api import Browser, Page, expect

from tests.component.funding import Funding
from tests.component.test_funding_means import ask, finish, funding_with_thresholds, links
from tests.journey.test_funding_pages import address, look, sign_in

__all__ = ["address", "funding_with_thresholds"]

pytestmark = [pytest.mark.servers, pytest.mark.browser, pytest.mark.slow]


async def fill_in(page: Page, **amounts: str) -> None:
    for label, amount in amounts.items():
        await page.locator(f"#{label}").fill(amount)


async def test_a_client_answers_by_link_and_staff_at_a_desk(funding: Funding, address: str, chromium: Browser) -> None:
    await funding.a_fund(400_000)
    client = await funding.a_match(means="unsure")
    link = "/" + (await links(funding))[-1].split("/", 3)[3]
    page = await (await chromium.new_context(java_script_enabled=False)).new_page()
    looking = await (await chromium.new_context()).new_page()

    await page.goto(address + link)
    await looking.goto(address + link)
    await look(looking, "means-welcome")
    await page.get_by_role("button", name="Begin").click()
    await page.get_by_role("button", name="Save and go on").click()
    await expect(page).to_have_title("Error: A few questions")
    await looking.get_by_role("button", name="Begin").click()
    await looking.get_by_role("button", name="Save and go on").click()
    await look(looking, "means-1-error")
    await page.get_by_label("No", exact=True).check()
    await page.get_by_role("button", name="Save and go on").click()
    await page.get_by_label("Yes", exact=True).check()
    await fill_in(page, children="2")
    await page.get_by_role("button", name="Save and go on").click()
    await look_at(looking, page, "means-3")
    await page.goto(address + link)
    await expect(page.get_by_text("you go on where you stopped")).to_be_visible()
    await page.get_by_role("button", name="Go on").click()
    await expect(page).to_have_url(re.compile("/3$"))
    await page.get_by_label("A week", exact=True).check()
    await fill_in(page, wages="820.50", benefits="0", other_income="0", partner_income="210")
    await page.get_by_role("button", name="Save and go on").click()
    await fill_in(page, tax="610", housing="1150", childcare="140", maintenance="0")
    await page.get_by_role("button", name="Save and go on").click()
    await fill_in(page, savings="9,400")
    await page.get_by_role("button", name="Save and go on").click()
    await look_at(looking, page, "means-check")
    await page.get_by_role("link", name="Change (Your home)").click()
    await fill_in(page, children="1")
    await page.get_by_role("button", name="Save and go on").click()
    await page.get_by_role("button", name="Send my answers").click()
    await expect(page.get_by_role("heading", name="to each session")).to_be_visible()
    await look_at(looking, page, "means-outcome")
    await fill_in(looking, manageable="lots")
    await looking.get_by_role("button", name="This is too much for me").click()
    await look(looking, "means-outcome-error")
    await fill_in(page, manageable="5")
    await page.get_by_role("button", name="This is too much for me").click()
    await look_at(looking, page, "means-too-hard")

    over = await ask(funding, await funding.a_match())
    await finish(funding, over, wages="9000")
    await looking.goto(address + "/" + (await links(funding))[-1].split("/", 3)[3])
    await look(looking, "means-full-fee")

    context = await sign_in(await chromium.new_context(), funding, address, "coordinator")
    desk = await context.new_page()
    await desk.goto(f"{address}/means")
    await look(desk, "means-desk-hard")
    await desk.locator("th a").first.click()
    await look(desk, "means-desk-test")
    await desk.get_by_role("button", name="Decide", exact=True).click()
    await look(desk, "means-desk-decide-error")
    await desk.get_by_label("The client adds to a session").fill("5")
    await desk.get_by_label("Reason").fill("Pays off debts that count for nothing in the sum")
    await desk.get_by_role("button", name="Decide", exact=True).click()
    await desk.get_by_role("link", name="The client’s means").click()
    await look(desk, "means-desk-client")
    await desk.get_by_role("button", name="Use the result for them").click()
    await look(desk, "means-desk-used")
    await desk.get_by_role("button", name="Fill it in with them").click()
    await look(desk, "means-desk-phone")
    await desk.get_by_role("button", name="Work it out").click()
    await look(desk, "means-desk-phone-error")
    await desk.get_by_label("Yes", exact=True).first.check()
    await desk.get_by_label("Benefit letter seen").check()
    await desk.get_by_role("button", name="Work it out").click()
    await desk.emulate_media(color_scheme="dark")
    await look(desk, "means-desk-benefits-dark")
    await desk.goto(f"{address}/means?show=done")
    await look(desk, "means-desk-done")
    assert (await funding.award(client)).state == "reserved"


async def look_at(looking: Page, page: Page, name: str) -> None:
    """Look in another window at where somebody without JavaScript has got."""
    await looking.goto(page.url)
    await look(looking, name)
