"""Intake alone: requests for help in, decisions and events out."""

import base64
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, TypeVar
from uuid import UUID, uuid4

import httpx
from fastapi import FastAPI
from pydantic import SecretStr

from services.intake.app import SERVICE
from services.intake.domain.answers import Contact, Need, Submission
from services.intake.domain.codes import Purpose
from services.intake.handlers import triage
from services.intake.handlers.receiving import Arrival, receive
from services.intake.settings import IntakeSettings
from services.intake.store.concerns import Concern, concerns_of
from services.intake.store.referrals import Referral, referral_of
from shared.events.codes import StaffRole
from shared.events.notifications import StaffSessionOpened
from shared.events.sealed import StaffProfile
from shared.kernel.ids import SERVICES, ReferralId, StaffId, uuid7
from shared.messaging.transaction import Transaction
from shared.web import create_web
from shared.web.cookies import hash_of, session_cookies
from tests.component.harness import Component
from tests.databases import ServiceDatabase

T = TypeVar("T")

ALL_PURPOSES: tuple[Purpose, ...] = ("referral", "sharing", "subsidy", "evaluation", "statistics", "contact-again")
ANNA, BERTA = StaffId(UUID(int=1)), StaffId(UUID(int=2))


def a_setting(**changes: Any) -> IntakeSettings:
    """Settings without a server behind them."""
    return IntakeSettings.model_construct(
        **{
            "public_urls": {service: f"https://{service}.example" for service in SERVICES},
            "session_key": SecretStr(base64.b64encode(b"k" * 32).decode()),
            "demo": False,
            **changes,
        }
    )


async def _ready() -> dict[str, object]:
    return {"ready": True}


def a_need(**changes: Any) -> Need:
    """A straightforward need, with changes."""
    plain = Need(
        asker="client",
        client_group="survivor",
        age_band="26-64",
        danger="no",
        outward_code="TQ13",
        means="cannot-pay",
    )
    return replace(plain, **changes)


def a_contact(**changes: Any) -> Contact:
    """Somebody who may be written to, with changes."""
    return replace(Contact(channel="email", name="Robin", email="robin@example.org"), **changes)


def a_submission(
    *,
    contact: Contact | None = None,
    consents: tuple[Purpose, ...] = ALL_PURPOSES,
    words: str = "",
    **need: Any,
) -> Submission:
    """A straightforward request for help; further keywords change its need."""
    return Submission("web", "self", a_need(**need), contact or a_contact(), consents, words)


@dataclass
class Intake(Component):
    """Intake on its own database."""

    @classmethod
    async def open(cls, database: ServiceDatabase) -> "Intake":
        """Start on a fresh database; call `stop` at the end."""
        settings = a_setting()
        made = await Component.start("intake", database.application_dsn, SERVICE.subscriptions, settings=settings)
        return cls(**{name: getattr(made, name) for name in made.__dataclass_fields__})

    def web(self) -> FastAPI:
        """The pages, on this kernel."""
        return create_web(
            service="intake",
            settings=self.kernel.settings,
            kernel=self.kernel,
            readiness=_ready,
            routers=SERVICE.routers,
            templates_folders=[SERVICE.templates] if SERVICE.templates else [],
            static_folder=SERVICE.static,
            phone_number="0808 157 0000",
        )

    def browser(self) -> "Browser":
        """A visitor."""
        transport = httpx.ASGITransport(app=self.web())
        return Browser(transport=transport, base_url=HERE, follow_redirects=True)

    async def by(self, actor: str, key: object, work: Callable[[Transaction], Awaitable[T]]) -> T:
        """Do work as somebody, under the lock of `key`."""
        return await self.kernel.perform(str(key), work, actor=actor)

    async def receives(self, asked: Submission | None = None, *, receipt_hash: bytes | None = None) -> Referral:
        """Take in a request for help."""
        referral_id = ReferralId(uuid7(self.clock.now()))
        arrival = Arrival(referral_id, receipt_hash or uuid4().bytes)
        return await self.by("client", referral_id, lambda tx: receive(asked or a_submission(), arrival, tx))

    async def decides(self, referral: Referral, staff: StaffId = ANNA, **decision: Any) -> Referral:
        """Decide a referral as a member of staff, by default as suitable and with the proposed priority."""
        asked = triage.Asked(
            **{"version": referral.version, "outcome": "suitable", "priority": referral.priority, **decision}
        )
        return await self.by(
            f"staff:{staff}", referral.referral_id, lambda tx: triage.decide(referral.referral_id, asked, tx)
        )

    async def referral(self, referral_id: UUID) -> Referral:
        """The referral as it stands."""
        async with self.kernel.reading() as db:
            found = await referral_of(db, referral_id)
        assert found is not None
        return found

    async def concern(self, referral: Referral) -> Concern:
        """The only concern about a referral."""
        async with self.kernel.reading() as db:
            [found] = await concerns_of(db, referral.referral_id)
        return found

    async def counted(self, table: str) -> int:
        """How many rows a table has."""
        async with self.kernel.reading() as db:
            found: int = await db.fetchval(f"SELECT count(*) FROM {table}")  # noqa: S608 - a name from a test
        return found


HERE = "https://intake.example"


class Browser(httpx.AsyncClient):
    """What a browser would do: keep cookies, send forms with the page's token, follow where it is sent."""

    async def form(self, address: str, on: str | None = None, /, **fields: str | list[str]) -> httpx.Response:
        """Open the page, fill in its form and send it; gives the page it leads to."""
        opened = await self.get(on or address)
        token = hidden(opened.text, "csrf_token")
        return await self.post(address, data={**fields, "csrf_token": token})


def hidden(html: str, name: str) -> str:
    """The value of a hidden field."""
    return html.split(f'name="{name}" value="')[1].split('"', maxsplit=1)[0]


ANSWERS: dict[str, dict[str, str | list[str]]] = {
    "who": {"asker": "client"},
    "help": {"client_group": "survivor"},
    "age": {"age_band": "26-64"},
    "safety": {"danger": "no"},
    "contact": {"channel": "email", "email": "robin@example.org", "name": "Robin"},
    "place": {"where": "near", "outward": "tq13 7hd"},
    "wishes": {"setting": "either", "therapist_gender": "no-preference", "language": "en"},
    "apart": {},
    "cost": {"means": "cannot-pay"},
    "words": {},
    "agreement": {"purposes": ["referral", "sharing", "subsidy"]},
}


async def filled_in(browser: Browser, **changes: dict[str, str | list[str]]) -> httpx.Response:
    """Answer every question; gives the page with all answers."""
    await browser.form("/start")
    shown = await browser.get("/referral/leaving")
    for slug, fields in {**ANSWERS, **changes}.items():
        shown = await browser.form(f"/referral/{slug}", None, **fields)
        assert shown.status_code == 200, (slug, shown.status_code)
    return shown


async def sent(browser: Browser, **changes: dict[str, str | list[str]]) -> str:
    """Fill in and send the form; gives the receipt."""
    await filled_in(browser, **changes)
    shown = await browser.form("/referral/check")
    return re.sub(r"\D", "", shown.text.split('id="receipt">')[1].split("<")[0])


async def signed_in(intake: Intake, browser: Browser, staff: StaffId, *roles: StaffRole) -> None:
    """Open a staff session and give the browser its cookies."""
    token = f"token-of-{staff}"
    now = intake.clock.now()
    await intake.hears(
        StaffSessionOpened(staff_id=staff, session_hash=hash_of(token), expires_at=now + timedelta(hours=8)),
        seal={"intake": StaffProfile(display_name="Anna Example", roles=roles)},
    )
    for name, value in session_cookies(b"k" * 32, token, now).items():
        browser.cookies.set(name, value)
