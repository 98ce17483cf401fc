"""The staff pages of notifications in a real browser: live, resumed, paused, by keyboard, without scripts."""

import asyncio
import os
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from playwright.async_api import Browser, BrowserContext, Page, Route, expect
from structlog.testing import capture_logs

from services.notifications.handlers import desk
from services.notifications.store.changes import Position
from services.notifications.web import feed as feeds
from services.notifications.web import stream
from shared.events.asks import Identity
from shared.events.codes import StaffRole
from shared.events.intake import ReferralClosed, SafeguardingConcernRaised
from shared.kernel.ids import ConcernId, FunderId
from tests.component.notifications import Notifications, a_profile, a_referral, notifications_on, triaged
from tests.component.notifications_pages import Site, fill, site_of
from tests.databases import ServiceDatabase
from tests.looking import PICTURES, findings

pytestmark = [pytest.mark.servers, pytest.mark.browser, pytest.mark.slow]

EVERYTHING: tuple[StaffRole, ...] = ("coordinator", "safeguarding", "finance", "admin")


@dataclass
class Desk:
    """A browser before the pages, and everything it complained of."""

    site: Site
    browser: Browser
    complaints: list[str] = field(default_factory=list)
    contexts: list[BrowserContext] = field(default_factory=list)

    @property
    def notifications(self) -> Notifications:
        return self.site.notifications

    async def opens(self, *roles: StaffRole, width: int = 1280, dark: bool = False, scripts: bool = True) -> Page:
        """A page with somebody of these roles signed in, on the board."""
        context = await self.browser.new_context(
            viewport={"width": width, "height": 800},
            color_scheme="dark" if dark else "light",
            java_script_enabled=scripts,
        )
        self.contexts.append(context)
        page = await context.new_page()
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("console", lambda line: self.complaints.append(line.text) if line.type == "error" else None)
        page.on("request", self._only_ours)
        await self.site.sign_in(page, *(roles or EVERYTHING))
        return page

    def _only_ours(self, request: Any) -> None:
        if not request.url.startswith(self.site.url):
            self.complaints.append(f"asked {request.url}")


@pytest.fixture
async def desk_of(
    database_for: Callable[[str], ServiceDatabase], monkeypatch: pytest.MonkeyPatch, chromium: Browser
) -> AsyncIterator[Desk]:
    monkeypatch.setattr(feeds, "EVERY", 0.1)
    monkeypatch.setattr(stream, "PING", 1.0)
    async with AsyncExitStack() as stack:
        stack.enter_context(capture_logs())
        component = await stack.enter_async_context(notifications_on(database_for("notifications").application_dsn))
        site = await stack.enter_async_context(site_of(component))
        yield Desk(site, chromium)


async def test_an_open_board_moves_by_itself_and_warns(desk_of: Desk) -> None:
    referral = a_referral()
    card = f"#card-{referral.referral_id}"
    page = await desk_of.opens()
    await expect(page.locator("#live")).to_have_attribute("data-state", "live")

    await desk_of.notifications.hears(referral, seal=a_profile())
    await expect(page.locator(f"[data-column=new] {card}")).to_be_visible()
    await page.locator(f"{card} a").focus()
    await desk_of.notifications.hears(triaged(referral.referral_id, priority="urgent"))
    await expect(page.locator(f"[data-column=matching] {card}")).to_contain_text("Urgent")
    await expect(page.locator(f"{card} a")).to_be_focused()
    await expect(page.locator("[data-number=new]")).to_have_text("0")
    act_by = desk_of.notifications.clock.now() + timedelta(hours=1)
    await desk_of.notifications.hears(
        SafeguardingConcernRaised(referral_id=referral.referral_id, concern_id=ConcernId(uuid4()), act_by=act_by)
    )

    await expect(page.locator("#safeguarding-banner")).to_contain_text("1 safeguarding concern is open")
    await expect(page).to_have_title("(1!) Board · StopSO")
    assert desk_of.complaints == []


@pytest.mark.parametrize("late", ["hx-sse.min.js", "board.js"])
async def test_a_script_that_comes_late_misses_neither_the_stream_nor_what_came_in_before_it(
    desk_of: Desk, late: str
) -> None:
    page, held = await desk_of.opens(), asyncio.Event()

    async def hold(route: Route) -> None:
        await held.wait()
        await route.continue_()

    await page.route(f"**/{late}*", hold)
    await page.goto(f"{desk_of.site.url}/board", wait_until="commit")
    await expect(page.locator("[data-column=closed]")).to_be_attached()
    referral = a_referral()
    await desk_of.notifications.hears(referral, seal=a_profile())
    await page.wait_for_timeout(1000)
    held.set()

    await expect(page.locator(f"#card-{referral.referral_id}")).to_be_visible()
    await expect(page.locator("#live")).to_have_attribute("data-state", "live")


async def test_a_board_that_lost_its_connection_says_so_and_catches_up(desk_of: Desk) -> None:
    page = await desk_of.opens()
    await desk_of.notifications.hears(a_referral(), seal=a_profile())
    await expect(page.locator(".card")).to_have_count(1)
    asked: list[str | None] = []
    page.on(
        "request",
        lambda request: asked.append(request.headers.get("last-event-id")) if "/stream" in request.url else None,
    )

    await page.context.set_offline(True)
    for follower in list(feeds_of(desk_of)):
        follower.give(feeds.Reset(Position(0)))
    gone = a_referral()
    await desk_of.notifications.hears(gone, seal=a_profile())
    await desk_of.notifications.hears(
        ReferralClosed(referral_id=gone.referral_id, ended_by="client", reason="no-answer")
    )
    await page.evaluate("document.getElementById('board')._htmx?.sse?.reader?.cancel()")
    await page.wait_for_timeout(1500)
    await expect(page.locator(".card")).to_have_count(1)
    await page.context.set_offline(False)

    await expect(page.locator(f"[data-column=closed] #card-{gone.referral_id}")).to_be_visible()
    await expect(page.locator("#live")).to_have_attribute("data-state", "live")
    assert any(place for place in asked)


def feeds_of(desk_of: Desk) -> set[feeds.Follower]:
    feed = getattr(desk_of.site.server.config.app.state, "feed", None)  # type: ignore[union-attr]
    return feed.followers if feed is not None else set()


async def test_silence_turns_amber(desk_of: Desk) -> None:
    page = await desk_of.opens()
    await expect(page.locator("#live")).to_have_attribute("data-state", "live")

    await page.clock.install()
    await page.context.set_offline(True)
    await page.evaluate("document.getElementById('board')._htmx.sse.reader.cancel()")
    await page.clock.run_for(32_000)

    await expect(page.locator("#live")).to_have_attribute("data-state", "stale")
    await expect(page.locator("#live-text")).to_contain_text("Not live")


async def test_a_paused_board_keeps_still_until_it_goes_on_but_still_warns(desk_of: Desk) -> None:
    page = await desk_of.opens()
    await expect(page.locator("#live")).to_have_attribute("data-state", "live")
    await page.keyboard.press("p")
    await expect(page.get_by_role("button", name="Go on")).to_be_visible()

    referral = a_referral()
    await desk_of.notifications.hears(referral, seal=a_profile())
    act_by = desk_of.notifications.clock.now()
    await desk_of.notifications.hears(
        SafeguardingConcernRaised(referral_id=referral.referral_id, concern_id=ConcernId(uuid4()), act_by=act_by)
    )
    await expect(page.locator(".alarm")).to_be_visible()
    await expect(page.locator(".card")).to_have_count(0)
    await page.get_by_role("button", name="Go on").click()

    await expect(page.locator(".card")).to_have_count(1)


async def test_the_palette_goes_anywhere_by_keyboard(desk_of: Desk) -> None:
    (referral_id, *_) = await fill(desk_of.notifications, 1)
    page = await desk_of.opens()

    money = page.locator(".bar__shelf > summary", has_text="Money")
    await money.focus()
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("link", name="Funds")).to_be_visible()
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("link", name="Funds")).to_be_hidden()
    await expect(money).to_be_focused()
    await page.keyboard.press("?")
    await expect(page.locator("#help")).to_be_visible()
    await page.keyboard.press("Escape")
    await page.keyboard.press("Control+k")
    await page.keyboard.type(str(referral_id)[-6:])
    await page.keyboard.press("Enter")

    await page.wait_for_url(f"**/referrals/{referral_id}")


async def test_without_scripts_the_board_is_complete(desk_of: Desk) -> None:
    await fill(desk_of.notifications, 1)
    page = await desk_of.opens(scripts=False)

    await expect(page.locator(".card")).to_have_count(12)
    await expect(page.locator("#live-text")).to_contain_text("As of")
    await expect(page.locator("#pause")).to_be_hidden()
    await page.get_by_label("Deadline").select_option("soon")
    await page.get_by_role("button", name="Show", exact=True).click()

    await page.wait_for_url("**/board?*due=soon*")
    await expect(page.locator(".alarm")).to_be_visible()


async def test_what_was_revealed_is_taken_off_the_page(desk_of: Desk) -> None:
    (referral_id, *_) = await fill(desk_of.notifications, 1)
    desk_of.notifications.intake.answer = Identity(
        name="Jo Invented", channel="email", email="jo@example.org", seconds=60
    )
    page = await desk_of.opens()
    await page.clock.install()
    await page.goto(f"{desk_of.site.url}/referrals/{referral_id}")
    await page.get_by_label("Why do you need to see this?").fill("calling back as agreed")
    await page.get_by_role("button", name="Reveal for a minute").click()
    await expect(page.get_by_text("Jo Invented")).to_be_visible()

    await page.clock.run_for(61_000)
    await expect(page.get_by_text("Jo Invented")).to_have_count(0)

    await page.go_back()
    await expect(page.get_by_text("Jo Invented")).to_have_count(0)


@pytest.mark.parametrize(("width", "dark"), [(1280, False), (320, True)])
async def test_every_page_is_accessible_and_fits(desk_of: Desk, width: int, dark: bool) -> None:  # noqa: FBT001
    notifications = desk_of.notifications
    ids = await fill(notifications, 1)
    await notifications.sends()
    await notifications.perform(
        "x", lambda tx: desk.add_endpoint(FunderId(uuid4()), "http://localhost:9999/hook", "loopback", tx)
    )
    poison = notifications.delivery(triaged(a_referral().referral_id))
    await notifications.kernel.inbox.process([type(poison)(b"{}", poison.headers, poison.tag, poison.user)])
    (delivery, *_) = await notifications.deliveries()
    page = await desk_of.opens(width=width, dark=dark)
    paths = {
        "board": "/board",
        "board-empty": "/board?area=ZZ99",
        "board-column": "/board?column=waiting",
        "referral": f"/referrals/{ids[9]}",
        "find": "/referrals?id=nothing",
        "deliveries": "/deliveries",
        "delivery": f"/deliveries/{delivery['delivery_id']}",
        "endpoints": "/deliveries/endpoints",
        "dead-letters": "/dead-letters",
        "system": "/system",
        "mail": "/mail",
    }
    complaints = []
    for name, path in paths.items():
        await page.goto(desk_of.site.url + path)
        await page.wait_for_timeout(300)
        if folder := os.environ.get(PICTURES):
            await page.screenshot(
                path=Path(folder) / f"{name}-{width}-{'dark' if dark else 'light'}.png", full_page=True
            )
        if found := await findings(page):
            complaints.append(f"{name}: {found}")
        wide = await page.evaluate("[document.documentElement.scrollWidth, window.innerWidth]")
        if wide[0] > wide[1]:
            complaints.append(f"{name} is {wide[0]} wide in a window of {wide[1]}")

    assert not complaints, "\n".join(complaints)
    assert [one for one in desk_of.complaints if "404" not in one] == []
