"""Matching's pages without a network: a visitor, or a member of staff who signed in elsewhere."""

import base64
from datetime import timedelta
from secrets import token_urlsafe
from typing import Any
from uuid import uuid4

import httpx
from fastapi import FastAPI
from pydantic import BaseModel, Field, SecretStr

from services.matching.app import SERVICE
from shared.events.codes import StaffRole
from shared.events.notifications import StaffSessionOpened
from shared.events.sealed import StaffProfile
from shared.kernel.ids import SERVICES, ServiceName, StaffId
from shared.web import create_web
from shared.web.cookies import hash_of, session_cookies
from tests.component.matching import Matching

SESSION_KEY = b"k" * 32
ADDRESS = "https://matching.example"


class PageSettings(BaseModel):
    """What the frame of the pages needs."""

    session_key: SecretStr = SecretStr(base64.b64encode(SESSION_KEY).decode())
    public_urls: dict[ServiceName, str] = Field(
        default_factory=lambda: {name: f"https://{name}.example" for name in SERVICES}
    )
    demo: bool = True


async def _ready() -> dict[str, object]:
    return {"ready": True}


def pages_of(matching: Matching, **settings: Any) -> FastAPI:
    """The service's own application on this kernel."""
    return create_web(
        service="matching",
        settings=PageSettings(**settings),
        kernel=matching.kernel,
        readiness=_ready,
        routers=SERVICE.routers,
        templates_folders=[SERVICE.templates] if SERVICE.templates else [],
        static_folder=SERVICE.static,
        uploads=SERVICE.uploads,
    )


class Visitor:
    """Somebody with a browser: keeps cookies and sends the forms of the pages they have read."""

    def __init__(self, app: FastAPI, cookies: dict[str, str] | None = None) -> None:
        transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
        self.client = httpx.AsyncClient(transport=transport, base_url=ADDRESS, cookies=cookies)

    async def reads(self, path: str, method: str = "GET") -> httpx.Response:
        """Open a page."""
        return await self.client.request(method, path)

    async def sends(self, path: str, page: str, **answers: str) -> httpx.Response:
        """Send a form of `page` to `path`."""
        token = (await self.reads(page)).text.partition('name="csrf_token" value="')[2].partition('"')[0]
        return await self.client.post(path, data={"csrf_token": token, **answers})


async def session_for(matching: Matching, *roles: StaffRole) -> dict[str, str]:
    """The cookies of a member of staff with these roles who has just signed in."""
    token = token_urlsafe(32)
    event = StaffSessionOpened(
        staff_id=StaffId(uuid4()),
        session_hash=hash_of(token),
        expires_at=matching.clock.now() + timedelta(hours=8),
    )
    await matching.hears(event, seal={"matching": StaffProfile(display_name="Robin Example", roles=roles)})
    return session_cookies(SESSION_KEY, token, matching.clock.now())


async def staff_of(matching: Matching, *roles: StaffRole) -> Visitor:
    """A member of staff at the pages."""
    return Visitor(pages_of(matching), await session_for(matching, *roles))


def visitor_of(matching: Matching) -> Visitor:
    """Somebody who is not signed in."""
    return Visitor(pages_of(matching))
