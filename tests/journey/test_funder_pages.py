"""The funder portal in a real browser: from the address that finance notes to the report on paper, and receipts."""

from datetime import date, timedelta
from pathlib import Path
from uuid import UUID

import pytest
from playwright.async_api import Browser, Page, expect

from services.funding.domain.releases import Period
from services.funding.handlers import fees as settling
from services.funding.handlers.reporting import plan_report
from shared.kernel.ids import FundId
from tests.component.funder_portal import a_fund_of, letters, path_of
from tests.component.funding import Funding, funding_service
from tests.component.test_funding_fees import accepted, fees_of
from tests.component.test_funding_grants import a_grant, instalment
from tests.component.test_funding_receipts import therapist_at
from tests.component.test_funding_reports import MARCH, helped, published, scored
from tests.integration.nodes import eventually
from tests.journey.test_funding_pages import address, look, sign_in

__all__ = ["address", "funding_service"]

pytestmark = [pytest.mark.servers, pytest.mark.browser, pytest.mark.slow]

APRIL = Period(date(2026, 4, 1), date(2026, 5, 1))


async def two_reports(funding: Funding, fund: FundId) -> None:
    """A spring in which the fund helped some forty people."""
    several = [
        *await helped(funding, 18, source="self", legal_stage="none"),
        *await helped(funding, 12, source="gp", client_group="images", outward_code="LS1", legal_stage="bail"),
        *await helped(funding, 3, source="prison", client_group="harmed-child", age_band="65-plus"),
    ]
    for at, client in enumerate(several[:30]):
        await scored(funding, client, ("recovered", "improved", "unchanged")[at % 3])
    await funding.passes(timedelta(days=31))
    await published(funding, fund)
    await helped(funding, 24, source="self")
    await funding.passes(timedelta(days=31))
    await published(funding, fund, APRIL)
    await funding.perform(str(fund), lambda tx: plan_report(tx, fund, Period(MARCH.start, APRIL.end), date(2026, 6, 1)))


async def test_a_funder_signs_in_and_reads_what_their_money_did(
    funding: Funding, address: str, chromium: Browser, tmp_path: Path
) -> None:
    _, fund = await a_fund_of(funding, "Mendip Hills Trust")
    grant = await a_grant(funding, fund, reference="MHT 2026/14", last_day=date(2026, 6, 30))
    await instalment(funding, grant, date(2026, 5, 20), 50_000)
    await two_reports(funding, fund)
    context = await sign_in(await chromium.new_context(), funding, address)
    page = await context.new_page()

    await page.goto(f"{address}/funder-contacts")
    await look(page, "funder-contacts")
    await page.get_by_role("link", name="Mendip Hills Trust").click()
    await page.get_by_role("button", name="Add").click()
    await look(page, "funder-contacts-error")
    await page.get_by_label("Name", exact=True).fill("Ada Example")
    await page.get_by_label("E-mail address").fill("ada@example.org")
    await page.get_by_role("button", name="Add").click()
    await expect(page.get_by_text("They can now sign in")).to_be_visible()
    await look(page, "funder-contacts-one")

    await context.clear_cookies()
    await page.goto(f"{address}/funder/funds/{fund}")
    await look(page, "funder-sign-in")
    await page.get_by_role("button", name="Send me a link").click()
    await look(page, "funder-sign-in-error")
    await page.get_by_label("E-mail address").fill("ada@example.org")
    await page.get_by_role("button", name="Send me a link").click()
    await look(page, "funder-sent")

    async def sent() -> bool:
        return await letters(funding) != []

    await eventually(sent)  # the answer does not wait for the letter, whose making would tell who is known
    link = f"{address}{path_of((await letters(funding))[-1])}"
    await page.goto(link)
    await look(page, "funder-link")
    await page.get_by_role("button", name="Sign in").click()
    await expect(page.get_by_role("heading", name="Your funds")).to_be_visible()
    await look(page, "funder-home")
    await page.get_by_role("link", name="Fund of Mendip Hills Trust", exact=True).click()
    await look(page, "funder-fund")
    await page.get_by_role("link", name="1 April to 30 April 2026", exact=True).click()
    await look(page, "funder-report")
    await page.emulate_media(media="print")
    await expect(page.get_by_role("navigation").first).not_to_be_visible()
    await page.emulate_media(media="screen")
    await page.locator("summary").first.click()
    await its_page_to_keep(page, tmp_path)
    await page.goto(f"{address}/funder/sign-out")
    await look(page, "funder-sign-out")
    await page.get_by_role("button", name="Sign out").click()
    await expect(page.get_by_text("You are signed out")).to_be_visible()
    await page.goto(link)
    await look(page, "funder-link-used")


async def its_page_to_keep(page: Page, folder: Path) -> None:
    """The report as a file can be opened by itself."""
    async with page.expect_download() as waiting:
        await page.get_by_role("link", name="Page of the report").click()
    kept = folder / "report.html"
    await (await waiting.value).save_as(kept)
    alone = await page.context.new_page()
    await alone.goto(kept.as_uri())
    await look(alone, "funder-report-file")
    await alone.close()


async def test_therapists_and_finance_find_receipts(funding: Funding, address: str, chromium: Browser) -> None:
    therapist = await accepted(funding)
    await accepted(funding)
    (fee,) = await fees_of(funding, therapist)
    await funding.perform(str(therapist), lambda tx: settling.note_paid(tx, fee.fee_id), actor=f"staff:{UUID(int=7)}")
    context = await sign_in(await chromium.new_context(), funding, address)
    page = await context.new_page()

    await page.goto(f"{address}/fees/{fee.fee_id}")
    await page.get_by_text("The money did not come in after all").click()
    await look(page, "fee-paid")
    await page.get_by_role("button", name="Take the payment back").click()
    await look(page, "fee-paid-error")
    await page.goto(f"{address}/fees/receipts")
    await look(page, "fees-receipts")
    secure = address.replace("http:", "https:")
    cookies = dict((await therapist_at(funding, therapist)).client.cookies)
    await context.add_cookies(
        [{"name": name, "value": value, "url": secure, "secure": True} for name, value in cookies.items()]
    )
    await page.goto(f"{address}/fees/mine")
    await look(page, "fees-mine-receipts")
    async with page.expect_download() as waiting:
        await page.get_by_role("link", name="Receipt R2026-0001").click()
    assert (await waiting.value).suggested_filename == "receipt-R2026-0001.pdf"
