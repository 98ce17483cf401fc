"""The terms of a fund change with a reason and take nothing away; a closed fund promises nothing more."""

import asyncio
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from services.funding.domain.funds import Restrictions
from services.funding.domain.ledger import Balances
from services.funding.handlers.fund_changes import change_fund, close_fund
from services.funding.store import fund_changes
from services.funding.store.fund_changes import NotedChange
from shared.kernel.errors import Conflict, Unprocessable
from shared.kernel.ids import FundId
from shared.kernel.money import Pence
from shared.messaging.transaction import Transaction
from tests.component.funding import Client, Funding, funding_service
from tests.component.funding_pages import staff_of

__all__ = ["funding_service"]

pytestmark = pytest.mark.servers
FINANCE = f"staff:{UUID(int=7)}"
FAMILIES = Restrictions(client_groups=frozenset({"family"}))


async def change(
    funding: Funding, fund: FundId, terms: Restrictions, *, name: str = "Relief fund", reason: str = "Agreed anew"
) -> None:
    await funding.perform(
        str(fund), lambda tx: change_fund(tx, fund, name=name, terms=terms, reason=reason), actor=FINANCE
    )


async def close(funding: Funding, fund: FundId) -> None:
    await funding.perform(str(fund), lambda tx: close_fund(tx, fund, "Its time is over"), actor=FINANCE)


async def log(funding: Funding, fund: FundId) -> list[NotedChange]:
    async with funding.kernel.reading() as db:
        return await fund_changes.changes_of(db, funding.kernel.keys, fund)


async def test_wider_terms_reach_who_waits_and_are_noted_with_their_reason(funding: Funding) -> None:
    fund = await funding.a_fund(50_000, restrictions=FAMILIES)
    client = await funding.a_match()
    assert (await funding.award(client)).state == "waiting"

    await change(funding, fund, Restrictions(client_groups=frozenset({"family", "survivor"})))

    assert (await funding.award(client)).state == "reserved"
    [noted] = await log(funding, fund)
    assert (noted.what, noted.reason, noted.actor) == ("Terms changed", "Agreed anew", FINANCE)
    assert noted.lines == [("For", "For partners and family members", "For partners and family members or survivors")]


async def test_nobody_begins_to_wait_just_as_the_terms_widen(funding: Funding) -> None:
    fund, client = await funding.a_fund(50_000, restrictions=FAMILIES), Client()
    await funding.triaged(client)
    proposals: list[asyncio.Task[object]] = []

    async def widen_slowly(tx: Transaction) -> None:
        await change_fund(tx, fund, name="Relief fund", terms=Restrictions(), reason="For everybody")
        proposals.append(asyncio.create_task(funding.hears(client.proposed())))
        await asyncio.wait(proposals, timeout=1)

    await funding.perform(str(fund), widen_slowly)
    await asyncio.gather(*proposals)

    assert (await funding.award(client)).state == "reserved"


async def test_terms_that_a_kept_client_no_longer_fits_wait_for_the_answer(funding: Funding) -> None:
    fund = await funding.a_fund(100_000, restrictions=Restrictions(regions=frozenset({"south-west"})))
    client = await funding.a_match()

    with pytest.raises(Unprocessable, match="client_groups"):
        await change(funding, fund, FAMILIES)
    assert await log(funding, fund) == []
    await funding.hears(client.accepted())
    await change(funding, fund, FAMILIES)

    assert (await funding.balances(fund)).committed == 50_000
    assert (await funding.award(client)).state == "awarded"
    assert (await funding.award(await funding.a_match())).state == "waiting"


async def test_a_fund_does_not_end_before_what_it_promised(funding: Funding) -> None:
    fund = await funding.a_fund(100_000, restrictions=Restrictions(until=date(2026, 9, 30)))
    await funding.hears((await funding.a_match()).accepted())

    with pytest.raises(Unprocessable, match="until") as refused:
        await change(funding, fund, Restrictions(until=date(2026, 9, 29)))

    assert refused.value.sentence == "Money of this fund is promised until 30 September 2026. It cannot end before."
    await change(funding, fund, Restrictions(until=date(2026, 10, 31)))


async def test_a_first_day_that_was_moved_opens_the_fund_on_its_new_day(funding: Funding) -> None:
    fund = await funding.a_fund(50_000, restrictions=Restrictions(available_from=date(2026, 6, 1)))
    client = await funding.a_match()
    await change(funding, fund, Restrictions(available_from=date(2026, 3, 10)))

    await funding.passes(timedelta(days=7))
    assert (await funding.award(client)).state == "waiting"
    await funding.passes(timedelta(days=2))

    assert (await funding.award(client)).state == "reserved"


@pytest.mark.parametrize(
    ("terms", "answers", "code"),
    [
        (FAMILIES, {"reason": " "}, "reason"),
        (Restrictions(), {}, "nothing-changed"),
        (FAMILIES, {}, "kind"),
        (Restrictions(), {"name": "Other"}, "fund-exists"),
    ],
)
async def test_a_change_that_cannot_be_changes_nothing(
    funding: Funding, terms: Restrictions, answers: dict[str, Any], code: str
) -> None:
    fund = await funding.a_fund()
    await funding.a_fund(name="Other")

    with pytest.raises((Conflict, Unprocessable), match=code):
        await change(funding, fund, terms, **answers)

    assert await log(funding, fund) == []


async def test_a_fund_in_use_is_not_closed_and_a_closed_one_is_not_used(funding: Funding) -> None:
    fund = await funding.a_fund(150_000)
    client = await funding.a_match()
    with pytest.raises(Conflict, match="fund-in-use"):
        await close(funding, fund)
    await funding.hears(client.accepted())
    with pytest.raises(Conflict, match="fund-in-use") as refused:
        await close(funding, fund)
    assert "£0 of this fund is reserved and £500 promised." in refused.value.sentence

    await funding.hears(client.ended())
    await close(funding, fund)

    assert await funding.balances(fund) == Balances(Pence(150_000), Pence(150_000))
    assert "£0<small>in 0 funds" in (await (await staff_of(funding, "finance")).reads("/funds")).text
    assert (await funding.award(await funding.a_match())).state == "waiting"
    for again in (funding.receives(fund, 100), close(funding, fund), change(funding, fund, FAMILIES)):
        with pytest.raises(Conflict, match="fund-closed"):
            await again
    assert [(one.what, one.lines[0]) for one in await log(funding, fund)] == [
        ("Closed", ("Remains in it", "£1,500", "£1,500"))
    ]
    with pytest.raises(asyncpg.CheckViolationError, match="stays closed"):
        await funding.perform("fund", lambda tx: tx.db.execute("UPDATE fund SET closed_on = NULL"))
