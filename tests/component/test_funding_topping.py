"""Awards that run are made larger: same funds, same terms, same approvals, and all that is left goes back once."""

from datetime import date, timedelta
from uuid import uuid4

import pytest

from services.funding.domain.approvals import Proposal
from services.funding.domain.funds import Restrictions
from services.funding.handlers.approving import Agreed, Refused
from services.funding.handlers.topping import Wish, ask_for_more
from shared.events.funding import (
    SubsidyApprovalDecided,
    SubsidyApprovalWanted,
    SubsidyGranted,
    SubsidyReleased,
    SubsidyToppedUp,
)
from shared.events.intake import ConsentWithdrawn
from shared.kernel.errors import Conflict, Unprocessable
from shared.kernel.ids import SessionId
from shared.kernel.money import Pence
from tests.component.approvals import ANOTHER, ONE, WEST, decide_on, proposal_of
from tests.component.funding import Client, Funding, funding_service
from tests.component.test_funding_drawing import an_award, attended, missed
from tests.component.test_funding_endings import standing

__all__ = ["funding_service"]

pytestmark = pytest.mark.servers


async def more_for(funding: Funding, client: Client, wish: Wish, who: str = ONE) -> Proposal:
    """Somebody asks for more for a client whose award runs."""
    award_id = (await funding.award(client)).award_id
    return await funding.perform(str(client.referral_id), lambda tx: ask_for_more(tx, award_id, wish), actor=who)


async def sessions_for(funding: Funding, client: Client, number: int) -> list[SessionId]:
    """So many sessions take place."""
    held = [SessionId(uuid4()) for _ in range(number)]
    await funding.hears(*(attended(client, session) for session in held))
    return held


async def test_more_sessions_are_promised_and_what_was_held_already_is_paid(funding: Funding) -> None:
    fund = await funding.a_fund(50_000)
    client = await an_award(funding, sessions=2)
    await sessions_for(funding, client, 3)
    assert (await funding.award(client)).state == "exhausted"
    await funding.passes(timedelta(days=100))

    asked = await more_for(funding, client, Wish(more=4))

    assert asked.state == "granted"
    [told] = await funding.told(SubsidyToppedUp)
    assert (told.sessions, told.amount_per_session, told.contribution_per_session) == (6, 5_000, 0)
    assert told.valid_until == date(2027, 6, 10)
    assert (await funding.balances(fund)) == standing(50_000, 20_000, committed=15_000, spent=15_000)
    assert (await funding.award(client)).state == "drawing"
    assert (await funding.told_types())[-1] == "SubsidyToppedUp"


async def test_an_award_made_larger_lasts_no_longer_than_the_funds_that_pay(funding: Funding) -> None:
    await funding.a_fund(10_000, name="Summer", restrictions=Restrictions(until=date(2026, 8, 31)))
    await funding.a_fund(90_000, name="Spring", restrictions=Restrictions(until=date(2026, 5, 31)))
    autumn = await funding.a_fund(90_000, name="Autumn", restrictions=Restrictions(until=date(2026, 10, 31)))
    await funding.passes(timedelta(days=91))
    client = await an_award(funding, sessions=2)
    assert (await funding.award(client)).valid_until == date(2026, 8, 31)
    await sessions_for(funding, client, 2)

    await more_for(funding, client, Wish(more=2))

    assert (await funding.balances(autumn)).committed == 10_000
    assert [told.valid_until for told in await funding.told(SubsidyToppedUp)] == [date(2026, 10, 31)]


async def test_nothing_is_added_to_an_award_before_it_is_granted_or_after_it_is_over(funding: Funding) -> None:
    await funding.a_fund(900_000)
    waiting, kept, over = await funding.a_match(fee=30_000), await funding.a_match(), await an_award(funding)
    await funding.hears(over.ended())

    for client, state in ((waiting, "to-approve"), (kept, "reserved"), (over, "finished")):
        with pytest.raises(Conflict, match=f"award-is-{state}"):
            await more_for(funding, client, Wish(more=2))


async def test_all_that_a_client_gets_together_decides_who_has_to_agree(funding: Funding) -> None:
    fund = await funding.a_fund(600_000)
    client = await funding.a_match(fee=25_000)
    await funding.hears(client.accepted())

    asked = await more_for(funding, client, Wish(more=1))

    assert (asked.state, asked.approvers) == ("to-approve", 1)
    assert (await funding.balances(fund)) == standing(600_000, 325_000, reserved=25_000, committed=250_000)
    assert [wanted.level for wanted in await funding.told(SubsidyApprovalWanted)] == [1]
    assert await funding.told(SubsidyToppedUp) == []
    with pytest.raises(Conflict, match="more-asked-already"):
        await more_for(funding, client, Wish(more=1))
    assert await decide_on(funding, client, ANOTHER) == Agreed(None)
    assert [told.sessions for told in await funding.told(SubsidyToppedUp)] == [11]
    second = await more_for(funding, client, Wish(more=10))
    assert second.approvers == 2


async def test_who_asked_for_more_does_not_approve_it(funding: Funding) -> None:
    await funding.a_fund(600_000)
    client = await funding.a_match(fee=25_000)
    await funding.hears(client.accepted())
    await more_for(funding, client, Wish(more=1))

    answer = await decide_on(funding, client, ONE)

    assert getattr(answer, "code", None) == "own-work"
    assert await funding.told(SubsidyToppedUp) == []


@pytest.mark.parametrize("how", ["refused", "nobody-decides"])
async def test_where_nobody_agrees_the_award_goes_on_and_more_can_be_asked_anew(funding: Funding, how: str) -> None:
    fund = await funding.a_fund(300_000)
    client = await funding.a_match(fee=25_000)
    await funding.hears(client.accepted())
    await more_for(funding, client, Wish(more=2))
    other = await funding.a_match()

    if how == "refused":
        assert await decide_on(funding, client, ANOTHER, because="Review first") == Refused()
    else:
        await funding.passes(timedelta(days=28))

    assert [told.approved for told in await funding.told(SubsidyApprovalDecided)] == [False]
    assert (await funding.award(client)).sessions == 10
    assert (await funding.award(client)).state == "awarded"
    assert await funding.told(SubsidyReleased) == []
    assert (await funding.award(other)).state == "reserved"
    assert (await funding.balances(fund)) == standing(300_000, 0, reserved=50_000, committed=250_000)
    await funding.hears(other.declined())
    assert (await more_for(funding, client, Wish(more=2))).state == "to-approve"


async def test_without_money_it_waits_in_the_same_order_as_everybody(funding: Funding) -> None:
    fund = await funding.a_fund(50_000)
    running = await funding.a_match(priority="urgent")
    await funding.hears(running.accepted())
    first = await funding.a_match()

    assert (await more_for(funding, running, Wish(more=2))).state == "waiting"
    await funding.receives(fund, 12_000)
    assert [told.sessions for told in await funding.told(SubsidyToppedUp)] == [12]
    assert (await funding.award(first)).state == "waiting"
    await funding.receives(fund, 48_000)

    assert (await funding.award(first)).state == "reserved"
    assert (await funding.balances(fund)) == standing(110_000, 0, reserved=50_000, committed=60_000)


async def test_a_cap_caps_what_is_added(funding: Funding) -> None:
    capped = await funding.a_fund(200_000, name="Capped", restrictions=Restrictions(cap_per_client=Pence(60_000)))
    client = await an_award(funding)

    assert (await more_for(funding, client, Wish(more=3))).state == "waiting"
    general = await funding.a_fund(30_000, name="General")

    assert [(await funding.balances(one)).committed for one in (capped, general)] == [60_000, 5_000]


async def test_staff_choose_another_fund_for_it_and_a_second_person_agrees(funding: Funding) -> None:
    west = await funding.a_fund(100_000, name="West", restrictions=WEST)
    general = await funding.a_fund(20_000, name="General")
    wales = await funding.a_fund(20_000, name="Wales", restrictions=Restrictions(regions=frozenset({"wales"})))
    client = await an_award(funding)
    with pytest.raises(Conflict, match="fund-cannot-pay"):
        await more_for(funding, client, Wish(more=2, fund_id=wales, reason="Why not"))

    asked = await more_for(funding, client, Wish(more=2, fund_id=general, reason="West is for new clients"))
    assert (asked.state, asked.approvers) == ("to-approve", 1)
    await decide_on(funding, client, ANOTHER)

    assert [(await funding.balances(one)).committed for one in (west, general)] == [50_000, 10_000]
    async with funding.kernel.reading() as db:
        [row] = await db.fetch("SELECT prepared_by, reason FROM proposal")
    assert row["prepared_by"] == ONE
    assert b"new clients" not in row["reason"]


async def test_a_larger_share_of_the_fee_pays_every_session_that_is_left(funding: Funding) -> None:
    fund = await funding.a_fund(100_000)
    client = await funding.a_match(sessions=5, means="part-fee", affordable_per_session=1_000)
    await funding.hears(client.accepted())
    [first, *_] = await sessions_for(funding, client, 2)
    with pytest.raises(Unprocessable, match="share-not-possible"):
        await more_for(funding, client, Wish(share=Pence(5_001)))

    await more_for(funding, client, Wish(share=Pence(5_000)))

    [told] = await funding.told(SubsidyToppedUp)
    assert (told.sessions, told.amount_per_session, told.contribution_per_session) == (5, 5_000, 0)
    await sessions_for(funding, client, 3)
    assert (await funding.balances(fund)).spent == 8_000 + 15_000
    assert (await funding.award(client)).state == "exhausted"
    await funding.hears(missed(client, first))
    await sessions_for(funding, client, 1)
    assert (await funding.balances(fund)).spent <= 4_000 + 15_000 + 5_000
    await funding.hears(client.ended())
    balances = await funding.balances(fund)
    assert (balances.committed, balances.reserved, balances.available + balances.spent) == (0, 0, 100_000)


async def test_several_top_ups_end_with_one_release_of_all_the_rest(funding: Funding) -> None:
    fund = await funding.a_fund(500_000)
    client = await funding.a_match(fee=20_000)
    await funding.hears(client.accepted())
    for more in (1, 1):
        await more_for(funding, client, Wish(more=more))
    await sessions_for(funding, client, 11)
    pending = await more_for(funding, client, Wish(more=2))
    assert pending.state == "to-approve"

    await funding.hears(client.ended())
    await funding.hears(client.ended())

    assert (await funding.balances(fund)) == standing(500_000, 280_000, spent=220_000)
    promised = sum(one.sessions * one.amount_per_session for one in await funding.told(SubsidyGranted))
    assert [told.sessions for told in await funding.told(SubsidyToppedUp)] == [11, 12]
    assert [told.amount for told in await funding.told(SubsidyReleased)] == [promised + 40_000 - 220_000]
    assert await proposal_of(funding, client) is None
    async with funding.kernel.reading() as db:
        assert await db.fetchval("SELECT count(*) FROM reservation") == 4
        resolved = "SELECT count(*) FROM ledger_transaction WHERE kind IN ('commit', 'release')"
        assert await db.fetchval(resolved) == 4


async def test_taking_back_consent_ends_what_was_asked_for_too(funding: Funding) -> None:
    fund = await funding.a_fund(300_000)
    client = await funding.a_match(fee=25_000)
    await funding.hears(client.accepted())
    await more_for(funding, client, Wish(more=2))

    await funding.hears(ConsentWithdrawn(referral_id=client.referral_id, purpose="subsidy"))

    assert (await funding.balances(fund)) == standing(300_000, 300_000)
    assert [told.amount for told in await funding.told(SubsidyReleased)] == [250_000]


async def test_what_cannot_be_asked_for_changes_nothing(funding: Funding) -> None:
    fund = await funding.a_fund(100_000)
    client = await an_award(funding)

    for wish in (Wish(), Wish(more=-1), Wish(more=25), Wish(share=Pence(5_000))):
        with pytest.raises(Unprocessable):
            await more_for(funding, client, wish)

    assert (await funding.balances(fund)) == standing(100_000, 50_000, committed=50_000)
    async with funding.kernel.reading() as db:
        assert await db.fetchval("SELECT count(*) FROM preparation") == 0
