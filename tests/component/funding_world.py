"""Funds that several people, the bank and the calendar work on at once, and what we know of them without the ledger."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import product
from typing import get_args
from uuid import uuid4

from services.funding.domain.days import day_of
from services.funding.domain.funds import Restrictions
from services.funding.domain.vocabulary import AgeBand, ClientGroup
from shared.db import is_transient
from shared.events import Event
from shared.events.intake import ConsentGiven, ConsentWithdrawn, ReferralClosed
from shared.kernel.ids import FundId, SessionId
from shared.kernel.money import Pence
from tests.component.funding import Client, Funding
from tests.component.test_funding_drawing import attended, cancelled, missed

ACTORS = 3
FEE, SESSIONS = 1_000, 3
SHARE, CAP = 37, 900
DEEDS = (
    "propose", "accept", "accept", "decline", "withdraw", "end", "close", "agree", "disagree", "attended", "attended",
    "missed", "cancelled",
)  # fmt: skip
Deed = tuple[str, tuple[int, ...], int]
"""What is done, to which of an actor's two clients, and to which of their sessions."""

Gift = tuple[int, int]
"""To which fund, and how much."""

worlds = product(get_args(ClientGroup), get_args(AgeBand))


@dataclass
class Known:
    """A client, and what was told last about each session with their present therapist."""

    client: Client
    ids: list[SessionId] = field(default_factory=list)
    results: dict[SessionId, str] = field(default_factory=dict)

    def events(self, deed: str, which: int, today: date) -> list[Event]:
        """What is heard when this is done."""
        client = self.client
        match deed:
            case "propose":
                return [client.withdrawn(), self.proposed_anew()]
            case "accept":
                return [client.accepted()]
            case "decline":
                return [client.declined()]
            case "withdraw":
                return [client.withdrawn()]
            case "end":
                return [client.ended()]
            case "attended" | "missed" | "cancelled":
                return [self._session(deed, self.ids[which], today)]
            case _:
                return [self._said(deed)]

    def proposed_anew(self) -> Event:
        """Another therapist, and other sessions; one more of them than is paid."""
        self.client, self.results = self.client.again(), {}
        self.ids = [SessionId(uuid4()) for _ in range(SESSIONS + 1)]
        return self.client.proposed(fee=FEE, sessions=SESSIONS)

    def _said(self, deed: str) -> Event:
        referral_id = self.client.referral_id
        if deed == "close":
            return ReferralClosed(referral_id=referral_id, ended_by="client", reason="no-longer-wanted")
        if deed == "agree":
            return ConsentGiven(referral_id=referral_id, purpose="subsidy", version=1)
        return ConsentWithdrawn(referral_id=referral_id, purpose="subsidy")

    def _session(self, result: str, session: SessionId, today: date) -> Event:
        self.results[session] = result
        if result == "attended":
            return attended(self.client, session, on=today)
        return missed(self.client, session, on=today) if result == "missed" else cancelled(self.client, session)


@dataclass
class World:
    """Three funds that fit the same six clients: one pays a share of the fee, one so much for each client, one all."""

    funds: list[FundId]
    clients: list[Known]
    received: Counter[FundId]
    since: date
    """The first day whose statement was not looked at."""

    @classmethod
    async def begin(cls, funding: Funding) -> "World":
        """Too little money for everybody; one of them is not known to intake yet."""
        group, age = next(worlds)
        ties = Restrictions(client_groups=frozenset({group}), age_bands=frozenset({age}))
        terms = (replace(ties, share_of_fee=SHARE), replace(ties, cap_per_client=Pence(CAP)), ties)
        amounts = dict(zip((1_500, 2_500, 5_000), terms, strict=True))
        funds = [await funding.a_fund(pence, name=str(uuid4()), restrictions=one) for pence, one in amounts.items()]
        clients = [Known(Client()) for _ in range(2 * ACTORS)]
        for one in clients[1:]:
            await funding.triaged(one.client, client_group=group, age_band=age)
        for one in clients:
            await deliver(funding, one.proposed_anew())
        return cls(funds, clients, Counter(dict(zip(funds, amounts, strict=True))), day_of(funding.clock.now()))

    async def all_at_once(self, funding: Funding, desks: Sequence[Sequence[Deed]], gifts: Sequence[Gift]) -> None:
        """Each actor works through their own deeds in order; all actors, the bank and the calendar work at once."""
        await asyncio.gather(
            *(self._work(funding, actor, deeds) for actor, deeds in enumerate(desks)),
            *(self._pay_in(funding, self.funds[at], pence) for at, pence in gifts),
            funding.kernel.timers.run_due(),
        )
        while await funding.kernel.timers.run_due():
            pass

    async def _work(self, funding: Funding, actor: int, deeds: Sequence[Deed]) -> None:
        today = day_of(funding.clock.now())
        for deed, whom, which in deeds:
            about = [self.clients[actor + nth * ACTORS] for nth in whom]
            await deliver(funding, *(event for one in about for event in one.events(deed, which, today)))

    async def _pay_in(self, funding: Funding, fund: FundId, pence: int) -> None:
        assert await funding.receives(fund, pence)
        self.received[fund] += pence


async def deliver(funding: Funding, *events: Event) -> None:
    """Hear events as one batch; what passes by itself is tried again, as the consumer does."""
    deliveries = [funding.delivery(event) for event in events]
    for _ in range(20):
        try:
            outcome = await funding.kernel.inbox.process(deliveries)
        except Exception as error:
            if not is_transient(error):
                raise
            await asyncio.sleep(0.01)
        else:
            assert outcome.parked == 0
            return
    raise AssertionError("the database did not come to rest")
