"""Matching's pages in a real browser: an offer behind its link, and what staff see and do."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
import uvicorn
from playwright.async_api import Browser, BrowserContext, Page

from shared.events.funding import SubsidyWaitlisted
from shared.kernel.ids import SERVICES
from shared.kernel.money import Pence
from tests.component.matching import Matching, matching_service, therapist_row
from tests.component.matching_pages import pages_of, session_for
from tests.looking import look

__all__ = ["look", "matching_service"]

pytestmark = [pytest.mark.servers, pytest.mark.browser, pytest.mark.slow]


@pytest.fixture
async def address(matching: Matching) -> AsyncIterator[str]:
    apps: dict[str, Any] = {}

    async def late(scope: Any, receive: Any, send: Any) -> None:
        await apps["matching"](scope, receive, send)

    server = uvicorn.Server(uvicorn.Config(late, host="127.0.0.1", port=0, log_level="error", lifespan="off"))
    serving = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110 - uvicorn has no event for it
        await asyncio.sleep(0.02)
    here = f"http://localhost:{server.servers[0].sockets[0].getsockname()[1]}"
    apps["matching"] = pages_of(matching, public_urls=dict.fromkeys(SERVICES, here))
    yield here
    server.should_exit = True
    await serving


async def opened(context: BrowserContext, complaints: list[str]) -> Page:
    page = await context.new_page()
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda line: complaints.append(line.text) if line.type in ("error", "warning") else None)
    return page


async def test_a_therapist_answers_an_offer_behind_its_link(
    matching: Matching, address: str, chromium: Browser
) -> None:
    complaints: list[str] = []
    await matching.has_therapists(therapist_row(1), therapist_row(2, session_fee=90))
    referral_id = await matching.takes_on(priority="urgent")
    await matching.subsidises(referral_id)
    _, token = await matching.offer_of(referral_id)
    page = await opened(await chromium.new_context(), complaints)

    await page.goto(f"{address}/offers/{token}")
    await look(page, "offer")
    await page.get_by_role("button", name="I am thinking about it").click()
    await look(page, "offer-thinking")
    await page.get_by_text("I cannot take this client").click()
    await page.get_by_role("button", name="Pass this client on").click()
    await look(page, "offer-decline-error")
    await page.get_by_role("button", name="Accept this client").click()
    await look(page, "offer-accepted")
    assert await matching.places(1) == (3, 2, 1)
    assert [text for text in complaints if "422" not in text] == []


async def test_a_therapist_without_scripts_passes_a_client_on(
    matching: Matching, address: str, chromium: Browser
) -> None:
    await matching.has_therapists(therapist_row(1))
    _, _, token = await matching.offered()
    context = await chromium.new_context(java_script_enabled=False)
    page = await context.new_page()

    await page.goto(f"{address}/offers/{token}")
    await page.get_by_text("I cannot take this client").click()
    await page.check("input[value='too-far']")
    await page.get_by_role("button", name="Pass this client on").click()

    await page.get_by_text("Thank you for letting us know").wait_for()


async def test_staff_read_the_register_the_matches_and_the_reasons(
    matching: Matching, address: str, chromium: Browser
) -> None:
    complaints: list[str] = []
    await matching.has_therapists(*REGISTER)
    running = await matching.takes_on(setting="either", outward_code="EX4")
    await matching.subsidises(running)
    unfunded = await matching.takes_on()
    match_id = (await matching.proposed_for(unfunded)).match_id
    await matching.hears(SubsidyWaitlisted(referral_id=unfunded, match_id=match_id, shortfall=Pence(60000)))
    skill = await matching.takes_on(client_group="voyeurism", priority="urgent")
    await matching.takes_on(outward_code="AB10")
    await matching.takes_on(consents=("referral",))
    await matching.passes(timedelta(hours=3))
    context = await chromium.new_context()
    cookies = await session_for(matching, "coordinator", "registrar")
    await context.add_cookies(
        [{"name": name, "value": value, "url": address.replace("http:", "https:"), "secure": True, "httpOnly": True}
         for name, value in cookies.items()]
    )  # fmt: skip
    page = await opened(context, complaints)

    await page.goto(f"{address}/therapists")
    await look(page, "therapists")
    await page.get_by_role("link", name="Ada Lovage", exact=True).click()
    await look(page, "therapist")
    await page.fill("#maximum", "0")
    await page.get_by_role("button", name="Save places").click()
    await look(page, "therapist-error")
    await page.get_by_role("link", name="Matches", exact=True).click()
    await look(page, "matches")
    await page.goto(f"{address}/matches/waiting/{skill}")
    await look(page, "waiting")
    await page.goto(f"{address}/matches/{(await matching.proposed_for(running)).match_id}")
    await look(page, "match")
    await page.emulate_media(color_scheme="dark")
    await look(page, "match-dark")
    await page.get_by_role("button", name="Withdraw and ask the next therapist").click()
    await look(page, "match-withdrawn")
    await page.goto(f"{address}/therapists?standing=removed")
    await look(page, "therapists-none")

    assert [text for text in complaints if "422" not in text] == []


REGISTER = (
    therapist_row(1, name="Ada Lovage", online="yes", step_free_access="yes"),
    therapist_row(2, name="Basil Thyme", gender="man", outward_code="EX1", session_fee="85", languages="en;cy"),
    therapist_row(3, name="Cicely Dill", outward_code="EX4", client_groups="survivor;family", session_fee="50"),
    therapist_row(4, name="Dilys Sorrel", outward_code="PL1", capacity_available=0, online="yes"),
    therapist_row(5, name="Esme Borage", outward_code="TA1", radius_km=25, age_bands="13-17", child_clearance="yes"),
    therapist_row(6, name="Fenn Marjoram", gender="man", outward_code="M1", online="yes", session_fee="45"),
)
