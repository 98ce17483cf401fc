"""Approvals in a real browser: put forward, approved by two, not agreed, asked for anew, made larger, another fund."""

from datetime import timedelta

import pytest
from playwright.async_api import Browser, expect

from tests.component.approvals import WEST, a_large_match
from tests.component.funding import Funding, funding_service
from tests.journey.test_funding_pages import address, look, sign_in

__all__ = ["address", "funding_service"]

pytestmark = [pytest.mark.servers, pytest.mark.browser, pytest.mark.slow]


async def test_two_people_approve_and_one_does_not_agree(funding: Funding, address: str, chromium: Browser) -> None:
    await funding.a_fund(700_000, name="Mendip Hills Legacy", restrictions=WEST)
    await funding.a_fund(900_000, name="General fund")
    context = await sign_in(await chromium.new_context(), funding, address)
    page = await context.new_page()
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    await page.goto(f"{address}/awards/approvals")
    await look(page, "approvals-none")
    large = await a_large_match(funding, fee=60_000)
    await funding.passes(timedelta(hours=5))
    smaller, ordinary = await a_large_match(funding), await funding.a_match()

    await sign_in(context, funding, address)
    await page.goto(f"{address}/awards/approvals")
    await look(page, "approvals")
    await page.get_by_role("button", name="Approve").first.click()
    await page.get_by_text("Somebody else has to approve it too").wait_for()
    await expect(page.get_by_text("You have approved this already.")).to_be_visible()
    await look(page, "approvals-next")
    await page.locator("details.decide").first.locator("summary").click()
    await page.get_by_role("button", name="Do not agree").click()
    await look(page, "approvals-error")
    await page.get_by_label("Why not?").fill("A therapist nearer to them is free and asks for less.")
    await page.get_by_role("button", name="Do not agree").click()
    await page.get_by_text("The money is free again").wait_for()
    await page.goto(f"{address}/awards/{(await funding.award(smaller)).award_id}")
    await look(page, "award-not-agreed")
    await page.get_by_label("Sessions").fill("8")
    await page.get_by_role("button", name="Put it forward again").click()
    assert (await funding.award(smaller)).state == "reserved"
    await sign_in(context, funding, address, "coordinator")
    await page.goto(f"{address}/awards/approvals")
    await page.get_by_role("button", name="Approve").click()
    await page.get_by_text("Nothing waits for approval.").wait_for()

    await page.goto(f"{address}/awards/{(await funding.award(ordinary)).award_id}")
    await page.get_by_role("link", name="Choose another fund").click()
    await page.get_by_role("button", name="Choose it").click()
    await look(page, "award-fund-error")
    await page.get_by_label("Fund that pays first").select_option(index=1)
    await page.get_by_label("Why this fund").fill("The legacy is for new clients from April.")
    await page.get_by_role("button", name="Choose it").click()
    await look(page, "award-fund-chosen")
    await funding.hears(large.accepted())
    await page.goto(f"{address}/awards/{(await funding.award(large)).award_id}")
    await page.get_by_role("link", name="Ask for more").click()
    await look(page, "award-more")
    await page.get_by_label("How many more sessions").fill("99")
    await page.get_by_role("button", name="Ask for more").click()
    await look(page, "award-more-error")
    await page.get_by_label("How many more sessions").fill("4")
    await page.get_by_role("button", name="Ask for more").click()
    await look(page, "award-more-asked")
    await page.goto(f"{address}/awards/approvals")
    await page.emulate_media(color_scheme="dark")
    await look(page, "approvals-own-dark")

    assert complaints == []
