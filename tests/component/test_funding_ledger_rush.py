"""Two hundred ask at once for money that is enough for fifty: fifty get it, the others wait in their order."""

import asyncio
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from random import Random

import asyncpg
import pytest

from services.funding.domain.ledger import Balances
from services.funding.store import awards
from shared.events.codes import Priority
from shared.events.funding import SubsidyGranted, SubsidyWaitlisted
from shared.events.intake import ReferralTriaged
from shared.kernel.ids import AwardId
from shared.kernel.money import Pence
from tests.component.funding import Client, Funding, a_profile
from tests.component.funding_world import deliver
from tests.databases import ServiceDatabase

pytestmark = [pytest.mark.servers, pytest.mark.slow]

PRIORITIES: tuple[Priority, ...] = ("immediate", "urgent", "routine")
NEED = 5_000


@dataclass(frozen=True)
class Asking:
    """Somebody who asks, and where they stand in the order."""

    client: Client
    priority: Priority
    asked_days_ago: int

    @property
    def place(self) -> tuple[int, int]:
        """The lower the sooner."""
        return (PRIORITIES.index(self.priority), -self.asked_days_ago)


async def triaged(funding: Funding, everybody: Sequence[Asking]) -> None:
    now = funding.clock.now()
    told = [
        ReferralTriaged(
            referral_id=one.client.referral_id,
            outcome="suitable",
            priority=one.priority,
            decided_by="rules",
            received_at=now - timedelta(days=one.asked_days_ago),
        )
        for one in everybody
    ]
    await funding.hears(*told, seal={"funding": a_profile()})


async def cut_half(database: ServiceDatabase) -> int:
    """End every other connection of the service, in the middle of what it is doing; gives how many."""
    db = await asyncpg.connect(database.application_dsn)
    try:
        cut: int = await db.fetchval(
            """
            SELECT count(pg_terminate_backend(pid))
              FROM (SELECT pid, row_number() OVER (ORDER BY pid) AS nth FROM pg_stat_activity
                     WHERE datname = current_database() AND usename = current_user AND pid <> pg_backend_pid()) AS t
             WHERE nth % 2 = 0
            """
        )
    finally:
        await db.close()
    return cut


@pytest.mark.parametrize(
    ("asking", "payable", "cut"), [(200, 50, False), (80, 20, True)], ids=["undisturbed", "half of the connections cut"]
)
async def test_as_many_as_can_be_paid_are_granted_at_once_and_nobody_is_lost(
    database_for: Callable[[str], ServiceDatabase], asking: int, payable: int, *, cut: bool
) -> None:
    database = database_for("funding")
    funding = await Funding.open(database)
    await funding.widen(16)
    fund = await funding.a_fund(payable * NEED)
    draw = Random(7)
    everybody = [Asking(Client(), draw.choice(PRIORITIES), days) for days in range(asking)]
    await triaged(funding, everybody)

    requests = [
        asyncio.create_task(deliver(funding, one.client.proposed(fee=1_000, sessions=5)))
        for one in draw.sample(everybody, asking)
    ]
    if cut:
        await asyncio.wait(requests, return_when=asyncio.FIRST_COMPLETED)
        assert await cut_half(database) > 4
    await asyncio.gather(*requests)

    granted = [event.match_id for event in await funding.told(SubsidyGranted)]
    waitlisted = [event.match_id for event in await funding.told(SubsidyWaitlisted)]
    assert (len(granted), len(waitlisted)) == (payable, asking - payable)
    assert sorted([*granted, *waitlisted]) == sorted(one.client.match_id for one in everybody)
    assert await funding.balances(fund) == Balances(Pence(payable * NEED), Pence(0), Pence(payable * NEED))

    await funding.receives(fund, 10 * NEED + NEED - 1)

    waited = sorted((one for one in everybody if one.client.match_id in set(waitlisted)), key=lambda one: one.place)
    in_order = [one.client.match_id for one in waited]
    assert [event.match_id for event in await funding.told(SubsidyGranted)][payable:] == in_order[:10]
    async with funding.kernel.reading() as db:
        states = Counter(row["state"] for row in await db.fetch("SELECT state FROM award"))
        assert states == {"reserved": payable + 10, "waiting": asking - payable - 10}
        still = [await awards.award_by_id(db, AwardId(found)) for found in await awards.waiting_for_money(db)]
    assert [one.match_id for one in still if one is not None] == in_order[10:]
    await funding.stop()
