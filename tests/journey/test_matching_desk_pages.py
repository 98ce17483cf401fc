"""What coordinators see of those who wait, of the clocks and of offers, in a real browser."""

from datetime import timedelta

import pytest
from playwright.async_api import Browser, expect

from services.matching.handlers import answers, declining, holding
from shared.events.matching import OfferSent
from shared.kernel.ids import OfferId
from tests.component.matching import Matching, matching_service, therapist_row
from tests.component.matching_pages import session_for
from tests.journey.test_matching_pages import address, look, opened

__all__ = ["address", "matching_service"]

pytestmark = [pytest.mark.servers, pytest.mark.browser, pytest.mark.slow]


async def test_coordinators_see_who_waits_and_act_on_offers(
    matching: Matching, address: str, chromium: Browser
) -> None:
    complaints: list[str] = []
    await matching.has_therapists(therapist_row(1), therapist_row(2, session_fee=90))
    given_up, offer_id, _ = await matching.offered()
    await matching.perform(str(given_up), lambda tx: answers.accept(tx, offer_id))
    await matching.passes(timedelta(hours=20))
    await matching.perform(str(given_up), lambda tx: declining.give_up(tx, offer_id, "other", by="therapist"))
    asked, _, _ = await matching.offered(priority="urgent")
    for _ in range(2):
        await matching.takes_on(outward_code="TR1")
    held = await matching.takes_on(outward_code="TR1", priority="urgent")
    await matching.perform(
        str(held), lambda tx: holding.put_on_hold(tx, held, matching.clock.now() + timedelta(days=14))
    )
    match_id = (await matching.proposed_for(asked)).match_id
    cookies = await session_for(matching, "coordinator")
    context = await chromium.new_context()
    await context.add_cookies(
        [{"name": name, "value": value, "url": address.replace("http:", "https:"), "secure": True, "httpOnly": True}
         for name, value in cookies.items()]
    )  # fmt: skip
    page = await opened(context, complaints)

    await page.goto(f"{address}/matches")
    await look(page, "matches-to-look-at")
    await page.get_by_role("link", name="Waiting list", exact=True).click()
    await look(page, "waiting-list")
    await page.goto(f"{address}/matches/waiting/{held}")
    await look(page, "waiting-on-hold")
    await page.goto(f"{address}/matches/clocks")
    await look(page, "clocks")
    await page.goto(f"{address}/matches/{match_id}")
    for summary in ("told us by phone", "Give more time", "Take this offer back"):
        await page.get_by_text(summary).first.click()
    await look(page, "match-acting")
    await page.get_by_label("What they said").select_option("accepted")
    await page.locator("form[action$='/answer'] textarea").fill("Called at ten and said yes.")
    await page.get_by_role("button", name="Write it down").click()
    await page.get_by_text("The client wishes for another therapist").click()
    await look(page, "match-accepted-by-phone")
    await expect(page.get_by_text("Called at ten and said yes.")).to_be_visible()
    assert len({OfferId(event.offer_id) for event in await matching.told(OfferSent)}) == 2
    assert [text for text in complaints if "favicon" not in text] == []
