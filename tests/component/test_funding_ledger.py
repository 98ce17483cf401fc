"""Money comes in once and is promised once, however many ask for it at the same moment."""

import asyncio
import csv
import io
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest

from services.funding.domain.choice import Part
from services.funding.domain.days import day_of, end_of
from services.funding.domain.ledger import Balances, entries
from services.funding.handlers.matches import request_subsidy
from services.funding.handlers.money import Gift, receive_money
from services.funding.store import ledger
from services.funding.web.statements import STANDING
from services.funding.web.words import ACCOUNTS
from shared.db import Connection
from shared.events.funding import FundReceived
from shared.kernel.errors import Conflict, NotFound, Unprocessable
from shared.kernel.ids import FundId, SessionId
from shared.kernel.money import Pence
from shared.messaging.transaction import Transaction
from tests.component.funding import Client, Funding, funding_service
from tests.component.funding_pages import staff_of
from tests.component.test_funding_drawing import attended

__all__ = ["funding_service"]

pytestmark = pytest.mark.servers


async def test_nobody_begins_to_wait_just_as_their_money_comes_in(funding: Funding) -> None:
    fund, client = await funding.a_fund(), Client()
    await funding.triaged(client)
    gifts: list[asyncio.Task[bool]] = []

    async def propose_slowly(tx: Transaction) -> None:
        await request_subsidy(client.proposed(), tx)
        gifts.append(asyncio.create_task(funding.receives(fund, 50_000)))
        await asyncio.wait(gifts, timeout=1)

    await funding.perform(str(client.referral_id), propose_slowly)
    await asyncio.gather(*gifts)

    assert (await funding.award(client)).state == "reserved"
    assert (await funding.balances(fund)).available == 0


async def test_a_payment_is_noted_once(funding: Funding) -> None:
    fund = await funding.a_fund()

    assert await funding.receives(fund, 5000, "BACS 1")
    assert not await funding.receives(fund, 5000, "BACS 1")

    assert (await funding.balances(fund)).received == 5000
    assert [event.amount for event in await funding.told(FundReceived)] == [5000]


async def test_a_reference_with_another_amount_is_refused(funding: Funding) -> None:
    fund = await funding.a_fund()
    await funding.receives(fund, 5000, "BACS 1")

    with pytest.raises(Conflict, match="reference-used"):
        await funding.receives(fund, 6000, "BACS 1")

    assert (await funding.balances(fund)).received == 5000


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"amount": -100}, Unprocessable),
        ({"amount": 0}, Unprocessable),
        ({"amount": 10**15}, Unprocessable),
        ({"reference": "  "}, Unprocessable),
        ({"received_on": date(2030, 1, 1)}, Unprocessable),
        ({"fund_id": FundId(uuid4())}, NotFound),
    ],
)
async def test_an_impossible_gift_changes_nothing(
    funding: Funding, changes: dict[str, Any], refusal: type[Exception]
) -> None:
    fund = await funding.a_fund()
    plain = {"fund_id": fund, "amount": Pence(100), "reference": "BACS", "received_on": day_of(funding.clock.now())}
    gift = Gift(**{**plain, **changes})

    with pytest.raises(refusal):
        await funding.perform(str(fund), lambda tx: receive_money(tx, gift))

    assert await funding.balances(fund) == Balances()
    assert await funding.told_types() == []


async def test_a_fund_can_be_asked_how_it_stood_on_any_day(funding: Funding) -> None:
    fund = await funding.a_fund(100_000)
    monday = day_of(funding.clock.now())
    await funding.passes(timedelta(days=1))
    client = await funding.a_match()
    await funding.passes(timedelta(days=1))
    await funding.hears(client.accepted())

    async def on(db: Connection, day: date) -> Balances:
        return (await ledger.balances_at(db, [fund], end_of(day)))[fund]

    async with funding.kernel.reading() as db:
        assert await on(db, monday - timedelta(days=1)) == Balances()
        assert await on(db, monday) == Balances(Pence(100_000), Pence(100_000))
        assert (await on(db, monday + timedelta(days=1))).reserved == 50_000
        assert (await on(db, monday + timedelta(days=2))).committed == 50_000
        assert await on(db, monday + timedelta(days=9)) == await funding.balances(fund)


async def test_the_statement_of_each_past_day_says_what_a_recount_says(funding: Funding) -> None:
    fund = await funding.a_fund(100_000)
    first, *days = [day_of(funding.clock.now()) + timedelta(days=nth) for nth in range(5)]
    client, other = await funding.a_match(), await funding.a_match(sessions=3)
    for heard in (
        client.accepted(),
        other.declined(),
        attended(client, SessionId(uuid4()), on=days[1]),
        client.ended(),
    ):
        await funding.passes(timedelta(days=1))
        await funding.hears(heard)
    finance = await staff_of(funding, "finance")

    async with funding.kernel.reading() as db:
        lines = await db.fetch("SELECT * FROM ledger_entry JOIN ledger_transaction USING (transaction_id)")
    for day in (first, *days):
        upto = [line for line in lines if line["happened_at"].date() <= day]
        read = (await finance.reads(f"/funds/{fund}/statement.csv?on={day}")).text
        rows = list(csv.reader(io.StringIO(read.lstrip("\ufeff"))))[1:]
        moved, stood = rows[: -len(STANDING)], {row[1]: row[2] for row in rows[-len(STANDING) :]}
        assert sorted(pence(row[2]) for row in moved) == sorted(line["amount"] for line in upto if line["amount"] > 0)
        for account in STANDING:
            added = sum(line["amount"] for line in upto if line["account"] == account)
            assert pence(stood[ACCOUNTS[account]]) == abs(added)


def pence(pounds: str) -> int:
    whole, _, part = pounds.partition(".")
    return int(whole) * 100 + int(part)


async def test_nothing_moves_without_an_amount(funding: Funding) -> None:
    with pytest.raises(ValueError, match="more than nothing"):
        entries("reserve", [Part(FundId(uuid4()), Pence(0))])
