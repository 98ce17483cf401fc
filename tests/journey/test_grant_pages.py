"""Funds, grants and transfers in a real browser: opened, entered, followed, moved by two, changed and closed."""

from datetime import date, timedelta
from uuid import uuid4

import pytest
from playwright.async_api import Browser, Page, expect

from services.funding.domain.funds import Restrictions
from shared.kernel.ids import SessionId
from tests.component.funding import Funding, funding_service
from tests.component.test_funding_drawing import an_award, attended
from tests.journey.test_funding_pages import address, look, sign_in

__all__ = ["address", "funding_service"]

pytestmark = [pytest.mark.servers, pytest.mark.browser, pytest.mark.slow]


async def press(page: Page, name: str) -> None:
    await page.get_by_role("button", name=name).click()


async def fill(page: Page, **answers: str) -> None:
    for name, value in answers.items():
        await page.fill(f"#{name}", value)


async def test_finance_opens_a_fund_and_follows_a_grant_to_its_end(
    funding: Funding, address: str, chromium: Browser
) -> None:
    await funding.a_fund(90_000, name="Trustees' relief fund", kind="designated")
    await funding.a_fund(250_000, name="General fund")
    await funding.a_fund(50_000, name="Wales", restrictions=Restrictions(regions=frozenset({"wales"})))
    context = await sign_in(await chromium.new_context(), funding, address)
    page = await context.new_page()

    await page.goto(f"{address}/grants")
    await look(page, "grants-none")
    await page.goto(f"{address}/funds/new")
    await fill(page, name="Mendip winter", funder="Mendip Hills Legacy", cap_per_client="-5")
    await press(page, "Open it")
    await look(page, "fund-new-error")
    await page.check("input[value=restricted]")
    await page.check("input[value=south-west]")
    await fill(page, cap_per_client="1000", until="2026-12-31")
    await press(page, "Open it")
    await look(page, "fund-opened")
    await page.get_by_role("link", name="New grant").click()
    await look(page, "grant-new")
    await fill(page, reference="MHL/2026/14", amount="12000", agreed_on="2026-02-20")
    await fill(page, from_day="2026-03-01", last_day="2026-06-30", target="8")
    await page.select_option("#target_kind", "sessions")
    await press(page, "Enter it")
    for due, amount in (("2026-03-01", "6000"), ("2026-05-01", "6000"), ("2026-06-01", "1")):
        await fill(page, due_on=due, amount=amount)
        await press(page, "Add an instalment")
    await look(page, "grant-error")
    await page.fill("#condition", "The first report names each region in which people were helped.")
    await press(page, "Add a condition")
    await page.fill("#condition", "The trustees confirm in writing that the money stays apart from other money.")
    await press(page, "Add a condition")
    await page.get_by_role("button", name="It is met").first.click()
    await fill(page, report_due="2026-06-15", report_from="2026-03-01", report_last="2026-05-31")
    await press(page, "Add a report date")
    await page.get_by_role("link", name="Change the report").click()
    await look(page, "report-date")
    await page.goto(page.url.split("/reports/")[0])
    grant = page.url
    await page.get_by_role("link", name="Money came in").click()
    await look(page, "receive-instalment")
    await fill(page, amount="5500", reference="BACS 71", received_on="2026-03-02")
    await page.select_option("#instalment", index=1)
    await press(page, "Note it")
    client = await an_award(funding, sessions=6)
    for _ in range(3):
        await funding.hears(attended(client, SessionId(uuid4())))
    await funding.passes(timedelta(days=70))
    await sign_in(context, funding, address)
    await page.goto(grant)
    await expect(page.get_by_text("£500 less than agreed")).to_be_visible()
    await expect(page.get_by_text("3 of 8 sessions held from the fund")).to_be_visible()
    await look(page, "grant")
    await page.emulate_media(color_scheme="dark")
    await look(page, "grant-dark")
    await page.emulate_media(color_scheme="light")
    await page.goto(f"{grant}/change")
    await fill(page, last_day="2026-05-10", reason="The project closes early")
    await press(page, "Change it")
    await look(page, "grant-change-error")
    await fill(page, last_day="2026-05-31")
    await press(page, "Change it")
    await funding.passes(date(2026, 6, 2) - funding.clock.now().date())
    await sign_in(context, funding, address)
    await page.goto(grant)
    await fill(page, back_amount="2000", back_reason="Not needed")
    await press(page, "Give it back")
    await look(page, "grant-over")
    await page.goto(f"{address}/grants")
    await look(page, "grants")


async def test_finance_moves_changes_and_closes(funding: Funding, address: str, chromium: Browser) -> None:
    relief = await funding.a_fund(90_000, name="Trustees' relief fund", kind="designated")
    await funding.a_fund(250_000, name="General fund")
    context = await sign_in(await chromium.new_context(), funding, address)
    page = await context.new_page()

    await page.goto(f"{address}/transfers")
    await page.select_option("#from_fund", index=1)
    await page.select_option("#to_fund", index=2)
    await fill(page, amount="90000", reason="The relief fund runs out before the appeal in autumn")
    await press(page, "Ask a second person")
    await look(page, "transfer-error")
    await fill(page, amount="900")
    await press(page, "Ask a second person")
    await look(page, "transfer-own")
    await sign_in(context, funding, address)
    await page.reload()
    await press(page, "Agree: move it")
    await look(page, "transfer-done")
    await page.goto(f"{address}/funds/{relief}/change")
    await look(page, "fund-change")
    await fill(page, until="2026-12-31", reason="The trustees decided so in March")
    await press(page, "Change it")
    await look(page, "fund-changed")
    await page.goto(f"{address}/funds/{relief}/close")
    await look(page, "fund-close")
    await page.fill("#reason", "Its purpose is reached")
    await press(page, "Close it")
    await look(page, "fund-closed")
    await page.goto(f"{address}/funders")
    await look(page, "funders")
    await page.get_by_role("link", name="Example Trust").click()
    await look(page, "funder")
