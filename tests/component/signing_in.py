"""Two services of which one knows when people sign in at the other, and a browser at both."""

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx
from fastapi import APIRouter
from structlog.testing import capture_logs

from shared.events.codes import StaffRole
from shared.events.notifications import StaffSessionClosed, StaffSessionOpened
from shared.kernel.ids import ServiceName, StaffId
from shared.messaging.subscriptions import Subscription, Subscriptions
from shared.web import accounts, forget_session, remember_session
from shared.web.sign_in import router as sign_in_router
from shared.web.sign_out import router as sign_out_router
from tests.component.harness import Component
from tests.databases import ServiceDatabase
from tests.web_sample import browser, hidden_token, sample_web, with_kernel

PASSWORD = "correct horse battery"
HEARD = Subscriptions(
    {
        StaffSessionOpened.type: Subscription(StaffSessionOpened, remember_session),
        StaffSessionClosed.type: Subscription(StaffSessionClosed, forget_session),
    }
)


@dataclass
class House:
    """Notifications, where people sign in, and funding, which hears of it."""

    notifications: Component
    funding: Component
    front: httpx.AsyncClient
    back: httpx.AsyncClient

    async def add(self, name: str = "ada", *roles: StaffRole, password: str = PASSWORD) -> StaffId:
        async with self.notifications.kernel.reading() as db:
            account_id = await accounts.add_account(
                db, name=name, display_name=f"{name.title()} Example", roles=roles or ("finance",),
                password=password, now=self.notifications.clock.now(),
            )  # fmt: skip
        return StaffId(account_id)

    async def sign_in(self, name: str = "ada", password: str = PASSWORD, **fields: str) -> httpx.Response:
        token = hidden_token((await self.front.get("/sign-in")).text)
        return await self.front.post(
            "/sign-in", data={"name": name, "password": password, "csrf_token": token, **fields}
        )

    async def news(self) -> None:
        """Carry every session event to funding, as the broker would, and the cookies to its pages."""
        told: list[Any] = [
            *await self.notifications.told(StaffSessionOpened),
            *await self.notifications.told(StaffSessionClosed),
        ]
        for event in sorted(told, key=lambda event: event.origin.sequence):
            delivery = self.funding.delivery(event, event_id=event.origin.event_id)
            await self.funding.kernel.inbox.process([delivery])
        self.carry_cookies()

    def carry_cookies(self) -> None:
        self.back.cookies = same_browser(self.front.cookies, "funding.example")

    async def post(self, address: str, token_from: str, **fields: str) -> httpx.Response:
        token = hidden_token((await self.front.get(token_from)).text)
        return await self.front.post(address, data={"csrf_token": token, **fields})


def same_browser(cookies: httpx.Cookies, host: str) -> httpx.Cookies:
    """The same cookies for another host, as ports of one host share them."""
    shared = httpx.Cookies()
    for cookie in cookies.jar:
        shared.set(cookie.name, cookie.value or "", domain=host)
    return shared


@asynccontextmanager
async def open_house(database_for: Callable[[str], ServiceDatabase]) -> AsyncIterator[House]:
    """Both services on databases of their own."""
    async with AsyncExitStack() as stack:
        parts = []
        services: tuple[tuple[ServiceName, tuple[APIRouter, ...]], ...] = (
            ("notifications", (sign_in_router, sign_out_router)), ("funding", ()),
        )  # fmt: skip
        for service, routers in services:
            component = await Component.start(service, database_for(service).application_dsn, HEARD)
            stack.push_async_callback(component.stop)
            app = with_kernel(sample_web(service, routers=routers), component.kernel)
            parts.append((component, await stack.enter_async_context(browser(app, f"https://{service}.example"))))
        stack.enter_context(capture_logs())
        yield House(parts[0][0], parts[1][0], parts[0][1], parts[1][1])
