"""The shared pages in a real browser: cookies, content policy, the wait after signing in, Exit, and axe."""

import asyncio
import os
import re
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from playwright.async_api import Browser, BrowserContext, Page, expect
from structlog.testing import capture_logs

from shared.events.notifications import StaffSessionOpened
from shared.kernel.ids import ServiceName
from shared.web import accounts
from shared.web.cookies import STAFF_COOKIE, VISIT_COOKIE
from shared.web.sign_in import router as sign_in_router
from shared.web.sign_out import router as sign_out_router
from shared.web.visits import leave
from tests import web_sample
from tests.component.harness import Component
from tests.component.signing_in import HEARD, PASSWORD
from tests.databases import ServiceDatabase
from tests.looking import PICTURES, findings
from tests.web_sample import SampleSettings, sample_web, with_kernel

pytestmark = [pytest.mark.servers, pytest.mark.browser]


@dataclass
class Desk:
    """A browser before two services that listen on this machine."""

    context: BrowserContext
    urls: dict[ServiceName, str]
    components: dict[ServiceName, Component]
    complaints: list[str] = field(default_factory=list)

    async def page(self, *, width: int = 1280, dark: bool = False) -> Page:
        page = await self.context.new_page()
        await page.set_viewport_size({"width": width, "height": 800})
        await page.emulate_media(color_scheme="dark" if dark else "light")
        page.on(
            "console", lambda line: self.complaints.append(line.text) if line.type in ("error", "warning") else None
        )
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("request", self._only_ours)
        return page

    def _only_ours(self, request: Any) -> None:
        if not request.url.startswith(tuple(self.urls.values())):
            self.complaints.append(f"asked {request.url}")

    async def news(self) -> None:
        for event in await self.components["notifications"].told(StaffSessionOpened):
            delivery = self.components["funding"].delivery(event, event_id=event.origin.event_id)
            await self.components["funding"].kernel.inbox.process([delivery])


async def serve(stack: AsyncExitStack, app: Any) -> tuple[uvicorn.Server, str]:
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=0, log_config=None, lifespan="off"))
    server.install_signal_handlers = lambda: None  # type: ignore[attr-defined]
    task = asyncio.create_task(server.serve())

    async def stop() -> None:
        server.should_exit = True
        await task

    stack.push_async_callback(stop)
    while not server.started:  # noqa: ASYNC110 - uvicorn has no event for it
        await asyncio.sleep(0.02)
    return server, f"http://localhost:{server.servers[0].sockets[0].getsockname()[1]}"


@pytest.fixture
async def desk(database_for: Callable[[str], ServiceDatabase], chromium: Browser) -> AsyncIterator[Desk]:
    async with AsyncExitStack() as stack:
        settings = SampleSettings(demo=True)
        services: tuple[tuple[ServiceName, tuple[Any, ...]], ...] = (
            ("notifications", (sign_in_router, sign_out_router)), ("funding", ()), ("intake", ()),
        )  # fmt: skip
        components: dict[ServiceName, Component] = {}
        urls: dict[ServiceName, str] = {}
        stack.enter_context(capture_logs())
        apps = {}
        for service, routers in services:
            components[service] = await Component.start(service, database_for(service).application_dsn, HEARD)
            stack.push_async_callback(components[service].stop)
            apps[service] = with_kernel(
                sample_web(service, routers=routers, settings=settings), components[service].kernel
            )
            _, urls[service] = await serve(stack, late(apps, service))
        for service, routers in services:
            told = SampleSettings(demo=True, public_urls=urls)
            apps[service] = with_kernel(sample_web(service, routers=routers, settings=told), components[service].kernel)
        context = await chromium.new_context()
        yield Desk(context, urls, components)


def late(apps: dict[Any, Any], service: ServiceName) -> Any:
    """The application as it is when a request comes: the addresses are known only once all listen."""

    async def call(scope: Any, receive: Any, send: Any) -> None:
        await apps[service](scope, receive, send)

    return call


@asynccontextmanager
async def looked_at(page: Page, name: str) -> AsyncIterator[None]:
    """After the block: no finding of axe, nothing wider than the window, and a picture where one is wanted."""
    yield
    await page.wait_for_load_state("networkidle")
    if folder := os.environ.get(PICTURES):
        await page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)
    assert (found := await findings(page, "best-practice")) == "", f"{name}: {found}"
    width = await page.evaluate("[document.documentElement.scrollWidth, window.innerWidth]")
    assert width[0] <= width[1], f"{name} is {width[0]} wide in a window of {width[1]}"


async def add_ada(desk: Desk) -> None:
    notifications = desk.components["notifications"]
    async with notifications.kernel.reading() as db:
        await accounts.add_account(
            db, name="ada@stopso.example", display_name="Ada Example", roles=("coordinator", "finance", "admin"),
            password=PASSWORD, now=notifications.clock.now(),
        )  # fmt: skip


async def sign_in(page: Page, password: str = PASSWORD) -> None:
    await page.get_by_label("E-mail address or sign-in name").fill("ada@stopso.example")
    await page.get_by_label("Password", exact=True).fill(password)
    await page.get_by_role("button", name="Sign in").click()


async def left(page: Page) -> None:
    """Wait until the form was answered by another page."""
    await expect(page).not_to_have_url(re.compile("/sign-in$"))


async def test_staff_sign_in_wait_for_the_news_and_arrive(desk: Desk) -> None:
    await add_ada(desk)
    page = await desk.page()
    async with looked_at(page, "sign-in-1280"):
        await page.goto(f"{desk.urls['funding']}/staff")
        await expect(page).to_have_title("Sign in")
    async with looked_at(page, "sign-in-error-1280"):
        await sign_in(page, "wrong horse battery")
        await expect(page.get_by_role("alert")).to_be_visible()
        await expect(page.locator(".govuk-error-summary")).to_be_focused()
        assert await page.get_by_label("E-mail address or sign-in name").input_value() == "ada@stopso.example"
    desk.complaints = [line for line in desk.complaints if "422" not in line]
    await sign_in(page)
    await expect(page).to_have_title("One moment")
    cookies = {cookie["name"]: cookie for cookie in await desk.context.cookies()}
    assert cookies[STAFF_COOKIE]["secure"]
    assert cookies[STAFF_COOKIE]["httpOnly"]
    await desk.news()
    await expect(page).to_have_title("Deliveries")
    assert page.url == f"{desk.urls['funding']}/staff"
    assert desk.complaints == []


@pytest.mark.parametrize(("width", "dark"), [(1280, False), (320, True)], ids=["wide-light", "narrow-dark"])
async def test_a_staff_page_reads_well(desk: Desk, width: int, *, dark: bool) -> None:
    await add_ada(desk)
    page = await desk.page(width=width, dark=dark)
    await page.goto(f"{desk.urls['notifications']}/sign-in")
    await sign_in(page)
    await left(page)
    await desk.news()
    name = f"{width}-{'dark' if dark else 'light'}"
    desk.complaints.clear()
    async with looked_at(page, f"staff-{name}"):
        await page.goto(f"{desk.urls['funding']}/staff")
        await expect(page.get_by_role("heading", level=1)).to_have_text("Deliveries")
        assert await page.evaluate("typeof htmx") == "object"
    async with looked_at(page, f"sessions-{name}"):
        await page.goto(f"{desk.urls['notifications']}/sign-in/sessions")
        await expect(page.get_by_role("heading", level=1)).to_have_text("Your sessions")
    assert desk.complaints == []
    async with looked_at(page, f"failure-{name}"):
        await page.goto(f"{desk.urls['funding']}/nowhere")


async def test_signing_out_from_another_service_works_with_its_form(desk: Desk) -> None:
    await add_ada(desk)
    page = await desk.page()
    await page.goto(f"{desk.urls['notifications']}/sign-in")
    await sign_in(page)
    await left(page)
    await desk.news()
    await page.goto(f"{desk.urls['funding']}/staff")
    await page.get_by_role("button", name="Sign out").click()
    await expect(page.get_by_text("You are signed out.")).to_be_visible()
    assert STAFF_COOKIE not in {cookie["name"] for cookie in await desk.context.cookies()}


@pytest.mark.parametrize("width", [320, 1280])
async def test_a_public_page_reads_well_and_keeps_answers(desk: Desk, width: int) -> None:
    page = await desk.page(width=width)
    async with looked_at(page, f"public-{width}"):
        await page.goto(f"{desk.urls['intake']}/form")
    async with looked_at(page, f"public-error-{width}"):
        await page.get_by_label("Anything we should know").fill("Please call after six.")
        await page.get_by_role("button", name="Continue").click()
        await expect(page.locator(".govuk-error-summary")).to_be_focused()
        assert await page.get_by_label("Anything we should know").input_value() == "Please call after six."
    async with looked_at(page, f"public-failure-{width}"):
        await page.goto(f"{desk.urls['intake']}/fails/unexpectedly")
    assert [line for line in desk.complaints if "Failed to load resource" not in line] == []


async def test_after_exit_the_back_button_shows_nothing_typed(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    elsewhere = desk.urls["funding"].replace("localhost", "127.0.0.1") + "/health/live"
    monkeypatch.setattr(web_sample, "leave", partial(leave, elsewhere))
    page = await desk.page()
    await page.goto(f"{desk.urls['intake']}/form")
    await page.get_by_label("Anything we should know").fill("zebra-marker")
    before = {cookie["name"]: cookie["value"] for cookie in await desk.context.cookies()}[VISIT_COOKIE]
    await page.get_by_role("button", name="Exit this page").click()
    await page.wait_for_url(elsewhere)
    await page.go_back()
    await page.wait_for_load_state("networkidle")
    assert "zebra-marker" not in await page.evaluate(
        "[...document.querySelectorAll('input,textarea')].map(e => e.value).join(' ')"
    )
    after = {cookie["name"]: cookie["value"] for cookie in await desk.context.cookies()}[VISIT_COOKIE]
    assert after != before


async def test_pages_work_without_scripts(desk: Desk) -> None:
    await add_ada(desk)
    browser = desk.context.browser
    assert browser is not None
    context = await browser.new_context(java_script_enabled=False)
    page = await context.new_page()
    await page.goto(f"{desk.urls['notifications']}/sign-in")
    await page.get_by_label("E-mail address or sign-in name").fill("ada@stopso.example")
    await page.get_by_label("Password", exact=True).fill(PASSWORD)
    await page.get_by_role("button", name="Sign in").click()
    await left(page)
    await page.goto(f"{desk.urls['notifications']}/sign-in/sessions")
    await expect(page.get_by_role("heading", level=1)).to_have_text("Your sessions")
    await context.close()
