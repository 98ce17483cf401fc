"""Funding tells for which kinds of case there is money: when that changes, and no sum of anybody's."""

from datetime import timedelta

from services.funding.domain.funds import Restrictions
from services.funding.timers import look_at_money
from shared.events.funding import FundingOutlookChanged, MoneyLine
from tests.component.funding import Funding, funding_service

__all__ = ["funding_service"]

SURVIVORS = Restrictions(client_groups=frozenset({"survivor"}), regions=frozenset({"south-west"}))


async def told(funding: Funding) -> list[FundingOutlookChanged]:
    await look_at_money(funding.kernel)
    return await funding.told(FundingOutlookChanged)


async def test_the_outlook_is_told_when_a_level_changes_and_not_with_every_award(funding: Funding) -> None:
    fund = await funding.a_fund(600_000, restrictions=SURVIVORS)
    assert [event.version for event in await told(funding)] == [1]
    assert (await told(funding))[0].lines == (
        MoneyLine(client_groups=("survivor",), regions=("south-west",), level="good"),
    )

    clients = [await funding.a_match() for _ in range(3)]
    assert len(await told(funding)) == 1, "three awards leave the picture as it was"

    clients += [await funding.a_match() for _ in range(3)]
    assert [(event.version, event.lines[0].level) for event in await told(funding)] == [(1, "good"), (2, "scarce")]

    for client in clients:
        await funding.hears(client.withdrawn())
    assert [(event.version, event.lines[0].level) for event in await told(funding)][2:] == [(3, "good")]
    assert (await funding.balances(fund)).available == 600_000


async def test_no_sum_of_a_client_or_of_a_fund_leaves_funding(funding: Funding) -> None:
    await funding.a_fund(612_345, restrictions=SURVIVORS)
    client = await funding.a_match(fee=4321)
    (event,) = await told(funding)

    written = event.model_dump_json()
    assert str(client.referral_id) not in written
    assert not any(sum_ in written for sum_ in ("612345", "4321", "569135"))


async def test_money_whose_time_is_over_is_told_to_be_gone(funding: Funding) -> None:
    today = funding.clock.now().date()
    await funding.a_fund(600_000, restrictions=Restrictions(until=today + timedelta(days=1)))
    assert len((await told(funding))[-1].lines) == 1

    await funding.passes(timedelta(days=2))

    assert (await told(funding))[-1].lines == ()
