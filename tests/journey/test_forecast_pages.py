"""When the money runs out, in a real browser: charts of a fund and of all, and the list of those who wait."""

import re
from datetime import date, timedelta

import pytest
from playwright.async_api import Browser, expect

from services.funding.domain.funds import Restrictions
from shared.kernel.ids import FundId
from shared.kernel.money import Pence
from tests.component.funding import Funding, funding_service
from tests.journey.test_funding_pages import address, look, sign_in

__all__ = ["address", "funding_service"]

pytestmark = [pytest.mark.servers, pytest.mark.browser, pytest.mark.slow]

LAST_DAY = date(2026, 12, 31)


async def a_charity_with_a_past(funding: Funding) -> tuple[FundId, FundId]:
    """Fourteen weeks of awards from three funds, and then more who ask than there is money for."""
    free = await funding.a_fund(1_050_000, name="General fund")
    wales = Restrictions(regions=frozenset({"wales"}), until=LAST_DAY, cap_per_client=Pence(40_000))
    welsh = await funding.a_fund(600_000, name="Welsh wellbeing", restrictions=wales)
    young = Restrictions(age_bands=frozenset({"18-25"}))
    await funding.a_fund(80_000, name="Bursary for the young", restrictions=young)
    for week in range(14):
        await funding.passes(timedelta(days=7))
        client = await funding.a_match(
            outward_code=("TQ13", "CF10", "LS1")[week % 3], sessions=(10, 12, 16, 14)[week % 4], fee=5000
        )
        await funding.hears(client.accepted() if week % 5 else client.declined())
    for nth in range(9):
        await funding.a_match(
            sessions=24,
            fee=11_500 + 500 * nth,
            outward_code=("LS1", "CF10", "TQ13")[nth % 3],
            client_group=("survivor", "family")[nth // 5],
            priority="urgent" if nth == 2 else "routine",
        )
        await funding.passes(timedelta(days=2 if nth % 3 else 5))
    return free, welsh


async def test_finance_sees_how_long_money_lasts_and_who_waits(
    funding: Funding, address: str, chromium: Browser
) -> None:
    context = await sign_in(await chromium.new_context(), funding, address)
    page = await context.new_page()
    await page.goto(f"{address}/funds/forecast")
    await look(page, "forecast-none")
    free, welsh = await a_charity_with_a_past(funding)
    await sign_in(context, funding, address)

    await page.goto(f"{address}/funds")
    await page.get_by_role("link", name="When the money runs out").click()
    await expect(page.get_by_role("img", name="All funds together: what is left")).to_be_visible()
    await look(page, "forecast")
    await page.get_by_role("link", name="Welsh wellbeing").click()
    await expect(page).to_have_url(re.compile(f"{welsh}$"))
    await look(page, "forecast-fund")
    await page.goto(f"{address}/awards/unfunded")
    await expect(page.get_by_role("heading", name="Which gifts would help")).to_be_visible()
    await look(page, "unfunded")
    await page.emulate_media(color_scheme="dark")
    await look(page, "unfunded-dark")
    await page.goto(f"{address}/funds/{free}")
    await look(page, "forecast-fund-dark")
    async with page.expect_download() as download:
        await page.goto(f"{address}/awards/unfunded")
        await page.get_by_role("link", name="For a spreadsheet").click()
    assert (await download.value).suggested_filename.endswith(".csv")
