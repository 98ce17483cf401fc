"""Reports in a real browser: published by finance, read in charts and tables, at every width."""

from datetime import timedelta

import pytest
from playwright.async_api import Browser, expect

from tests.component.funding import Funding, funding_service
from tests.component.test_funding_reports import helped, scored
from tests.journey.test_funding_pages import address, look, sign_in

__all__ = ["address", "funding_service"]

pytestmark = [pytest.mark.servers, pytest.mark.browser, pytest.mark.slow]


async def test_finance_publishes_a_report_and_reads_it(funding: Funding, address: str, chromium: Browser) -> None:
    await funding.a_fund(1_000_000, name="Mendip Hills Legacy")
    several = [
        *await helped(funding, 18, source="self", legal_stage="none"),
        *await helped(funding, 12, source="gp", client_group="images", outward_code="LS1", legal_stage="bail"),
        *await helped(funding, 9, source="police", client_group="images", age_band="18-25", legal_stage="charged"),
        *await helped(funding, 3, source="prison", client_group="harmed-child", age_band="65-plus"),
    ]
    for at, client in enumerate(several[:30]):
        await scored(funding, client, ("recovered", "improved", "unchanged")[at % 3])
    await funding.passes(timedelta(days=31))
    context = await sign_in(await chromium.new_context(), funding, address)
    page = await context.new_page()

    await page.goto(f"{address}/reports")
    await look(page, "reports-empty")
    await page.get_by_role("button", name="Publish, or note the day").click()
    await look(page, "reports-errors")
    await page.get_by_label("Fund", exact=True).select_option(index=1)
    await page.get_by_label("First day").fill("2026-03-01")
    await page.get_by_label("Last day").fill("2026-03-31")
    await page.get_by_role("button", name="Publish, or note the day").click()
    await expect(page.get_by_text("It is frozen from now on")).to_be_visible()
    await look(page, "report")
    await page.locator("main summary").first.click()
    await expect(page.get_by_role("table").first).to_be_visible()
    assert await page.locator("svg.chart").count() >= 9
    await page.goto(f"{address}/reports")
    await look(page, "reports")
