"""Lets the year pass: what comes due on a day is heard, staff do what is asked of them, and funding's timers run."""

import json
from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from heapq import heappop, heappush
from types import SimpleNamespace
from typing import TypeVar
from uuid import UUID

from pydantic import BaseModel

from deploy.simulation.accounts.people import Person, givers, people_of
from deploy.simulation.accounts.record import Gave, Heard, Moved, Record
from deploy.simulation.setup import Setup, moment
from services.funding import consumers, timers
from services.funding.domain.days import day_of
from services.funding.domain.policy import Policy
from services.funding.handlers.money import Gift, open_fund, receive_money
from services.funding.handlers.transfers import ask_for_transfer, decide_transfer
from shared.db import Database
from shared.events import EVENTS, Event
from shared.events.sealed import MeansProfile
from shared.kernel.clock import ManualClock
from shared.kernel.ids import SERVICES, EventId, FundId, ServiceName, uuid7
from shared.kernel.money import Pence
from shared.messaging.envelope import Delivery, headers_of
from shared.messaging.kernel import Kernel
from shared.messaging.subscriptions import collect
from shared.messaging.transaction import Transaction
from shared.privacy import Keyring

T = TypeVar("T")
BATCH = 50
MONTH = 28
POLICY = Policy(award_days=150, reservation_days=21)
"""Awards are good for less than a year, so that some of them lapse in it."""

ROBIN, ASHLEY = f"staff:{UUID(int=7)}", f"staff:{UUID(int=8)}"


class Living:
    """Funding's kernel on a clock of ours, and everything that was recorded."""

    def __init__(self, setup: Setup, address: str) -> None:
        self.setup, self.record, self.clock = setup, Record(), ManualClock(moment(0))
        self.keys = Keyring.generate(SERVICES)
        settings = SimpleNamespace(policy=POLICY, public_url=lambda service: f"https://{service}.example")
        database = Database(address, minimum=1, maximum=2, application="simulation")
        self.kernel = Kernel(
            "funding", database, self.keys["funding"], self.clock, collect([consumers, timers]), settings=settings
        )
        self.people: dict[UUID, Person] = {one.client.referral_id: one for one in people_of(setup)}
        self.funds: dict[str, FundId] = {}
        self.day = self._number = self._read_to = 0
        self._due: list[tuple[int, int, Callable[[], Awaitable[None]]]] = []
        self._heard: list[Heard] = []

    def later(self, days: int, what: Callable[[], Awaitable[None]]) -> None:
        """Let something happen so many days from today; what was asked for first comes first."""
        self._number += 1
        heappush(self._due, (self.day + days, self._number, what))

    def hear(self, event: Event, profile: MeansProfile | None = None) -> None:
        """Let funding hear this, together with what else is heard today."""
        self._heard.append(Heard(self.clock.now(), event, profile))

    async def act(self, key: object, work: Callable[[Transaction], Awaitable[T]], actor: str = ROBIN) -> T:
        """Do something as a page would, after all that was heard before."""
        await self.listen()
        return await self.kernel.perform(str(key), work, actor=actor)

    async def pass_day(self) -> list[Event]:
        """Let the day's things happen; gives what funding told since the day before."""
        while self._due and self._due[0][0] <= self.day:
            await heappop(self._due)[2]()
        await self.listen()
        while await self.kernel.timers.run_due():
            pass
        told = await self._new_told()
        self.day += 1
        self.clock.advance(timedelta(days=1))
        return told

    async def listen(self) -> None:
        """Hand over what is to be heard, in batches. Raises RuntimeError where anything is put aside."""
        while self._heard:
            batch, self._heard = self._heard[:BATCH], self._heard[BATCH:]
            self.record.happened += batch
            outcome = await self.kernel.inbox.process([self._delivery(one) for one in batch])
            if outcome.parked or outcome.unreadable:
                raise RuntimeError("an event was put aside")

    async def open_funds(self) -> None:
        """Every fund, and the first month's money."""
        for giver in givers(self.setup):
            self.funds[giver.name] = await self.act(
                giver.name,
                lambda tx, giver=giver: open_fund(  # type: ignore[misc]
                    tx, funder=f"{giver.name} Trust", name=giver.name, kind=giver.kind, restrictions=giver.terms
                ),
            )
            self.clock.advance(timedelta(seconds=1))
        self.record.funds = {fund_id: name for name, fund_id in self.funds.items()}
        await self.give()

    async def give(self) -> None:
        """A month's money for every fund, and again next month."""
        for giver in givers(self.setup):
            amount = self.setup.income * giver.share // 100 // 13 + self.day
            gift = Gift(self.funds[giver.name], Pence(amount), f"{giver.name} {self.day}", day_of(self.clock.now()))
            self.record.happened.append(Gave(self.clock.now(), gift.fund_id, amount))
            await self.act(gift.fund_id, lambda tx, gift=gift: receive_money(tx, gift))  # type: ignore[misc]
        if self.day + MONTH < self.setup.days:
            self.later(MONTH, self.give)

    async def move(self) -> None:
        """The trustees move some of their own money to the reserve: one asks, another agrees."""
        await self.listen()
        from_fund, to_fund = self.funds["Trustees' own"], self.funds["General reserve"]
        async with self.kernel.reading() as db:
            held = await db.fetchval(
                "SELECT amount FROM fund_balance WHERE fund_id = $1 AND account = 'available'", from_fund
            )
        amount = Pence(min(held, 123_45))
        if amount > 0:
            asked = await self.act(
                "transfers",
                lambda tx: ask_for_transfer(tx, from_fund=from_fund, to_fund=to_fund, amount=amount, reason="Need"),
            )
            self.record.happened.append(Moved(self.clock.now(), from_fund, to_fund, amount))
            await self.act("transfers", lambda tx: decide_transfer(tx, asked, agreed=True), ASHLEY)
        if self.day + 2 * MONTH < self.setup.days:
            self.later(2 * MONTH, self.move)

    def _delivery(self, heard: Heard) -> Delivery:
        self._number += 1
        event, identity = heard.event, EventId(uuid7(heard.at))
        sealed: Mapping[ServiceName, BaseModel] = {"funding": heard.profile} if heard.profile else {}
        speaker = self.keys[event.speaker()]
        blocks = {to: speaker.seal_model(block, to, str(identity)) for to, block in sealed.items()}
        event = event.model_copy(update={"sealed": blocks}) if blocks else event
        headers = headers_of(identity, event.type, heard.at, event.key_value, self._number, "")
        return Delivery(event.model_dump_json().encode(), headers, self._number, event.speaker())

    async def _new_told(self) -> list[Event]:
        async with self.kernel.reading() as db:
            rows = await db.fetch(
                "SELECT position, type, created_at, body FROM outbox WHERE position > $1 ORDER BY position",
                self._read_to,
            )
        found = []
        for row in rows:
            event = EVENTS[row["type"]].model_validate(json.loads(row["body"]))
            self.record.told.append((row["created_at"], event))
            self._read_to = row["position"]
            found.append(event)
        return found
