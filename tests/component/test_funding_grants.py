"""What funders agreed to give is kept, followed and given back; what is due is told once, on its day."""

from collections.abc import Awaitable, Callable
from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from services.funding.domain.funds import Restrictions
from services.funding.domain.grants import Grant, GrantPlan, Target
from services.funding.domain.ledger import Balances
from services.funding.domain.releases import Period
from services.funding.handlers import grant_dates, grants
from services.funding.handlers.money import Gift, receive_money
from services.funding.handlers.reporting import publish_report
from services.funding.store import funds
from services.funding.store import grants as kept_grants
from shared.events.funding import FundMilestoneReached
from shared.kernel.errors import Conflict, Unprocessable
from shared.kernel.ids import FunderId, FundId, GrantId, SessionId
from shared.kernel.money import Pence
from shared.messaging.transaction import Transaction
from tests.component.funding import Client, Funding, funding_service
from tests.component.test_funding_drawing import an_award, attended

__all__ = ["funding_service"]

pytestmark = pytest.mark.servers
FINANCE = f"staff:{UUID(int=7)}"
MARCH, APRIL = date(2026, 3, 1), date(2026, 4, 1)
LAST = date(2026, 12, 31)


async def does(funding: Funding, work: Callable[[Transaction], Awaitable[Any]]) -> None:
    """Finance does something, and whatever follows at once has followed."""
    await funding.perform("grants", work, actor=FINANCE)
    await funding.passes(timedelta(0))


async def a_grant(funding: Funding, fund: FundId, **changes: Any) -> Grant:
    """£1,000 from March to December, with changes."""
    async with funding.kernel.reading() as db:
        kept = await funds.fund_kept(db, fund)
    assert kept is not None
    plain: dict[str, Any] = {
        "reference": "G-1",
        "amount": Pence(100_000),
        "agreed_on": MARCH,
        "from_day": MARCH,
        "last_day": LAST,
    }
    plain["funder_id"] = kept.funder_id
    grant = Grant(grant_id=GrantId(uuid4()), fund_id=fund, **{**plain, **changes})
    await does(funding, lambda tx: grants.add_grant(tx, grant))
    return grant


async def instalment(funding: Funding, grant: Grant, due: date, pence: int) -> UUID:
    await does(funding, lambda tx: grant_dates.add_instalment(tx, grant.grant_id, due, Pence(pence)))
    return next(one.instalment_id for one in (await plan(funding, grant)).instalments if one.due_on == due)


async def report_date(funding: Funding, grant: Grant, due: date, first: date = MARCH, until: date = APRIL) -> UUID:
    await does(funding, lambda tx: grant_dates.add_report_date(tx, grant.grant_id, due, (first, until)))
    return (await plan(funding, grant)).reports[-1].report_date_id


async def plan(funding: Funding, grant: Grant) -> GrantPlan:
    async with funding.kernel.reading() as db:
        return await kept_grants.plan_of(db, grant)


async def told(funding: Funding) -> list[tuple[str, date]]:
    return [(one.milestone, one.day) for one in await funding.told(FundMilestoneReached)]


async def until(funding: Funding, day: date) -> None:
    """It is the morning of a day."""
    await funding.passes(timedelta(days=(day - funding.clock.now().date()).days))


async def test_a_grant_is_entered_once(funding: Funding) -> None:
    fund = await funding.a_fund()
    await a_grant(funding, fund)

    with pytest.raises(Conflict, match="reference-used"):
        await a_grant(funding, fund, amount=Pence(5))

    async with funding.kernel.reading() as db:
        assert [grant.amount for grant in await kept_grants.grants_of(db, fund)] == [100_000]


async def test_money_is_noted_as_an_instalment_and_a_difference_is_kept(funding: Funding) -> None:
    fund = await funding.a_fund()
    grant = await a_grant(funding, fund)
    first = await instalment(funding, grant, date(2026, 3, 10), 60_000)
    stranger = await instalment(funding, await a_grant(funding, await funding.a_fund(name="Other"), reference="G-2"),
                                date(2026, 3, 10), 5)  # fmt: skip

    def note(reference: str, named: UUID | None) -> Callable[[Transaction], Awaitable[bool]]:
        return lambda tx: receive_money(tx, Gift(fund, Pence(55_000), reference, MARCH, named))

    with pytest.raises(Unprocessable, match="instalment-unknown"):
        await does(funding, note("BACS 1", stranger))
    assert await funding.balances(fund) == Balances()
    await does(funding, note("BACS 1", None))
    await does(funding, note("BACS 1", first))

    assert (await funding.balances(fund)).received == 55_000
    [kept] = (await plan(funding, grant)).instalments
    assert (kept.state(MARCH), kept.difference) == ("received", -5_000)
    with pytest.raises(Conflict, match="instalment-received"):
        await does(funding, lambda tx: grant_dates.remove_instalment(tx, grant.grant_id, first))


async def test_a_late_instalment_is_told_once_and_again_where_it_was_moved(funding: Funding) -> None:
    fund = await funding.a_fund()
    grant = await a_grant(funding, fund)
    await instalment(funding, grant, date(2026, 3, 10), 40_000)
    second = await instalment(funding, grant, date(2026, 3, 12), 40_000)
    await does(
        funding,
        lambda tx: grant_dates.move_instalment(tx, grant.grant_id, second, date(2026, 3, 20), Pence(40_000)),
    )

    await until(funding, date(2026, 3, 10))
    assert await told(funding) == []
    await until(funding, date(2026, 3, 20))
    assert await told(funding) == [("instalment-late", date(2026, 3, 10))]
    await until(funding, date(2026, 4, 20))
    assert await told(funding) == [("instalment-late", date(2026, 3, 10)), ("instalment-late", date(2026, 3, 20))]
    await does(
        funding, lambda tx: grant_dates.move_instalment(tx, grant.grant_id, second, date(2026, 5, 1), Pence(40_000))
    )
    await until(funding, date(2026, 5, 3))
    assert (await told(funding))[2:] == [("instalment-late", date(2026, 5, 1))]


async def test_a_report_is_told_before_it_is_due_unless_the_funder_has_it(funding: Funding) -> None:
    fund = await funding.a_fund()
    grant = await a_grant(funding, fund)
    await report_date(funding, grant, date(2026, 5, 1))
    may = await report_date(funding, grant, date(2026, 6, 20), APRIL, date(2026, 5, 1))
    ticked = await report_date(funding, grant, date(2026, 7, 1), APRIL, date(2026, 6, 1))
    await does(funding, lambda tx: grant_dates.tick_report(tx, grant.grant_id, ticked, sent=True))

    await until(funding, date(2026, 4, 16))
    assert await told(funding) == []
    await until(funding, date(2026, 4, 17))
    assert await told(funding) == [("report-due", date(2026, 5, 1))]
    await does(funding, lambda tx: publish_report(tx, fund, Period(MARCH, APRIL)))
    await until(funding, date(2026, 6, 5))
    await does(funding, lambda tx: publish_report(tx, fund, Period(APRIL, date(2026, 5, 1))))
    await until(funding, date(2026, 8, 1))

    assert await told(funding) == [("report-due", date(2026, 5, 1))]
    sent = {one.report_date_id: one.published is not None for one in (await plan(funding, grant)).reports}
    assert sent[may]
    assert not sent[ticked]


async def test_money_that_is_about_to_expire_is_told_twice_for_each_day(funding: Funding) -> None:
    fund = await funding.a_fund(50_000)
    grant = await a_grant(funding, fund, last_day=date(2026, 6, 30))
    await until(funding, date(2026, 5, 20))
    assert await told(funding) == [("money-expiring", date(2026, 6, 30))]

    later = (grant.from_day, date(2026, 9, 30))
    await does(
        funding,
        lambda tx: grants.change_grant(
            tx, grant.grant_id, amount=grant.amount, agreed_on=MARCH, days=later, target=None, reason="Longer"
        ),
    )
    await until(funding, date(2026, 7, 15))
    assert len(await told(funding)) == 1
    await until(funding, date(2026, 10, 15))

    assert await told(funding) == [("money-expiring", date(2026, 6, 30)), *[("money-expiring", later[1])] * 2]


async def test_money_that_was_spent_or_never_came_does_not_expire(funding: Funding) -> None:
    fund = await funding.a_fund()
    await a_grant(funding, fund, last_day=date(2026, 4, 30))

    await until(funding, date(2026, 5, 10))

    assert await told(funding) == []


async def test_a_target_that_is_met_is_told_on_the_day_after(funding: Funding) -> None:
    fund = await funding.a_fund(90_000)
    await a_grant(funding, fund, target=Target("sessions", 8), last_day=date(2026, 3, 31))
    client = await an_award(funding)
    await funding.hears(*(attended(client, SessionId(uuid4())) for _ in range(7)))
    await until(funding, date(2026, 3, 5))
    assert ("target-met", date(2026, 3, 5)) not in await told(funding)

    await funding.hears(attended(client, SessionId(uuid4())))
    await until(funding, date(2026, 3, 10))

    assert [day for what, day in await told(funding) if what == "target-met"] == [date(2026, 3, 6)]


async def test_a_target_by_which_somebody_could_be_recognised_is_refused(funding: Funding) -> None:
    fund = await funding.a_fund()

    for target in (Target("people", 7), Target("sessions", 7)):
        with pytest.raises(Unprocessable, match="target"):
            await a_grant(funding, fund, target=target)

    await a_grant(funding, fund, target=Target("people", 8))


async def test_unspent_money_goes_back_once_the_grant_has_ended(funding: Funding) -> None:
    fund = await funding.a_fund(100_000)
    grant = await a_grant(funding, fund, last_day=date(2026, 3, 20))
    await funding.a_match()

    def back(pence: int, reason: str = "Unspent") -> Callable[[Transaction], Awaitable[None]]:
        return lambda tx: grants.give_back(tx, grant.grant_id, Pence(pence), reason)

    with pytest.raises(Conflict, match="grant-runs") as refused:
        await does(funding, back(50_000))
    assert "until 20 March 2026" in refused.value.sentence
    await until(funding, date(2026, 3, 21))
    for pence, reason in ((50_001, "Unspent"), (0, "Unspent"), (-1, "Unspent"), (50_000, " ")):
        with pytest.raises(Unprocessable):
            await does(funding, back(pence, reason))
    await does(funding, back(50_000))

    assert await funding.balances(fund) == Balances(Pence(50_000), Pence(0), Pence(50_000))
    async with funding.kernel.reading() as db:
        [(amount, _, actor, why)] = await kept_grants.given_back_of(db, funding.kernel.keys, grant)
    assert (amount, actor, why) == (50_000, FINANCE, "Unspent")


async def test_what_somebody_else_gave_to_the_same_fund_does_not_go_back(funding: Funding) -> None:
    fund, other = await funding.a_fund(60_000), FunderId(uuid4())
    async with funding.kernel.reading() as db:
        await funds.add_funder(db, other, "Second Trust", funding.clock.now())
    own = await a_grant(funding, fund, last_day=date(2026, 3, 20))
    theirs = await a_grant(funding, fund, last_day=date(2026, 3, 20), funder_id=other)
    due = await instalment(funding, theirs, date(2026, 3, 10), 40_000)
    gift = Gift(fund, Pence(40_000), "BACS 2", date(2026, 3, 2), due)
    await does(funding, lambda tx: receive_money(tx, gift))
    await until(funding, date(2026, 3, 21))

    def back(grant: Grant, pence: int) -> Callable[[Transaction], Awaitable[None]]:
        return lambda tx: grants.give_back(tx, grant.grant_id, Pence(pence), "Unspent")

    await does(funding, back(theirs, 10_000))
    for grant, pence in ((theirs, 30_001), (own, 60_001)):
        with pytest.raises(Unprocessable, match="amount"):
            await does(funding, back(grant, pence))
    await does(funding, back(theirs, 30_000))
    await does(funding, back(own, 60_000))

    assert (await funding.balances(fund)).received == 0


async def test_an_award_never_outlives_the_fund_that_pays_it(funding: Funding) -> None:
    ends = date(2026, 3, 20)
    restrictions = Restrictions(until=ends)
    fund = await funding.a_fund(200_000, name="Short", restrictions=restrictions)
    await funding.a_fund(50_000, name="General")
    client = await funding.a_match()
    assert (await funding.award(client)).valid_until == ends

    await until(funding, ends + timedelta(days=1))
    late = await funding.a_match()

    assert (await funding.balances(fund)).reserved == 50_000
    assert (await funding.award(late)).valid_until == date(2027, 3, 21)
    last: Client = await funding.a_match()
    assert (await funding.award(last)).state == "waiting"
