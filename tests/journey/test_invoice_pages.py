"""Paying a therapist in a real browser: asked for in the portal, approved, paid, and answered by the bank."""

from datetime import timedelta
from pathlib import Path

import pytest
from playwright.async_api import Browser, BrowserContext, Page, expect

from services.funding.domain.policy import Policy
from tests.component.funding import Client, Funding, funding_service
from tests.component.invoices import PAYER, TODAY, a_therapy, sessions_held, therapist_cookies
from tests.component.test_funding_drawing import cancelled
from tests.journey.test_funding_pages import address, look, sign_in

__all__ = ["address", "funding_service"]

pytestmark = [pytest.mark.servers, pytest.mark.browser, pytest.mark.slow]


async def at_the_portal(context: BrowserContext, funding: Funding, address: str, client: Client) -> None:
    """The client's therapist takes the browser."""
    await context.clear_cookies()
    secure = address.replace("http:", "https:")
    cookies = await therapist_cookies(funding, client)
    await context.add_cookies(
        [{"name": name, "value": value, "url": secure, "secure": True} for name, value in cookies.items()]
    )


async def press(page: Page, name: str) -> None:
    """Send a form, and wait for the page that answers it."""
    async with page.expect_navigation():
        await page.get_by_role("button", name=name).click()


async def test_a_therapist_is_paid_from_asking_to_the_banks_answer(
    funding: Funding, address: str, chromium: Browser, tmp_path: Path
) -> None:
    funding.kernel.settings.policy = Policy(payer=PAYER)
    await funding.a_fund(500_000)
    client = await a_therapy(funding, means="part-fee", affordable_per_session=1_500)
    other = await a_therapy(funding, therapist=client, sessions=16)
    first, *_rest = await sessions_held(funding, client, 2, on=TODAY - timedelta(days=1))
    await sessions_held(funding, other, 16)
    context = await chromium.new_context()
    page = await context.new_page()

    await at_the_portal(context, funding, address, client)
    await page.goto(f"{address}/invoices/mine")
    await look(page, "invoices-mine")
    for box in await page.get_by_role("checkbox").all():
        await box.uncheck()
    await press(page, "Send the invoice")
    await look(page, "invoices-mine-error")
    for box in (await page.get_by_role("checkbox").all())[:-1]:
        await box.check()
    await page.get_by_label("Your own reference").fill("2026/17")
    await press(page, "Send the invoice")
    await expect(page.get_by_text("We are looking at it")).to_be_visible()
    await look(page, "invoice-own-sent")
    mine = page.url
    await page.goto(f"{address}/invoices/mine/bank")
    await page.get_by_label("Name of the account").fill("Kim Example")
    await page.get_by_label("Sort code").fill("12-34-5")
    await press(page, "Save")
    await look(page, "own-account-error")
    await page.get_by_label("Sort code").fill("12-34-56")
    await page.get_by_label("Account number").fill("87654321")
    await press(page, "Save")
    await look(page, "own-account-waiting")
    await page.goto(f"{address}/invoices/mine/contributions")
    await page.get_by_role("combobox").first.select_option("not-paid")
    await page.get_by_role("combobox").last.select_option("not-paid")
    await press(page, "Save")
    await look(page, "own-contributions")

    await sign_in(context, funding, address)
    await page.goto(f"{address}/invoices")
    await look(page, "invoices")
    await page.locator("th a").first.click()
    await press(page, "Ask the therapist")
    await look(page, "invoice-error")
    await page.get_by_label("What", exact=True).fill("Are all of these from this month?")
    await press(page, "Ask the therapist")
    await look(page, "invoice-questioned")
    await funding.hears(cancelled(client, first))

    await at_the_portal(context, funding, address, client)
    await page.goto(mine)
    await look(page, "invoice-own-questioned")
    await page.get_by_label("Your answer").fill("Yes, but one was cancelled.")
    await press(page, "Answer and send again")

    await sign_in(context, funding, address)
    await page.goto(f"{address}/invoices")
    await page.locator("th a").first.click()
    await press(page, "Approve £")
    await expect(page.get_by_text("You have approved it already")).to_be_visible()
    await look(page, "invoice-first-approval")
    await sign_in(context, funding, address)
    await page.reload()
    await press(page, "Approve £")
    await page.goto(f"{address}/bank-details")
    await look(page, "bank-details")
    await page.locator("th a").first.click()
    await look(page, "bank-details-second")
    await press(page, "They read me the same")
    await look(page, "bank-details-confirmed")
    await page.goto(f"{address}/contributions")
    await look(page, "contributions")
    await page.locator("th a").first.click()
    await look(page, "contribution")
    await page.goto(f"{address}/payments")
    await page.get_by_label("To be paid on").fill("2026-03-07")
    await press(page, "Make the run")
    await look(page, "payments-error")
    await page.get_by_label("To be paid on").fill("2026-03-06")
    await press(page, "Make the run")
    await look(page, "run-made")
    await sign_in(context, funding, address)
    await page.reload()
    await press(page, "Release £")
    await look(page, "run-released")
    await funding.passes(timedelta(days=4))

    await sign_in(context, funding, address)
    await page.goto(f"{address}/payments")
    wrong, right = tmp_path / "wrong.csv", tmp_path / "right.csv"
    heading = "reference,amount,result,day,reason\n"
    wrong.write_text(f"{heading}INV000009-1,785,paid,2026-03-06,\nINV000001-1,7.85,paid,2026-03-06,\n")
    right.write_text(f"{heading}INV000001-1,785,returned,2026-03-06,ACCOUNT CLOSED\n")
    await page.get_by_label("CSV file").set_input_files(wrong)
    await press(page, "Take it in")
    await look(page, "payments-answer-error")
    await page.get_by_label("CSV file").set_input_files(right)
    await press(page, "Take it in")
    await look(page, "payments")
    await page.goto(f"{address}/invoices?show=bank-returned&month=2026-03")
    await page.locator("th a").first.click()
    await look(page, "invoice-returned")

    await at_the_portal(context, funding, address, client)
    await page.goto(f"{address}/invoices/mine")
    await look(page, "invoices-mine-later")
