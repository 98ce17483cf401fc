"""The pages of notifications on a real port, with people of any role signed in, and a board full of referrals."""

import asyncio
import base64
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import uuid4

import httpx
import uvicorn
from playwright.async_api import Page

from services.notifications.app import SERVICE
from shared.events.codes import StaffRole
from shared.events.funding import SubsidyGranted, SubsidyWaitlisted
from shared.events.intake import ConsentGiven, MessageLeft, ReferralClosed, SafeguardingConcernRaised
from shared.events.matching import OfferAccepted, OfferDeclined, ReferralWaitlisted, TherapyStarted
from shared.kernel.ids import AwardId, ConcernId, ReferralId, StaffId
from shared.kernel.money import Pence
from shared.web import store
from shared.web.accounts import add_account
from shared.web.application import create_web
from shared.web.cookies import hash_of, new_token, session_cookies
from shared.web.staff import Staff
from tests.component.notifications import (
    Notifications,
    a_letter,
    a_profile,
    a_referral,
    an_offer,
    proposed,
    triaged,
)

PASSWORD = "a long pass phrase"


@dataclass
class Site:
    """Where the pages are, and how to be somebody."""

    notifications: Notifications
    url: str
    server: uvicorn.Server

    async def cookies(self, *roles: StaffRole) -> dict[str, str]:
        """The cookies of somebody with these roles, signed in now."""
        kernel = self.notifications.kernel
        token, now = new_token(), kernel.clock.now()
        staff = Staff(StaffId(uuid4()), "Ada Example", frozenset(roles))
        async with kernel.database.transaction() as db:
            await store.add_session(db, store.Session(hash_of(token), staff, now, now + timedelta(hours=8)))
        key = base64.b64decode(kernel.settings.session_key.get_secret_value())
        return session_cookies(key, token, now)

    async def client(self, *roles: StaffRole) -> httpx.AsyncClient:
        """A program that is signed in; cookies travel although there is no TLS here."""
        cookies = await self.cookies(*roles) if roles else {}
        header = "; ".join(f"{name}={value}" for name, value in cookies.items())
        return httpx.AsyncClient(base_url=self.url, headers={"cookie": header}, trust_env=False, timeout=100)

    async def sign_in(self, page: Page, *roles: StaffRole) -> None:
        """Sign somebody new in, through the form."""
        kernel, name = self.notifications.kernel, f"ada-{uuid4().hex[:8]}"
        async with kernel.database.transaction() as db:
            await add_account(
                db, name=name, display_name="Ada Example", roles=roles, password=PASSWORD, now=kernel.clock.now()
            )
        await page.goto(f"{self.url}/sign-in")
        await page.get_by_label("E-mail address or sign-in name").fill(name)
        await page.get_by_label("Password", exact=True).fill(PASSWORD)
        await page.get_by_role("button", name="Sign in").click()
        await page.wait_for_url("**/board")

    async def sign_out_everybody(self) -> None:
        """End all sessions."""
        async with self.notifications.kernel.database.transaction() as db:
            await db.execute("DELETE FROM staff_session")


@asynccontextmanager
async def site_of(notifications: Notifications) -> AsyncIterator[Site]:
    """Serve the pages of this component on a free port."""

    async def ready() -> dict[str, Any]:
        return {"ready": True, "database": True, "broker": True, "outbox": {"rows": 0, "age_seconds": 0.0}}

    assert SERVICE.templates is not None
    app = create_web(
        service="notifications",
        settings=notifications.kernel.settings,
        kernel=notifications.kernel,
        readiness=ready,
        routers=SERVICE.routers,
        templates_folders=[SERVICE.templates],
        static_folder=SERVICE.static,
    )
    server = uvicorn.Server(
        uvicorn.Config(app, host="127.0.0.1", port=0, log_config=None, lifespan="off", timeout_graceful_shutdown=1)
    )
    server.install_signal_handlers = lambda: None  # type: ignore[attr-defined]
    task = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110 - uvicorn has no event for it
        await asyncio.sleep(0.02)
    try:
        yield Site(notifications, f"http://localhost:{server.servers[0].sockets[0].getsockname()[1]}", server)
    finally:
        server.should_exit = True
        await task


GROUPS = ("thoughts", "images", "survivor", "family", "exposing", "voyeurism", "harmed-child", "harmed-adult")
AREAS = ("TQ13", "EX1", "M14", "LS6", "CF10", "G12", "BT7", "NE2", "B15", "SW9")


async def fill(notifications: Notifications, rounds: int = 2) -> list[ReferralId]:
    """Referrals in every state, arriving over some days."""
    made = []
    for nth in range(rounds * 12):
        referral = a_referral(received_at=notifications.clock.now(), source=("self", "gp", "police")[nth % 3])
        profile = a_profile(
            client_group=GROUPS[nth % len(GROUPS)],
            outward_code=AREAS[nth % len(AREAS)],
            age_band=("18-25", "26-64", "65-plus", "13-17")[nth % 4],
            online_only=nth % 5 == 0,
            wants_acknowledgement=nth % 3 == 0,
        )
        await notifications.hears(referral, seal=profile)
        await _proceed(notifications, referral.referral_id, nth)
        made.append(referral.referral_id)
        await notifications.passes(timedelta(hours=3))
    return made


async def _proceed(notifications: Notifications, referral_id: ReferralId, nth: int) -> None:  # noqa: C901
    hears, now = notifications.hears, notifications.clock.now()
    step = nth % 12
    if step == 1:
        await hears(
            SafeguardingConcernRaised(
                referral_id=referral_id, concern_id=ConcernId(uuid4()), act_by=now + timedelta(hours=1)
            )
        )
    if step < 2:
        return
    priority = ("routine", "urgent", "routine", "immediate")[nth % 4]
    if step == 2:
        await hears(triaged(referral_id, outcome="more-information", priority=priority))
        await hears(MessageLeft(referral_id=referral_id, by_client=True))
        return
    await hears(
        ConsentGiven(referral_id=referral_id, purpose="sharing", version=1), triaged(referral_id, priority=priority)
    )
    if step in (3, 4):
        reason = ("nobody-near", "no-free-place")[step - 3]
        await hears(ReferralWaitlisted(referral_id=referral_id, reason=reason, next_look_at=now + timedelta(days=2)))  # type: ignore[arg-type]
        return
    match = proposed(referral_id)
    await hears(match)
    if step == 5:
        await hears(SubsidyWaitlisted(referral_id=referral_id, match_id=match.match_id, shortfall=Pence(48000)))
        return
    await hears(
        SubsidyGranted(
            referral_id=referral_id,
            match_id=match.match_id,
            award_id=AwardId(uuid4()),
            sessions=12,
            amount_per_session=Pence(4000),
            contribution_per_session=Pence(2000),
            valid_until=(now + timedelta(days=180)).date(),
        )
    )
    if step == 6:
        return
    offer = an_offer(
        referral_id, match_id=match.match_id, therapist_id=match.therapist_id, reply_by=now + timedelta(hours=20)
    )
    await hears(offer, seal=a_letter())
    parts = {name: getattr(offer, name) for name in ("offer_id", "match_id", "referral_id", "therapist_id")}
    if step == 8:
        await hears(OfferDeclined(**parts, reason="full"))
    if step >= 9:
        await hears(OfferAccepted(**parts, contact_by=now + timedelta(days=2)))
    if step >= 10:
        await hears(TherapyStarted(referral_id=referral_id, match_id=match.match_id, therapist_id=match.therapist_id))
    if step == 11:
        await hears(ReferralClosed(referral_id=referral_id, ended_by="client", reason="completed"))
