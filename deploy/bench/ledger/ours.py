"""Reservations through funding's own handlers: chosen, explained, kept, timed, written into the ledger and told."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import cycle, islice, product
from types import SimpleNamespace
from typing import get_args
from uuid import UUID, uuid4

from deploy.bench.ledger.watching import LooserWatched, Pace, WatchedDatabase, at_once
from services.funding import consumers
from services.funding.domain.days import day_of
from services.funding.domain.funds import Person, Restrictions
from services.funding.domain.policy import Policy
from services.funding.domain.referrals import Profile, Referral
from services.funding.domain.vocabulary import REGION_WORDS, AgeBand, ClientGroup
from services.funding.handlers.money import Gift, open_fund, receive_money
from services.funding.store import referrals
from shared.events.matching import MatchProposed
from shared.kernel.clock import ManualClock
from shared.kernel.ids import SERVICES, EventId, MatchId, ReferralId, TherapistId, uuid7
from shared.kernel.money import Pence
from shared.messaging.envelope import Delivery, headers_of
from shared.messaging.kernel import Kernel
from shared.messaging.subscriptions import collect
from shared.messaging.transaction import Transaction
from shared.privacy import Keyring

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
FEE, SESSIONS = Pence(5000), 10
EVERYBODY = Person("survivor", "26-64", "south-west")
PEOPLE = [Person(*tied) for tied in product(get_args(ClientGroup), get_args(AgeBand), sorted(REGION_WORDS))]
"""For whom a fund can be: a thousand funds are two for most of them."""


class Ours:
    """Funding's kernel on a database of its own, with funds and with people who wait for a proposal."""

    def __init__(self, address: str, *, workers: int, one_lock: bool = True) -> None:
        self.database = WatchedDatabase(address, minimum=workers, maximum=workers, application="bench")
        if not one_lock:
            self.database.watched = LooserWatched
        self.workers, self.one_lock = workers, one_lock
        keys = Keyring.generate(SERVICES)["funding"]
        settings = SimpleNamespace(policy=Policy(), public_url=lambda service: f"https://{service}.example")
        self.kernel = Kernel("funding", self.database, keys, ManualClock(NOW), collect([consumers]), settings=settings)

    async def pace(self, funds: int, reservations: int, batch: int) -> Pace:
        """Measure one size on a fresh database. Raises RuntimeError where a penny is not where it should be."""
        await self.database.open()
        try:
            await self.kernel.perform("seed", lambda tx: self._open_funds(tx, funds, reservations), actor="system")
            asking = await self.kernel.perform(
                "people", lambda tx: self._known(tx, funds, reservations), actor="system"
            )
            deliveries = [self._proposal(who, nth) for nth, who in enumerate(asking)]
            batches = [deliveries[nth : nth + batch] for nth in range(0, reservations, batch)]
            self.database.begin_anew()
            spell = await at_once(batches, self.kernel.inbox.process, workers=self.workers)
            await self._check(reservations)
        finally:
            await self.database.close()
        who = "ours" if self.one_lock else "ours, without the lock for all money"
        return spell.as_pace(who, self.database, funds=funds, batch=batch, reservations=reservations)

    async def _open_funds(self, tx: Transaction, funds: int, reservations: int) -> None:
        amount = Pence(FEE * SESSIONS * reservations)
        for nth, person in enumerate(islice(cycle(PEOPLE), funds)):
            ties = Restrictions(
                frozenset({person.client_group}),
                frozenset({person.region} if person.region else ()),
                frozenset({person.age_band}),
            )
            name = f"Fund {nth:04}"
            if funds == 1:
                fund_id = await open_fund(tx, funder="Example Trust", name=name, kind="unrestricted")
            else:
                fund_id = await open_fund(tx, funder="Example Trust", name=name, kind="restricted", restrictions=ties)
            await receive_money(tx, Gift(fund_id, amount, name, day_of(tx.now)))

    async def _known(self, tx: Transaction, funds: int, reservations: int) -> Sequence[ReferralId]:
        people = [EVERYBODY] if funds == 1 else PEOPLE[:funds]
        found = []
        for person in islice(cycle(people), reservations):
            referral_id = ReferralId(uuid4())
            known = Referral(
                referral_id, "suitable", "routine", tx.now - timedelta(days=1), subsidy_agreed=True,
                profile=Profile(person, "cannot-pay"),
            )  # fmt: skip
            await referrals.save_referral(tx.db, tx.keys, known)
            found.append(referral_id)
        return found

    def _proposal(self, referral_id: ReferralId, nth: int) -> Delivery:
        event = MatchProposed(
            match_id=MatchId(uuid4()),
            referral_id=referral_id,
            therapist_id=TherapistId(UUID(int=nth)),
            session_fee=FEE,
            sessions_planned=SESSIONS,
        )
        headers = headers_of(EventId(uuid7(NOW)), event.type, NOW, event.key_value, 1, "")
        return Delivery(event.model_dump_json().encode(), headers, nth + 1, event.speaker())

    async def _check(self, reservations: int) -> None:
        async with self.database.reading() as db:
            kept = await db.fetchval("SELECT sum(amount)::bigint FROM fund_balance WHERE account = 'reserved'")
            wrong = await db.fetchval(
                """
                SELECT count(*) FROM fund_balance b
                 WHERE amount <> (SELECT sum(amount) FROM ledger_entry e
                                   WHERE e.fund_id = b.fund_id AND e.account = b.account)
                """
            )
        if kept != FEE * SESSIONS * reservations or wrong:
            raise RuntimeError("what was kept is not what was asked for")
