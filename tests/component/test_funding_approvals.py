"""Large awards: kept at once, told of only when enough different people agreed, and looked at again before that."""

import asyncio
from datetime import date, timedelta

import asyncpg
import pytest

from services.funding.domain.approvals import NotEntitled
from services.funding.handlers.approving import Agreed, Refused
from services.funding.handlers.choosing import choose_another_fund, propose_anew
from shared.events.funding import (
    SubsidyApprovalDecided,
    SubsidyApprovalWanted,
    SubsidyGranted,
    SubsidyReleased,
    SubsidyWaitlisted,
)
from shared.kernel.errors import Conflict, Unprocessable
from tests.component.approvals import ANOTHER, ONE, THIRD, WEST, a_large_match, decide_on, is_own_work
from tests.component.funding import Funding, funding_service
from tests.component.test_funding_endings import standing

__all__ = ["funding_service"]

pytestmark = pytest.mark.servers


async def test_ordinary_awards_are_decided_by_the_rules_alone(funding: Funding) -> None:
    await funding.a_fund(250_000)

    client = await funding.a_match(fee=25_000)

    assert (await funding.award(client)).state == "reserved"
    assert await funding.told(SubsidyApprovalWanted) == []


async def test_a_large_award_is_kept_at_once_and_granted_once_somebody_agrees(funding: Funding) -> None:
    fund = await funding.a_fund(300_000)
    client, other = await a_large_match(funding), await funding.a_match()
    assert await funding.told(SubsidyGranted) == []
    assert [wanted.level for wanted in await funding.told(SubsidyApprovalWanted)] == [1]
    assert (await funding.balances(fund)) == standing(300_000, 0, reserved=300_000)
    assert (await funding.award(other)).waits_for == "money"

    assert await decide_on(funding, client) == Agreed(None)

    assert [(granted.match_id, granted.sessions) for granted in await funding.told(SubsidyGranted)] == [
        (client.match_id, 10)
    ]
    assert [decided.approved for decided in await funding.told(SubsidyApprovalDecided)] == [True]
    assert (await funding.award(client)).valid_until == date(2027, 3, 2)
    await funding.hears(client.accepted())
    assert (await funding.balances(fund)) == standing(300_000, 0, committed=300_000)


async def test_above_a_higher_sum_it_takes_two_different_people(funding: Funding) -> None:
    await funding.a_fund(600_000)
    client = await a_large_match(funding, fee=60_000)

    assert await decide_on(funding, client, ONE) == Agreed(2)
    assert [wanted.level for wanted in await funding.told(SubsidyApprovalWanted)] == [1, 2]
    again = await decide_on(funding, client, ONE, level=2)
    assert isinstance(again, NotEntitled)
    assert again.code == "twice"
    assert await funding.told(SubsidyGranted) == []
    assert await decide_on(funding, client, ANOTHER, level=2) == Agreed(None)

    assert len(await funding.told(SubsidyGranted)) == 1


async def test_of_two_approvals_at_once_one_wins_each_level(funding: Funding) -> None:
    await funding.a_fund(600_000)
    client = await a_large_match(funding, fee=60_000)

    answers = await asyncio.gather(
        *(decide_on(funding, client, who) for who in (ONE, ANOTHER, THIRD)), return_exceptions=True
    )

    assert sorted(type(answer).__name__ for answer in answers) == ["Agreed", "Conflict", "Conflict"]
    assert await funding.told(SubsidyGranted) == []


async def test_the_database_itself_lets_nobody_agree_twice(funding: Funding) -> None:
    await funding.a_fund(600_000)
    client = await a_large_match(funding, fee=60_000)
    await decide_on(funding, client)

    async with funding.kernel.reading() as db:
        with pytest.raises(asyncpg.UniqueViolationError, match="nobody_decides_twice"):
            await db.execute(
                "INSERT INTO approval SELECT proposal_id, level + 1, true, actor, NULL, decided_at FROM approval"
            )


async def test_the_sum_of_all_that_a_client_gets_counts_not_each_award(funding: Funding) -> None:
    await funding.a_fund(600_000)
    client = await funding.a_match(fee=20_000)
    await funding.hears(client.accepted())

    following = client.again()
    await funding.hears(following.proposed(fee=6_000))

    assert (await funding.award(following)).state == "to-approve"


async def test_a_policy_that_leaves_sums_out_or_asks_fewer_for_more_is_refused(funding: Funding) -> None:
    add = "INSERT INTO approval_policy (valid_from, up_to, approvers, roles) VALUES "
    for rows in (
        "('2026-04-01', 1000, 0, '{}')",
        "('2026-04-01', 1000, 2, '{finance}'), ('2026-04-01', NULL, 1, '{finance}')",
    ):
        async with funding.kernel.reading() as db:
            with pytest.raises(asyncpg.CheckViolationError):
                await db.execute(add + rows)


async def test_who_chose_the_fund_or_the_sessions_does_not_approve_them(funding: Funding) -> None:
    await funding.a_fund(500_000, restrictions=WEST)
    general = await funding.a_fund(500_000, name="General")
    client = await a_large_match(funding)
    award_id = (await funding.award(client)).award_id

    await funding.perform(
        str(client.referral_id), lambda tx: choose_another_fund(tx, award_id, general, "Keep the rest"), actor=ONE
    )
    assert await is_own_work(funding, client, ONE)
    await decide_on(funding, client, ANOTHER, because="The west is meant for this")
    assert await is_own_work(funding, client, ONE)
    await decide_on(funding, client, ANOTHER, because="Too long")
    await funding.perform(str(client.referral_id), lambda tx: propose_anew(tx, award_id, 9), actor=THIRD)
    await decide_on(funding, client, ANOTHER, because="Still too long")
    await funding.passes(timedelta(days=14))

    assert await is_own_work(funding, client, ONE)
    assert await is_own_work(funding, client, THIRD)
    assert await decide_on(funding, client, ANOTHER) == Agreed(None)


async def test_a_refusal_keeps_the_place_with_its_reason_and_it_is_looked_at_again_by_a_day(funding: Funding) -> None:
    fund = await funding.a_fund(300_000)
    client, waiting = await a_large_match(funding), await funding.a_match()
    with pytest.raises(Unprocessable, match="reason-missing"):
        await decide_on(funding, client, because=" ")

    assert await decide_on(funding, client, because="A cheaper therapist is free") == Refused()

    refused = await funding.award(client)
    assert (refused.state, refused.waits_for, refused.look_again_on) == ("waiting", "another-look", date(2026, 3, 16))
    assert [told.approved for told in await funding.told(SubsidyApprovalDecided)] == [False]
    assert {told.match_id for told in await funding.told(SubsidyWaitlisted)} == {client.match_id, waiting.match_id}
    assert (await funding.award(waiting)).state == "reserved"
    async with funding.kernel.reading() as db:
        assert b"cheaper" not in await db.fetchval("SELECT reason FROM approval")
    await funding.receives(fund, 50_000)
    assert (await funding.award(client)).state == "waiting"

    await funding.passes(timedelta(days=14))

    assert (await funding.award(client)).state == "to-approve"


async def test_what_was_refused_can_be_put_forward_anew_with_fewer_sessions(funding: Funding) -> None:
    await funding.a_fund(300_000)
    client = await a_large_match(funding)
    await decide_on(funding, client, because="Too many sessions to begin with")
    award_id = (await funding.award(client)).award_id
    with pytest.raises(Unprocessable, match="sessions-not-possible"):
        await funding.perform("x", lambda tx: propose_anew(tx, award_id, 0), actor=ONE)

    await funding.perform(str(client.referral_id), lambda tx: propose_anew(tx, award_id, 8), actor=ONE)

    assert [granted.sessions for granted in await funding.told(SubsidyGranted)] == [8]
    with pytest.raises(Conflict, match="award-is-reserved"):
        await funding.perform(str(client.referral_id), lambda tx: propose_anew(tx, award_id), actor=ONE)


async def test_what_nobody_approves_in_time_frees_the_money_and_keeps_the_place(funding: Funding) -> None:
    await funding.a_fund(300_000)
    client, waiting = await a_large_match(funding), await funding.a_match()

    await funding.passes(timedelta(days=28))

    late = await funding.award(client)
    assert (late.state, late.waits_for) == ("waiting", "another-look")
    assert (await funding.award(waiting)).state == "reserved"
    assert await funding.told(SubsidyReleased) == []
    assert [told.approved for told in await funding.told(SubsidyApprovalDecided)] == [False]
    async with funding.kernel.reading() as db:
        assert [row["state"] for row in await db.fetch("SELECT state FROM proposal")] == ["expired"]


async def test_a_therapist_has_the_whole_time_to_answer_after_the_approval(funding: Funding) -> None:
    await funding.a_fund(300_000)
    client = await a_large_match(funding)
    await funding.passes(timedelta(days=20))
    await decide_on(funding, client)

    await funding.passes(timedelta(days=20))
    assert (await funding.award(client)).state == "reserved"
    await funding.passes(timedelta(days=9))

    assert (await funding.award(client)).state == "expired"


async def test_money_wakes_everybody_it_is_enough_for_at_once_and_an_approval_holds_up_nobody(funding: Funding) -> None:
    fund = await funding.a_fund()
    small = await funding.a_match()
    large = await a_large_match(funding, priority="urgent")
    last = await funding.a_match(sessions=4)

    await funding.receives(fund, 300_000 + 60_000)

    assert [(await funding.award(one)).state for one in (large, small, last)] == ["to-approve", "reserved", "waiting"]
    async with funding.kernel.reading() as db:
        at = "SELECT count(DISTINCT written_in) FROM ledger_transaction"
        assert await db.fetchval(at) == 1
    await decide_on(funding, large, because="Not now")
    assert (await funding.award(last)).state == "reserved"
