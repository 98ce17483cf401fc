"""Fees and drawn awards in a real browser: followed and settled by finance, and seen by the therapist."""

from datetime import timedelta
from secrets import token_urlsafe
from uuid import uuid4

import pytest
from playwright.async_api import Browser, expect

from shared.events.matching import TherapistSessionOpened
from shared.events.sealed import TherapistProfile
from shared.kernel.ids import SessionId
from shared.web.cookies import THERAPIST_COOKIE, THERAPIST_SEEN_COOKIE, hash_of, session_cookies
from tests.component.funding import Funding, funding_service
from tests.component.funding_pages import SESSION_KEY
from tests.component.test_funding_drawing import an_award, attended, cancelled, missed
from tests.component.test_funding_fees import a_policy, accepted
from tests.journey.test_funding_pages import address, look, sign_in

__all__ = ["address", "funding_service"]

pytestmark = [pytest.mark.servers, pytest.mark.browser, pytest.mark.slow]


async def test_finance_follows_fees_and_what_sessions_drew(funding: Funding, address: str, chromium: Browser) -> None:
    await a_policy(funding, valid_from="2026-03-10")
    fund = await funding.a_fund(90_000, name="General fund")
    client = await an_award(funding)
    await accepted(funding)
    await funding.passes(timedelta(days=30))
    for session in (attended, attended, missed, cancelled):
        await funding.hears(session(client, SessionId(uuid4())))
    therapist = await accepted(funding)
    await funding.passes(timedelta(days=14))
    context = await sign_in(await chromium.new_context(), funding, address)
    page = await context.new_page()

    await page.goto(f"{address}/awards/{(await funding.award(client)).award_id}")
    await expect(page.get_by_text("2 of 10 paid")).to_be_visible()
    await look(page, "award-drawn")
    await page.goto(f"{address}/funds/{fund}")
    await look(page, "fund-drawn")
    await page.goto(f"{address}/fees")
    await look(page, "fees")
    await page.get_by_role("link", name="Overdue").click()
    await look(page, "fees-overdue")
    await page.locator("th a").first.click()
    await page.get_by_role("button", name="Waive it").click()
    await look(page, "fee-error")
    await page.get_by_label("Reason").fill("Has retired")
    await page.get_by_role("button", name="Waive it").click()
    await look(page, "fee-waived")
    await page.goto(f"{address}/fees")
    await page.get_by_text("Yearly fee").locator("xpath=..").locator("th a").click()
    await page.get_by_label("Reason").fill("Long illness")
    await page.get_by_role("button", name="Ask a second person").click()
    await expect(page.get_by_text("somebody else has to agree")).to_be_visible()
    await look(page, "fee-own-request")
    await sign_in(context, funding, address)
    await page.reload()
    await look(page, "fee-second-person")
    await page.get_by_role("button", name="Agree: waive it").click()
    await page.goto(f"{address}/fees?show=settled")
    await look(page, "fees-settled")

    token = token_urlsafe(32)
    expires_at = funding.clock.now() + timedelta(hours=1)
    opened = TherapistSessionOpened(therapist_id=therapist, session_hash=hash_of(token), expires_at=expires_at)
    await funding.hears(opened, seal={"funding": TherapistProfile(display_name="Kim Example")})
    cookies = session_cookies(
        SESSION_KEY, token, funding.clock.now(), cookie=THERAPIST_COOKIE, seen=THERAPIST_SEEN_COOKIE
    )
    secure = address.replace("http:", "https:")
    await context.add_cookies(
        [{"name": name, "value": value, "url": secure, "secure": True} for name, value in cookies.items()]
    )
    await page.goto(f"{address}/fees/mine")
    await look(page, "fees-mine")
