"""The load: fictional clients, therapists, funders and staff who do what such people do, by a seeded plan."""

import asyncio
import random
import threading
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from typing import Any, Self
from uuid import UUID

from deploy.stopso import demo_people
from services.funding.handlers.money import Gift, open_fund, receive_money
from services.intake.handlers.closing import close_by_client
from services.intake.handlers.receiving import Arrival, receive
from services.intake.handlers.triage import Asked, decide
from services.matching.domain.declines import DECLINES
from services.matching.handlers import answers, therapy
from services.matching.handlers.importing import import_therapists
from shared.kernel.errors import BrokenPromise
from shared.kernel.ids import FundId, MatchId, OfferId, ReferralId, ServiceName, uuid7
from shared.kernel.money import Pence
from shared.messaging.kernel import Kernel
from shared.messaging.transaction import Transaction
from shared.web.accounts import add_account, open_session
from shared.web.passwords import Right
from tests.fleet import Fleet

Kernels = Mapping[ServiceName, Kernel]
THERAPISTS = 30
POUNDS_AT_FIRST, POUNDS_LATER = 1_500, 800
ACTIONS = ("refer", "answer", "triage", "meet", "withdraw", "give", "sign in")
WEIGHTS = (30, 30, 10, 12, 6, 4, 8)


@dataclass
class Load:
    """People at work in a thread of their own; `done` counts what they did, `refused` what did not work then."""

    fleet: Fleet
    seed: object
    pause: float = 0.02
    most: int = 400
    done: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    failure: BaseException | None = None
    _ending: threading.Event = field(default_factory=threading.Event)
    _ready: threading.Event = field(default_factory=threading.Event)
    _thread: threading.Thread | None = None

    def __enter__(self) -> Self:
        """Begin; returns when therapists and funds are there."""
        self._thread = threading.Thread(target=self._run, name="load")
        self._thread.start()
        assert self._ready.wait(240)
        self._raise()
        return self

    def __exit__(self, *_: object) -> None:
        """Let everybody go home."""
        self._ending.set()
        assert self._thread is not None
        self._thread.join(240)
        assert not self._thread.is_alive()
        self._raise()

    def _raise(self) -> None:
        if self.failure is not None:
            raise self.failure

    def _run(self) -> None:
        try:
            asyncio.run(self._work())
        except BaseException as error:  # noqa: BLE001 - raised again in the thread of the test
            self.failure = error
        finally:
            self._ready.set()

    async def _work(self) -> None:
        draw = random.Random(str(self.seed))
        async with self.fleet.bench() as kernels:
            people = People(kernels, draw)
            await people.move_in()
            self._ready.set()
            while not self._ending.is_set():
                action = draw.choices(ACTIONS, WEIGHTS)[0]
                if action == "refer" and self.done["refer"] >= self.most:
                    action = "answer"
                try:
                    async with asyncio.timeout(20):
                        self.done[action] += await people.do(action)
                except (BrokenPromise, OSError, TimeoutError) as error:
                    self.refused[type(error).__name__] += 1
                    await asyncio.sleep(0.2)
                except Exception as error:
                    if not type(error).__module__.startswith("asyncpg"):
                        raise
                    self.refused[type(error).__name__] += 1
                    await asyncio.sleep(0.2)
                await asyncio.sleep(self.pause * draw.random() * 2)


@dataclass
class People:
    """Everybody outside; each deed goes through the handlers that the pages use."""

    kernels: Kernels
    draw: random.Random
    funds: list[FundId] = field(default_factory=list)
    account: UUID | None = None
    number: int = 0

    async def move_in(self) -> None:
        """Therapists, funds with some money, and a member of staff."""
        lines = demo_people.therapists(random.Random("therapists"))
        report = await import_therapists(self.kernels["matching"], lines[: THERAPISTS + 1])
        assert report.errors == []
        today = datetime.now(UTC).date()
        for funder, name, kind, restrictions, _ in demo_people.funds(today):
            opening = partial(open_fund, funder=funder, name=name, kind=kind, restrictions=restrictions)
            self.funds.append(await self.kernels["funding"].perform(name, opening, actor="system"))
        for fund_id in self.funds:
            await self._receive(Gift(fund_id, Pence(POUNDS_AT_FIRST * 100), "at first", today))

        async def hire(tx: Transaction) -> UUID:
            return await add_account(
                tx.db, name="cora", display_name="Cora Coordinator", roles=("coordinator", "triage"),
                password=demo_people.PASSWORD, now=tx.now,
            )  # fmt: skip

        self.account = await self.kernels["notifications"].perform("cora", hire, actor="system")

    async def do(self, action: str) -> int:
        """Do one thing, if there is anybody to do it; gives how often it was done."""
        deeds: dict[str, Callable[[], Awaitable[int]]] = {
            "refer": self._refer, "answer": self._answer, "triage": self._triage, "meet": self._meet,
            "withdraw": self._withdraw, "give": self._give, "sign in": self._sign_in,
        }  # fmt: skip
        return await deeds[action]()

    async def _refer(self) -> int:
        self.number += 1
        asked = demo_people.referral(self.draw, self.number)
        arrival = Arrival(ReferralId(uuid7(datetime.now(UTC))))
        await self._perform("intake", str(arrival.referral_id), partial(receive, asked, arrival))
        return 1

    async def _answer(self) -> int:
        row = await self._one(
            "matching",
            "SELECT offer_id, referral_id FROM offer JOIN match USING (match_id) WHERE offer.state = 'sent' "
            "ORDER BY random() LIMIT 1",
        )
        if row is None:
            return 0
        offer, key = OfferId(row["offer_id"]), str(row["referral_id"])
        if self.draw.random() < 0.6:
            await self._perform("matching", key, lambda tx: answers.accept(tx, offer))
        else:
            reason = self.draw.choice([reason for reason in DECLINES if reason != "away"])
            await self._perform("matching", key, lambda tx: answers.decline(tx, offer, reason))
        return 1

    async def _triage(self) -> int:
        row = await self._one(
            "intake",
            "SELECT referral_id, version, priority FROM referral WHERE state = 'in_triage' ORDER BY random() LIMIT 1",
        )
        if row is None:
            return 0
        outcome = self.draw.choice(("suitable", "suitable", "not-ready", "not-suitable", "signposted"))
        asked = Asked(row["version"], outcome, row["priority"], reason="as talked about")  # type: ignore[arg-type]
        referral_id = ReferralId(row["referral_id"])
        await self._perform(
            "intake", str(referral_id), partial(decide, referral_id, asked), actor=f"staff:{self.account}"
        )
        return 1

    async def _meet(self) -> int:
        row = await self._one(
            "matching",
            "SELECT match_id, referral_id, state FROM match WHERE state IN ('accepted', 'in-therapy') "
            "ORDER BY random() LIMIT 1",
        )
        if row is None:
            return 0
        match, key = MatchId(row["match_id"]), str(row["referral_id"])
        if row["state"] == "accepted":
            await self._perform("matching", key, lambda tx: therapy.start(tx, match, actor="therapist"))
        else:
            await self._perform("matching", key, lambda tx: therapy.end(tx, match, "completed", actor="therapist"))
        return 1

    async def _withdraw(self) -> int:
        row = await self._one(
            "intake", "SELECT referral_id FROM referral WHERE ended_by IS NULL ORDER BY random() LIMIT 1"
        )
        if row is None:
            return 0
        referral_id = ReferralId(row["referral_id"])
        await self._perform("intake", str(referral_id), partial(close_by_client, referral_id))
        return 1

    async def _give(self) -> int:
        self.number += 1
        fund = self.draw.choice(self.funds)
        await self._receive(Gift(fund, Pence(POUNDS_LATER * 100), f"gift {self.number}", datetime.now(UTC).date()))
        return 1

    async def _sign_in(self) -> int:
        account = self.account
        assert account is not None
        await self._perform("notifications", str(account), lambda tx: open_session(tx, account, Right(None)))
        return 1

    async def _receive(self, gift: Gift) -> None:
        await self._perform("funding", str(gift.fund_id), lambda tx: receive_money(tx, gift))

    async def _perform(
        self, service: ServiceName, key: str, work: Callable[[Transaction], Awaitable[object]], *, actor: str = "client"
    ) -> None:
        await self.kernels[service].perform(key, work, actor=actor)

    async def _one(self, service: ServiceName, query: str) -> Any:
        async with self.kernels[service].reading() as db:
            return await db.fetchrow(query)


def pause_until(check: Callable[[], bool], load: Load, *, seconds: float) -> bool:
    """Let the load go on until `check` holds; False when the time is up. Raises what broke the load."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if load.failure is not None:
            raise load.failure
        with suppress(ConnectionError):
            if check():
                return True
        time.sleep(0.1)
    return False
