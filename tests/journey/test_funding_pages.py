"""Funding's pages in a real browser: funds, their ledger, money in, awards with their reasons, and who waits."""

import asyncio
from collections.abc import AsyncIterator
from datetime import date, timedelta
from typing import Any

import pytest
import uvicorn
from playwright.async_api import Browser, BrowserContext

from services.funding.domain.funds import Restrictions
from shared.events.codes import StaffRole
from shared.kernel.ids import SERVICES, FundId
from shared.kernel.money import Pence
from tests.component.funding import Client, Funding, funding_service
from tests.component.funding_pages import pages_of, session_for
from tests.looking import look

__all__ = ["funding_service", "look"]

pytestmark = [pytest.mark.servers, pytest.mark.browser, pytest.mark.slow]


@pytest.fixture
async def address(funding: Funding) -> AsyncIterator[str]:
    apps: dict[str, Any] = {}

    async def late(scope: Any, receive: Any, send: Any) -> None:
        await apps["funding"](scope, receive, send)

    server = uvicorn.Server(uvicorn.Config(late, host="127.0.0.1", port=0, log_level="error", lifespan="off"))
    serving = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110 - the server has no event for it
        await asyncio.sleep(0.02)
    here = f"http://localhost:{server.servers[0].sockets[0].getsockname()[1]}"
    apps["funding"] = pages_of(funding, public_urls=dict.fromkeys(SERVICES, here))
    yield here
    server.should_exit = True
    await serving


async def sign_in(context: BrowserContext, funding: Funding, address: str, *roles: StaffRole) -> BrowserContext:
    """Finance, or whoever has these roles, at a browser."""
    await context.clear_cookies()
    cookies = await session_for(funding, *(roles or ("finance",)))
    await context.add_cookies(
        [
            {"name": name, "value": value, "url": address.replace("http:", "https:"), "secure": True, "httpOnly": True}
            for name, value in cookies.items()
        ]
    )
    return context


async def a_busy_charity(funding: Funding) -> FundId:
    """Five funds in different straits, clients in every state; gives the fund of the west."""
    west = await funding.a_fund(
        180_000,
        name="Mendip Hills Legacy",
        restrictions=Restrictions(
            regions=frozenset({"south-west", "wales"}), until=date(2026, 9, 30), cap_per_client=Pence(60_000)
        ),
    )
    await funding.a_fund(400_000, name="General fund")
    await funding.a_fund(
        250_000, name="Young people", restrictions=Restrictions(age_bands=frozenset({"13-17", "18-25"}))
    )
    await funding.a_fund(90_000, name="Trustees' relief fund", kind="designated")
    await funding.a_fund(name="Autumn appeal", restrictions=Restrictions(available_from=date(2026, 10, 1)))
    await funding.passes(timedelta(days=1))
    first, second = await funding.a_match(), await funding.a_match(means="part-fee", affordable_per_session=1250)
    await funding.hears(first.accepted())
    await funding.passes(timedelta(days=1))
    declined = await funding.a_match(outward_code="LS1", fee=6500)
    await funding.hears(declined.declined(), second.accepted())
    await funding.a_match(means="unsure", sessions=12)
    await funding.a_match(means="full-fee")
    for priority, sessions in (("routine", 20), ("urgent", 24), ("routine", 20), ("immediate", 24)):
        await funding.a_match(outward_code="LS1", fee=9000, sessions=sessions, priority=priority)
        await funding.passes(timedelta(hours=30))
    await funding.a_match(consents=())
    await funding.hears(Client().proposed())
    return west


async def test_finance_reads_the_funds_the_awards_and_the_waiting(
    funding: Funding, address: str, chromium: Browser
) -> None:
    complaints: list[str] = []
    context = await sign_in(await chromium.new_context(), funding, address)
    page = await context.new_page()
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda line: complaints.append(line.text) if line.type in ("error", "warning") else None)

    await page.goto(f"{address}/funds")
    await look(page, "funds-none")
    await page.goto(f"{address}/awards/unfunded")
    await look(page, "unfunded-none")
    west = await a_busy_charity(funding)
    await sign_in(context, funding, address)
    await page.goto(f"{address}/funds")
    await look(page, "funds")
    await page.get_by_role("link", name="Mendip Hills Legacy").click()
    await look(page, "fund")
    await page.goto(f"{address}/funds/{west}?on=2026-03-02")
    await look(page, "fund-past")
    await page.goto(f"{address}/awards")
    await look(page, "awards")
    await page.get_by_role("link", name="Reserved").click()
    await page.locator("th a").last.click()
    await look(page, "award")
    await page.emulate_media(color_scheme="dark")
    await look(page, "award-dark")
    await page.goto(f"{address}/funds")
    await look(page, "funds-dark")
    await page.emulate_media(color_scheme="light")
    await page.goto(f"{address}/awards/unfunded")
    await look(page, "unfunded")

    assert complaints == []


async def test_money_typed_in_reaches_who_waits(funding: Funding, address: str, chromium: Browser) -> None:
    fund = await funding.a_fund(name="General fund")
    waiting = await funding.a_match()
    context = await sign_in(await chromium.new_context(), funding, address)
    page = await context.new_page()

    await page.goto(f"{address}/funds/{fund}")
    await page.get_by_role("link", name="Money came in").click()
    await look(page, "receive")
    await page.fill("#amount", "-500")
    await page.get_by_role("button", name="Note it").click()
    await look(page, "receive-error")
    assert await page.input_value("#amount") == "-500"
    await page.fill("#amount", "500")
    await page.fill("#reference", "BACS 4711")
    await page.get_by_role("button", name="Note it").click()
    await page.get_by_text("Whoever waited for this money has been looked at.").wait_for()
    await look(page, "received")

    assert (await funding.award(waiting)).state == "reserved"
