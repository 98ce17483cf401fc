"""A small town for journeys: the whole system, therapists and money where they are needed, people with browsers."""

import asyncio
import re
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from typing import TypeVar
from zoneinfo import ZoneInfo

from playwright.sync_api import Browser, BrowserContext, Page, expect

from services.funding.domain.funds import Restrictions
from services.funding.handlers.money import Gift, open_fund, receive_money
from services.matching.handlers.importing import import_therapists
from shared.events.codes import StaffRole
from shared.kernel.ids import FundId, ServiceName
from shared.kernel.money import Pence
from shared.kernel.regions import Region
from shared.messaging.kernel import Kernel
from shared.messaging.transaction import Transaction
from shared.web.accounts import add_account
from tests.fleet import Fleet

T = TypeVar("T")
LONDON = ZoneInfo("Europe/London")
PATIENCE = 120_000
"""How many milliseconds what several services do together may take to be seen."""
PASSWORD = "a long enough password"
COLUMNS = (
    "registration_number,name,email,gender,client_groups,age_bands,languages,outward_code,radius_km,online,"
    "step_free_access,session_fee,capacity_maximum,capacity_available,child_clearance"
)
GROUPS = "thoughts;images;exposing;voyeurism;harmed-child;harmed-adult;other-behaviour;family;survivor"


@dataclass
class Town:
    """What people can do, as they would do it."""

    fleet: Fleet
    browser: Browser
    desks: dict[str, BrowserContext] = field(default_factory=dict)

    def work(self, service: ServiceName, work: Callable[[Kernel], Awaitable[T]]) -> T:
        """Do something with a service's kernel, as the operators' command does."""

        async def at_the_bench() -> T:
            async with self.fleet.bench() as kernels:
                return await work(kernels[service])

        with ThreadPoolExecutor(1) as beside_the_browser:
            return beside_the_browser.submit(asyncio.run, at_the_bench()).result()

    def therapist(self, number: str, place: str, *, fee: int = 60, name: str = "Tess") -> None:
        """A therapist who sees everybody, one at a time, in person, near `place`."""
        row = (
            f"{number},{name} Example,{number.lower()}@example.org,woman,{GROUPS},13-17;18-25;26-64;65-plus,en,{place},"
        )
        row += f"10,no,yes,{fee},1,1,yes"
        report = self.work("matching", partial(import_therapists, lines=[COLUMNS, row]))
        assert report.errors == []

    def fund(self, name: str, region: Region, amount: int = 0) -> FundId:
        """A fund for one region, with so many pounds in it."""
        restrictions = Restrictions(regions=frozenset({region}))

        async def open_it(kernel: Kernel) -> FundId:
            opening = partial(
                open_fund, funder="Example Trust", name=name, kind="restricted", restrictions=restrictions
            )
            return await kernel.perform(name, opening, actor="system")

        fund_id = self.work("funding", open_it)
        if amount:
            self.money(fund_id, amount)
        return fund_id

    def money(self, fund_id: FundId, amount: int) -> None:
        """So many pounds come in."""
        gift = Gift(fund_id, Pence(amount * 100), f"gift of {amount}", datetime.now(UTC).date())

        async def take_it(tx: Transaction) -> bool:
            return await receive_money(tx, gift)

        async def receive(kernel: Kernel) -> bool:
            return await kernel.perform(str(fund_id), take_it, actor="system")

        assert self.work("funding", receive)

    def staff(self, name: str, *roles: StaffRole) -> Page:
        """A member of staff, signed in; the same person is asked for again by the same name."""
        if name not in self.desks:
            self.work("notifications", partial(_hire, name=name, roles=roles))
            self.desks[name] = self._context()
            page = self.desks[name].new_page()
            page.goto(self.fleet.url("notifications", "/sign-in"))
            page.locator("#name").fill(name)
            page.locator("#password").fill(PASSWORD)
            page.get_by_role("button", name="Sign in").click()
            expect(page.get_by_role("link", name="Board").first).to_be_visible()
            return page
        return self.desks[name].new_page()

    def somebody(self) -> Page:
        """A person whom nobody knows."""
        return self._context().new_page()

    def _context(self) -> BrowserContext:
        context = self.browser.new_context()
        context.set_default_timeout(PATIENCE)
        return context

    def ask(self, place: str, *, means: str = "full-fee", danger: str = "no", words: str = "", name: str = "") -> str:
        """Fill in the public form as somebody new and send it; gives the receipt."""
        page = self.somebody()
        page.goto(self.fleet.url("intake", "/"))
        page.get_by_role("button", name="I would like to ask for help").click()
        page.get_by_role("button", name="Continue").click()
        for choices in (["client"], ["thoughts"], ["26-64"], [danger], ["unknown-to-authorities"]):
            _go_on(page, *choices)
        page.check("input[value='email']")
        page.fill("#email", f"{name or place}@example.net".lower())
        page.fill("#name", name)
        _go_on(page)
        page.check("input[value='near']")
        page.fill("#outward", place)
        _go_on(page)
        _go_on(page, "in-person")
        _go_on(page)
        _go_on(page, means)
        page.fill("#text", words)
        _go_on(page)
        _go_on(page, "referral", "sharing", "subsidy")
        page.get_by_role("button", name="Send").click()
        return re.sub(r"\D", "", page.locator("#receipt").inner_text())

    def come_back(self, receipt: str) -> Page:
        """Come back with a receipt, from another device."""
        page = self.somebody()
        page.goto(self.fleet.url("intake", "/return"))
        page.fill("#receipt", receipt)
        page.get_by_role("button", name="Continue").click()
        return page

    def offer_mail_to(self, number: str) -> str:
        """The link in the newest offer that was mailed to a therapist, read from the mail catcher's page."""
        return self.mail_to(number, "There is something for you to read")

    def mail_to(self, number: str, subject: str) -> str:
        """The link in the newest mail of this subject to a therapist."""
        page = self.staff("postie", "coordinator")

        def link() -> str | None:
            page.goto(self.fleet.url("notifications", "/mail"))
            rows = page.locator("tr", has_text=f"{number.lower()}@example.org")
            row = rows.filter(has_text=subject).first
            if not row.count():
                return None
            row.get_by_role("link").click()
            address = page.locator(".mail a").first.get_attribute("href")
            assert address in page.locator(".mail").inner_text().splitlines(), "the mail's lines run into each other"
            return address

        found = self.fleet.eventually(link, f"no offer was mailed to {number}")
        page.close()
        return str(found)

    def in_the_portal(self, number: str, context: BrowserContext) -> Page:
        """A therapist, signed in by a link in a mail."""
        page = context.new_page()
        page.goto(self.fleet.url("matching", "/portal"))
        page.fill("#email", f"{number.lower()}@example.org")
        page.get_by_role("button", name="Send me a link").click()
        page.goto(self.mail_to(number, "Your link to sign in"))
        page.get_by_role("button", name="Sign in").click()
        expect(page.get_by_role("heading", name="Today")).to_be_visible()
        return page

    def reached_and_attended(self, page: Page) -> None:
        """Reach the client, and enter a session that took place just now."""
        page.get_by_role("link", name="Get in touch with client").click()
        client = page.url

        def contact() -> bool:
            page.goto(client)
            page.get_by_role("button", name="Show for a minute").click()
            page.wait_for_load_state()
            return page.locator(".contact").count() == 1

        self.fleet.eventually(contact, "the contact is not shown")
        page.get_by_role("button", name="I have reached them").click()
        expect(page.get_by_text("You reached them")).to_be_visible()
        page.fill("#day-book", datetime.now(LONDON).date().isoformat())
        page.fill("#clock-book", "00:00")
        page.get_by_role("button", name="Book", exact=True).click()
        page.check("input[value='attended']")
        page.get_by_role("button", name="Save").click()
        expect(page.get_by_text("Took place")).to_be_visible()

    def raises_a_concern(self, page: Page) -> None:
        """Tell safeguarding staff of a worry."""
        page.get_by_role("link", name="I am worried").click()
        page.fill("#what", "Somebody may be in danger on Saturday.")
        page.get_by_role("button", name="Tell safeguarding staff").click()
        expect(page.get_by_text("Our safeguarding staff have been told")).to_be_visible()

    def state_of(self, receipt_page: Page) -> str:
        """What the page of a returning client says now."""
        receipt_page.goto(self.fleet.url("intake", "/return/request"))
        return receipt_page.locator("main").inner_text()


def _go_on(page: Page, *choices: str) -> None:
    for choice in choices:
        page.check(f"input[value='{choice}']")
    page.get_by_role("button", name="Continue").click()


async def _hire(kernel: Kernel, name: str, roles: tuple[StaffRole, ...]) -> None:
    async def add(tx: Transaction) -> None:
        await add_account(tx.db, name=name, display_name=name.title(), roles=roles, password=PASSWORD, now=tx.now)

    await kernel.perform(name, add, actor="system")
