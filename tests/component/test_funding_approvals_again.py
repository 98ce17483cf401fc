"""What is looked at again before a yes: nothing before its parent, nothing that no longer fits; and another fund."""

from datetime import date, timedelta
from functools import partial

import pytest

from services.funding.domain.funds import Restrictions
from services.funding.handlers.approving import Agreed, Changed, approve
from services.funding.handlers.choosing import choose_another_fund
from shared.events.funding import (
    SubsidyGranted,
    SubsidyReleased,
)
from shared.events.intake import ConsentWithdrawn, ReferralClosed
from shared.kernel.errors import Conflict, Unprocessable
from tests.component.approvals import ANOTHER, ONE, WEST, a_large_match, decide_on, proposal_of
from tests.component.funding import Client, Funding, funding_service
from tests.component.test_funding_endings import standing

__all__ = ["funding_service"]

pytestmark = pytest.mark.servers


async def test_nothing_is_put_to_anybody_before_its_referral_was_found_suitable(funding: Funding) -> None:
    await funding.a_fund(300_000)
    client = Client()
    await funding.hears(client.proposed(fee=30_000))
    assert await proposal_of(funding, client) is None

    await funding.triaged(client)

    assert await decide_on(funding, client) == Agreed(None)


async def test_nothing_is_approved_once_what_it_hangs_on_is_over(funding: Funding) -> None:
    fund = await funding.a_fund(1_200_000)
    closed, unsuitable, withdrawn, unwilling = [await a_large_match(funding) for _ in range(4)]
    proposals = [await proposal_of(funding, client) for client in (closed, unsuitable, withdrawn, unwilling)]

    await funding.hears(ReferralClosed(referral_id=closed.referral_id, ended_by="client", reason="moved-away"))
    await funding.triaged(unsuitable, outcome="not-ready")
    await funding.hears(withdrawn.withdrawn())
    await funding.hears(ConsentWithdrawn(referral_id=unwilling.referral_id, purpose="subsidy"))

    for proposal in proposals:
        assert proposal is not None
        agree = partial(approve, proposal_id=proposal.proposal_id, level=1, roles={"finance"})
        with pytest.raises(Conflict, match="proposal-is-withdrawn"):
            await funding.perform(str(proposal.award_id), agree, actor=ONE)
    assert (await funding.balances(fund)) == standing(1_200_000, 1_200_000)
    assert await funding.told(SubsidyGranted) == []


async def test_what_a_new_triage_changed_is_seen_at_the_approval(funding: Funding) -> None:
    terms = Restrictions(regions=frozenset({"south-west"}), client_groups=frozenset({"survivor"}))
    fund = await funding.a_fund(1_200_000, restrictions=terms)
    moved, other, better_off, unwilling = [await a_large_match(funding) for _ in range(4)]

    await funding.triaged(moved, outward_code="CF10")
    await funding.triaged(other, client_group="family")
    await funding.triaged(better_off, means="part-fee", affordable_per_session=1_000)
    await funding.triaged(unwilling, consents=("referral",))
    answers = [await decide_on(funding, client) for client in (moved, other, better_off, unwilling)]

    assert answers == [
        Changed(("fund-does-not-fit",)), Changed(("fund-does-not-fit",)), Changed(("means-changed",)),
        Changed(("no-consent",)),
    ]  # fmt: skip
    assert await funding.told(SubsidyGranted) == []
    awards = [await funding.award(client) for client in (moved, other, better_off, unwilling)]
    assert [award.waits_for for award in awards] == ["money", "money", None, "consent"]
    assert (awards[2].state, awards[2].contribution) == ("to-approve", 1_000)
    assert (await funding.balances(fund)).reserved == 290_000


async def test_a_fund_whose_time_is_over_does_not_pay_what_is_approved_later(funding: Funding) -> None:
    await funding.a_fund(300_000, name="Spring", restrictions=Restrictions(until=date(2026, 3, 10)))
    general = await funding.a_fund(300_000, name="General")
    client = await a_large_match(funding)
    await funding.passes(timedelta(days=9))

    answer = await decide_on(funding, client)

    assert isinstance(answer, Changed)
    assert (await funding.balances(general)).reserved == 300_000
    assert await decide_on(funding, client) == Agreed(None)


async def test_an_acceptance_before_the_approval_is_promised_with_it(funding: Funding) -> None:
    fund = await funding.a_fund(300_000)
    client = await a_large_match(funding)

    await funding.hears(client.accepted())
    assert (await funding.balances(fund)).committed == 0
    await decide_on(funding, client)

    assert (await funding.award(client)).state == "awarded"
    assert (await funding.balances(fund)).committed == 300_000


async def test_another_fund_that_fits_takes_a_second_person_and_the_money_stays_kept(funding: Funding) -> None:
    west = await funding.a_fund(500_000, name="West", restrictions=WEST)
    general = await funding.a_fund(20_000, name="General")
    client = await funding.a_match()
    award_id, key = (await funding.award(client)).award_id, str(client.referral_id)
    wales = await funding.a_fund(90_000, name="Wales", restrictions=Restrictions(regions=frozenset({"wales"})))
    with pytest.raises(Conflict, match="fund-cannot-pay"):
        await funding.perform(key, lambda tx: choose_another_fund(tx, award_id, wales, "Why"), actor=ONE)
    with pytest.raises(Unprocessable, match="reason-missing"):
        await funding.perform(key, lambda tx: choose_another_fund(tx, award_id, general, " "), actor=ONE)
    assert (await funding.balances(west)).reserved == 50_000

    await funding.perform(key, lambda tx: choose_another_fund(tx, award_id, general, "West is short"), actor=ONE)
    assert (await funding.award(client)).state == "to-approve"
    assert [(await funding.balances(one)).reserved for one in (west, general)] == [30_000, 20_000]
    await decide_on(funding, client, ANOTHER)

    assert (await funding.award(client)).state == "reserved"
    assert len(await funding.told(SubsidyGranted)) - len(await funding.told(SubsidyReleased)) == 1


@pytest.mark.parametrize("refused", [True, False])
async def test_where_nobody_agrees_to_the_other_fund_the_rules_decide(
    funding: Funding,
    refused: bool,  # noqa: FBT001
) -> None:
    west = await funding.a_fund(500_000, name="West", restrictions=WEST)
    general = await funding.a_fund(50_000, name="General")
    client = await funding.a_match()
    award_id = (await funding.award(client)).award_id
    change = partial(choose_another_fund, award_id=award_id, fund_id=general, reason="West is short")
    await funding.perform(str(client.referral_id), change, actor=ONE)

    if refused:
        await decide_on(funding, client, ANOTHER, because="Use the gift while it lasts")
    else:
        await funding.passes(timedelta(days=28))

    assert (await funding.award(client)).state == "reserved"
    assert [(await funding.balances(one)).reserved for one in (west, general)] == [50_000, 0]
