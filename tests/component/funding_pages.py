"""Funding's pages without a network: a visitor, or a member of staff who signed in elsewhere."""

from datetime import timedelta
from secrets import token_urlsafe
from typing import Any
from uuid import uuid4

from fastapi import FastAPI

from services.funding.app import SERVICE
from shared.events.codes import StaffRole
from shared.events.notifications import StaffSessionOpened
from shared.events.sealed import StaffProfile
from shared.kernel.ids import StaffId
from shared.web import create_web
from shared.web.cookies import hash_of, session_cookies
from tests.component.funding import Funding
from tests.component.matching_pages import SESSION_KEY, PageSettings, Visitor

__all__ = ["SESSION_KEY", "Visitor", "pages_of", "session_for", "staff_of", "visitor_of"]


async def _ready() -> dict[str, object]:
    return {"ready": True}


def pages_of(funding: Funding, **settings: Any) -> FastAPI:
    """The service's own application on this kernel."""
    return create_web(
        service="funding",
        settings=PageSettings(**settings),
        kernel=funding.kernel,
        readiness=_ready,
        routers=SERVICE.routers,
        templates_folders=[SERVICE.templates] if SERVICE.templates else [],
        static_folder=SERVICE.static,
    )


async def session_for(funding: Funding, *roles: StaffRole) -> dict[str, str]:
    """The cookies of a member of staff with these roles who has just signed in."""
    token = token_urlsafe(32)
    event = StaffSessionOpened(
        staff_id=StaffId(uuid4()), session_hash=hash_of(token), expires_at=funding.clock.now() + timedelta(hours=8)
    )
    await funding.hears(event, seal={"funding": StaffProfile(display_name="Robin Example", roles=roles)})
    return session_cookies(SESSION_KEY, token, funding.clock.now())


async def staff_of(funding: Funding, *roles: StaffRole) -> Visitor:
    """A member of staff at the pages."""
    return Visitor(pages_of(funding), await session_for(funding, *roles))


def visitor_of(funding: Funding) -> Visitor:
    """Somebody who is not signed in."""
    return Visitor(pages_of(funding))
