"""The portal in a real browser, on a phone and on a desk: from the link in the mail to the end of a therapy."""

from datetime import timedelta

import pytest
from playwright.async_api import Browser, Page

from services.matching.handlers.supervision import NewSupervisor, add_supervisor
from shared.events.asks import ClientContact
from tests.component.matching import Matching, matching_service, therapist_row
from tests.component.matching_pages import session_for
from tests.component.portal import Intake, letters, path_of
from tests.component.register import does, insurance, shows
from tests.integration.nodes import eventually
from tests.journey.test_matching_pages import address, look, opened

__all__ = ["address", "matching_service"]

pytestmark = [pytest.mark.servers, pytest.mark.browser, pytest.mark.slow]


async def to_sign_in(page: Page, matching: Matching, address: str) -> None:
    await page.goto(f"{address}/portal")
    await page.fill("#email", "therapist1@example.org")
    before = len(await letters(matching))
    await page.get_by_role("button", name="Send me a link").click()
    await page.get_by_role("heading", name="Look at your mail").wait_for()

    async def sent() -> bool:
        return len(await letters(matching)) > before

    await eventually(sent)  # the answer does not wait for the letter, whose making would tell who is known
    await page.goto(address + path_of((await letters(matching))[-1]))


async def book(page: Page, day: str, clock: str) -> None:
    await page.fill("#day-book", day)
    await page.fill("#clock-book", clock)
    await page.get_by_role("button", name="Book", exact=True).click()


async def test_a_therapist_goes_from_the_mail_to_the_end_of_a_therapy(
    matching: Matching, address: str, chromium: Browser
) -> None:
    complaints: list[str] = []
    asker = Intake(ClientContact(name="Robin Example", channel="phone", phone="+44 7700 900123", safe_hours="evening"))
    matching.kernel.asker = asker
    await matching.has_therapists(therapist_row(1))
    supervisor = NewSupervisor("Sue Pervisor", "sue@example.org", "S-1")
    await does(matching, lambda tx, one: add_supervisor(tx, one, supervisor))
    await shows(matching, insurance(matching.clock.now().date() + timedelta(days=20)))
    await matching.offered(priority="urgent")
    page = await opened(await chromium.new_context(), complaints)

    await page.goto(f"{address}/portal")
    await look(page, "portal-ask")
    await page.get_by_role("button", name="Send me a link").click()
    await look(page, "portal-ask-error")
    await to_sign_in(page, matching, address)
    await look(page, "portal-link")
    await page.get_by_role("button", name="Sign in").click()
    await look(page, "portal-home-offer")
    await page.get_by_role("link", name="Could you take a client?").click()
    await look(page, "portal-offer")
    await page.get_by_role("button", name="Accept this client").click()
    await look(page, "portal-client-accepted")
    await page.get_by_role("button", name="Show for a minute").click()
    await page.get_by_text("+44 7700 900123").wait_for()
    await look(page, "portal-client-contact")
    await page.get_by_role("button", name="I have reached them").click()
    await book(page, "2026-03-29", "01:30")
    await look(page, "portal-client-clock-error")
    await page.fill("#day", "2026-03-01")
    await page.fill("#clock", "14:00")
    await page.get_by_role("button", name="Book", exact=True).click()
    await look(page, "portal-client-due")
    await page.get_by_role("button", name="Save").click()
    await look(page, "portal-client-due-error")
    await page.check("input[value='attended']")
    await page.get_by_role("button", name="Save").click()
    await book(page, "2026-03-05", "14:00")
    await page.get_by_text("Move or cancel").click()
    await look(page, "portal-client-in-therapy")
    await page.get_by_role("link", name="Today").click()
    await look(page, "portal-home")
    await page.get_by_role("link", name="Client").last.click()
    await page.get_by_role("link", name="I am worried").click()
    await page.get_by_role("button", name="Tell safeguarding staff").click()
    await look(page, "portal-concern-error")
    await page.fill("#what", "Somebody may be in danger on Saturday.")
    await page.get_by_role("button", name="Tell safeguarding staff").click()
    await look(page, "portal-client-concern-told")
    await page.get_by_role("link", name="The therapy has ended").click()
    await look(page, "portal-end")
    await page.check("input[value='completed']")
    await page.fill("#report", "It went well, and they know what to do.")
    await page.get_by_role("button", name="End the therapy").click()
    await look(page, "portal-client-ended")
    await page.get_by_role("link", name="Places and fee").click()
    await look(page, "portal-profile")
    await page.get_by_role("button", name="Pause").click()
    await look(page, "portal-profile-paused")
    await page.get_by_role("link", name="Papers", exact=True).click()
    await look(page, "portal-papers")
    await page.get_by_role("button", name="Write it down").click()
    await look(page, "portal-papers-error")
    await page.fill("#held_on", f"{matching.clock.now():%Y-%m-%d}")
    await page.fill("#minutes", "60")
    await page.get_by_role("button", name="Write it down").click()
    await look(page, "portal-papers-written")
    await page.get_by_role("link", name="Sign-ins").click()
    await look(page, "portal-sign-ins")
    await page.get_by_role("button", name="Sign out everywhere").click()
    await page.get_by_text("You are signed out.").wait_for()

    assert await matching.places(1) == (3, 3, 0)
    assert [text for text in complaints if "422" not in text] == []


async def test_coordinators_follow_therapies(matching: Matching, address: str, chromium: Browser) -> None:
    complaints: list[str] = []
    matching.kernel.asker = Intake(ClientContact())
    await matching.has_therapists(therapist_row(1))
    await matching.offered()
    page = await opened(await chromium.new_context(), complaints)
    await to_sign_in(page, matching, address)
    await page.get_by_role("button", name="Sign in").click()
    await page.get_by_role("link", name="Could you take a client?").click()
    await page.get_by_role("button", name="Accept this client").click()
    await book(page, "2026-03-01", "14:00")
    await page.check("input[value='did-not-attend']")
    await page.get_by_role("button", name="Save").click()
    matching.clock.advance(timedelta(minutes=5))

    context = await chromium.new_context()
    cookies = await session_for(matching, "coordinator")
    secure = address.replace("http:", "https:")
    await context.add_cookies(
        [
            {"name": name, "value": value, "url": secure, "secure": True, "httpOnly": True}
            for name, value in cookies.items()
        ]
    )
    desk = await opened(context, complaints)
    await desk.goto(f"{address}/episodes")
    await look(desk, "episodes")
    await desk.locator("tbody th a").first.click()
    await desk.get_by_text("Correct").first.click()
    await look(desk, "episode")
    await desk.get_by_role("button", name="Put it right").click()
    await look(desk, "episode-error")
    await desk.fill("#reason", "The client rang us: they were there")
    await desk.get_by_role("button", name="Put it right").click()
    await look(desk, "episode-corrected")

    assert [text for text in complaints if "422" not in text] == []
