"""Money is kept for a match, promised, and given back, once each, whatever order the news comes in."""

from datetime import date, timedelta

import pytest

from services.funding.domain.funds import Restrictions
from services.funding.domain.ledger import Balances
from shared.events.funding import (
    FundThresholdCrossed,
    SubsidyGranted,
    SubsidyNotNeeded,
    SubsidyReleased,
    SubsidyWaitlisted,
)
from shared.kernel.money import Pence
from tests.component.funding import Client, Funding, funding_service

__all__ = ["funding_service"]

pytestmark = pytest.mark.servers


def standing(received: int, available: int, reserved: int = 0, committed: int = 0, spent: int = 0) -> Balances:
    return Balances(Pence(received), Pence(available), Pence(reserved), Pence(committed), Pence(spent))


async def test_a_client_who_cannot_pay_is_granted_the_whole_fee(funding: Funding) -> None:
    fund = await funding.a_fund(100_000)

    client = await funding.a_match()

    [granted] = await funding.told(SubsidyGranted)
    assert (granted.match_id, granted.sessions) == (client.match_id, 10)
    assert (granted.amount_per_session, granted.contribution_per_session) == (5000, 0)
    assert granted.valid_until == date(2027, 3, 2)
    assert await funding.balances(fund) == standing(100_000, 50_000, reserved=50_000)


async def test_a_client_who_can_pay_part_adds_what_they_can(funding: Funding) -> None:
    fund = await funding.a_fund(100_000)

    await funding.a_match(means="part-fee", affordable_per_session=1500)

    [granted] = await funding.told(SubsidyGranted)
    assert (granted.amount_per_session, granted.contribution_per_session) == (3500, 1500)
    assert (await funding.balances(fund)).reserved == 35_000


async def test_a_client_who_can_pay_needs_no_fund_and_no_consent(funding: Funding) -> None:
    client = await funding.a_match(means="full-fee", consents=())

    [told] = await funding.told(SubsidyNotNeeded)
    assert told.match_id == client.match_id
    assert await funding.told_types() == ["SubsidyNotNeeded"]


async def test_who_is_unsure_pays_nothing_until_somebody_asks_again(funding: Funding) -> None:
    await funding.a_fund(100_000)

    client = await funding.a_match(means="unsure")

    assert (await funding.award(client)).needs_review
    assert [granted.contribution_per_session for granted in await funding.told(SubsidyGranted)] == [0]


async def test_a_match_may_be_heard_of_before_the_client(funding: Funding) -> None:
    await funding.a_fund(100_000)
    client = Client()

    await funding.hears(client.proposed())
    assert await funding.told(SubsidyGranted) == []
    await funding.triaged(client)

    assert len(await funding.told(SubsidyGranted)) == 1


async def test_everything_heard_twice_has_its_effect_once(funding: Funding) -> None:
    fund = await funding.a_fund(100_000)
    client = await funding.a_match()
    await funding.hears_again()
    await funding.hears(client.proposed())
    await funding.hears(client.accepted())
    await funding.hears_again()
    await funding.hears(client.accepted())

    assert len(await funding.told(SubsidyGranted)) == 1
    assert await funding.balances(fund) == standing(100_000, 50_000, committed=50_000)


async def test_an_accepted_offer_commits_and_a_declined_one_releases(funding: Funding) -> None:
    fund = await funding.a_fund(100_000)
    taken, refused = await funding.a_match(), await funding.a_match()

    await funding.hears(taken.accepted())
    await funding.hears(refused.declined())

    assert await funding.balances(fund) == standing(100_000, 50_000, committed=50_000)
    [released] = await funding.told(SubsidyReleased)
    assert (released.match_id, released.amount, released.reason) == (refused.match_id, 50_000, None)


async def test_the_next_therapist_is_paid_from_what_the_last_left(funding: Funding) -> None:
    fund = await funding.a_fund(50_000)
    client = await funding.a_match()

    await funding.hears(client.declined(), client.again().proposed(fee=4000))

    assert [granted.amount_per_session for granted in await funding.told(SubsidyGranted)] == [5000, 4000]
    assert (await funding.balances(fund)).reserved == 40_000


async def test_the_end_of_a_therapy_frees_what_was_not_spent(funding: Funding) -> None:
    fund = await funding.a_fund(50_000)
    client = await funding.a_match()

    await funding.hears(client.accepted(), client.ended())

    assert (await funding.award(client)).state == "finished"
    assert (await funding.balances(fund)) == standing(50_000, 50_000)
    assert len(await funding.told(SubsidyReleased)) == 1


async def test_without_money_the_client_waits_and_is_not_forgotten(funding: Funding) -> None:
    fund = await funding.a_fund(20_000)
    client = await funding.a_match()
    [waiting] = await funding.told(SubsidyWaitlisted)
    assert waiting.shortfall == 30_000
    assert (await funding.balances(fund)).reserved == 0

    await funding.receives(fund, 30_000)

    [granted] = await funding.told(SubsidyGranted)
    assert granted.match_id == client.match_id
    assert (await funding.balances(fund)).available == 0


async def test_money_goes_to_the_most_urgent_and_then_the_oldest(funding: Funding) -> None:
    fund = await funding.a_fund()
    first = await funding.a_match()
    await funding.passes(timedelta(hours=1))
    second = await funding.a_match()
    await funding.passes(timedelta(hours=1))
    urgent = await funding.a_match(priority="urgent")

    await funding.receives(fund, 100_000)

    assert [granted.match_id for granted in await funding.told(SubsidyGranted)] == [urgent.match_id, first.match_id]
    assert (await funding.award(second)).state == "waiting"


async def test_money_that_comes_back_helps_the_next_who_waits(funding: Funding) -> None:
    fund = await funding.a_fund(50_000)
    client, waiting = await funding.a_match(), await funding.a_match()

    await funding.hears(client.declined())

    assert (await funding.award(waiting)).state == "reserved"
    assert (await funding.balances(fund)) == standing(50_000, 0, reserved=50_000)


async def test_nobody_is_held_up_by_somebody_who_needs_more(funding: Funding) -> None:
    fund = await funding.a_fund()
    large, small = await funding.a_match(sessions=20), await funding.a_match(sessions=4)

    await funding.receives(fund, 30_000)

    assert (await funding.award(small)).state == "reserved"
    assert (await funding.award(large)).state == "waiting"


async def test_a_part_of_the_money_is_never_kept(funding: Funding) -> None:
    fund = await funding.a_fund(49_999)
    await funding.a_match()

    assert (await funding.balances(fund)) == standing(49_999, 49_999)


async def test_the_most_restricted_money_goes_first_and_the_rest_is_split(funding: Funding) -> None:
    free = await funding.a_fund(100_000, name="General")
    devon = await funding.a_fund(30_000, name="Devon", restrictions=Restrictions(regions=frozenset({"south-west"})))
    wales = await funding.a_fund(90_000, name="Wales", restrictions=Restrictions(regions=frozenset({"wales"})))

    await funding.a_match()

    assert (await funding.balances(devon)).reserved == 30_000
    assert (await funding.balances(free)).reserved == 20_000
    assert (await funding.balances(wales)).reserved == 0


async def test_a_fund_gives_one_client_no_more_than_its_cap(funding: Funding) -> None:
    capped = await funding.a_fund(100_000, name="Capped", restrictions=Restrictions(cap_per_client=Pence(60_000)))
    client = await funding.a_match()
    await funding.hears(client.accepted())

    await funding.hears(client.again().proposed())

    assert (await funding.balances(capped)) == standing(100_000, 50_000, committed=50_000)
    assert [waiting.shortfall for waiting in await funding.told(SubsidyWaitlisted)] == [40_000]


async def test_money_that_may_only_be_spent_later_wakes_on_its_first_day(funding: Funding) -> None:
    restrictions = Restrictions(available_from=date(2026, 3, 10))
    await funding.a_fund(50_000, name="Spring", restrictions=restrictions)
    client = await funding.a_match()
    assert (await funding.award(client)).state == "waiting"

    await funding.passes(timedelta(days=8))

    assert (await funding.award(client)).state == "reserved"


async def test_each_threshold_is_told_once_until_more_money_comes_in(funding: Funding) -> None:
    fund = await funding.a_fund(100_000)
    first, second = await funding.a_match(sessions=8), await funding.a_match(sessions=8)
    await funding.hears(second.declined(), second.again().proposed(sessions=8))
    assert [crossed.percent_used for crossed in await funding.told(FundThresholdCrossed)] == [80]
    await funding.hears(first.accepted())
    await funding.a_match(sessions=4)
    assert [crossed.percent_used for crossed in await funding.told(FundThresholdCrossed)] == [80, 100]

    await funding.receives(fund, 100_000)
    await funding.a_match(sessions=20)

    assert [crossed.percent_used for crossed in await funding.told(FundThresholdCrossed)] == [80, 100, 80, 100]


async def test_an_award_is_no_longer_than_its_fund(funding: Funding) -> None:
    await funding.a_fund(50_000, name="Short", restrictions=Restrictions(until=date(2026, 4, 1)))

    await funding.a_match()

    assert [granted.valid_until for granted in await funding.told(SubsidyGranted)] == [date(2026, 4, 1)]


async def test_an_impossible_fee_is_refused_and_put_aside(funding: Funding) -> None:
    client = Client()
    await funding.triaged(client)

    outcome = await funding.hears(client.proposed(fee=-1))

    assert outcome.parked == 1
    async with funding.kernel.reading() as db:
        assert await db.fetchval("SELECT state FROM parked_event") == "dead"
        assert await db.fetchval("SELECT count(*) FROM award") == 0
