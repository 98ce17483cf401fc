"""What happens to money when two things come at once, in the wrong order, or by another way than the usual one."""

import asyncio
from datetime import timedelta
from uuid import uuid4

import pytest

from services.funding.domain.payments_by_clients import ClientsPart
from services.funding.handlers.means import ask_for_means, keep_for_later, work_out
from services.funding.handlers.means_policies import take_in_shipped
from services.funding.handlers.recomputing import use_result
from services.funding.handlers.topping import Wish
from services.funding.store import funds, payments_by_clients
from shared.kernel.ids import SessionId
from shared.kernel.money import Pence
from tests.component.approvals import ANOTHER, ONE, THIRD, decide_on
from tests.component.funding import Client, Funding, funding_service
from tests.component.invoices import a_therapy, sessions_held
from tests.component.test_funding_drawing import an_award, attended, missed
from tests.component.test_funding_means import LIVES_ON
from tests.component.test_funding_topping import more_for
from tests.integration.nodes import eventually

__all__ = ["funding_service"]

pytestmark = pytest.mark.servers


async def waiting_for_a_lock(funding: Funding, transactions: int) -> None:
    """Until so many transactions of this database wait for a lock."""

    async def found() -> bool:
        async with funding.kernel.reading() as db:
            waiting: int = await db.fetchval(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
            )
        return waiting >= transactions

    await eventually(found)


async def parts(funding: Funding, client: Client) -> list[ClientsPart]:
    async with funding.kernel.reading() as db:
        return await payments_by_clients.parts_of_therapist(db, client.therapist_id)


async def added(funding: Funding, client: Client) -> list[int]:
    """What a client adds to each session, the least first."""
    return sorted(part.amount for part in await parts(funding, client))


async def test_money_comes_in_while_a_session_of_who_waits_for_it_is_noted(funding: Funding) -> None:
    fund = await funding.a_fund(10_000)
    client = await an_award(funding, sessions=2)
    assert (await more_for(funding, client, Wish(more=2))).state == "waiting"

    async with funding.kernel.database.transaction() as db:
        await funds.lock_money(db)
        money = asyncio.create_task(funding.receives(fund, 10_000))
        await waiting_for_a_lock(funding, 1)
        session = asyncio.create_task(funding.hears(attended(client, SessionId(uuid4()))))
        await waiting_for_a_lock(funding, 2)
    await asyncio.gather(money, session)

    assert (await funding.award(client)).sessions == 4
    assert (await funding.balances(fund)).spent == 5_000


async def test_what_a_client_added_to_a_session_stays_so_where_the_charity_takes_over_more(funding: Funding) -> None:
    await funding.a_fund(100_000)
    client = await a_therapy(funding, sessions=2, means="part-fee", affordable_per_session=1_500)
    first, _ = await sessions_held(funding, client, 2)
    await funding.passes(timedelta(days=1))
    await more_for(funding, client, Wish(share=Pence(4_000)))
    assert await added(funding, client) == [1_500, 1_500]

    await funding.hears(missed(client, first))
    [later] = await sessions_held(funding, client)

    async with funding.kernel.reading() as db:
        assert await db.fetchval("SELECT drawn_by($1)", later) == 3_500, "all that is promised, not the whole share"
    assert await added(funding, client) == [1_000, 1_500]


async def test_who_wrote_down_what_a_client_lives_on_does_not_approve_what_comes_of_it(funding: Funding) -> None:
    await funding.perform("means-policies", take_in_shipped)
    await funding.a_fund(600_000)
    client = await funding.a_match(fee=30_000)
    key = str(client.referral_id)
    test = await funding.perform(key, lambda tx: ask_for_means(tx, client.referral_id, write=True), actor=THIRD)
    await funding.perform(key, lambda tx: keep_for_later(tx, test, LIVES_ON), actor=ONE)
    await funding.perform(key, lambda tx: work_out(tx, test), actor="client")

    assert getattr(await decide_on(funding, client, ONE), "code", None) == "own-work"
    assert getattr(await decide_on(funding, client, ANOTHER), "code", None) != "own-work"


async def test_who_uses_a_result_for_an_award_does_not_approve_it(funding: Funding) -> None:
    await funding.perform("means-policies", take_in_shipped)
    await funding.a_fund(600_000)
    client = await funding.a_match(fee=30_000)
    key = str(client.referral_id)
    test = await funding.perform(key, lambda tx: ask_for_means(tx, client.referral_id, write=True), actor=THIRD)
    await funding.perform(key, lambda tx: work_out(tx, test, LIVES_ON), actor="client")

    await funding.perform(key, lambda tx: use_result(tx, client.referral_id), actor=ONE)

    assert (await funding.award(client)).contribution == 300
    assert getattr(await decide_on(funding, client, ONE), "code", None) == "own-work"
    assert getattr(await decide_on(funding, client, ANOTHER), "code", None) != "own-work"
