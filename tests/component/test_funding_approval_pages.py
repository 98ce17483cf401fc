"""What staff see of approvals and can do: their own work, another role and a second click get a clear refusal."""

import re
from datetime import timedelta

import pytest

from services.funding.domain.approvals import Proposal
from services.funding.domain.funds import Restrictions
from shared.events.funding import SubsidyGranted, SubsidyToppedUp
from tests.component.approvals import WEST, a_large_match, proposal_of
from tests.component.funding import Client, Funding, funding_service
from tests.component.funding_pages import staff_of, visitor_of

__all__ = ["funding_service"]

pytestmark = pytest.mark.servers

LIST = "/awards/approvals"


async def path_of(funding: Funding, client: Client, step: str) -> str:
    """Where somebody says yes or no about what is open for a client."""
    proposal: Proposal | None = await proposal_of(funding, client)
    assert proposal is not None
    return f"{LIST}/{proposal.proposal_id}/{step}"


async def award_page(funding: Funding, client: Client) -> str:
    return f"/awards/{(await funding.award(client)).award_id}"


async def only_admin(funding: Funding) -> None:
    """From tomorrow on a policy by which large sums are for the role admin alone."""
    async with funding.kernel.reading() as db:
        await db.execute(
            "INSERT INTO approval_policy (valid_from, up_to, approvers, roles) VALUES"
            " ('2026-03-03', 100000, 0, '{}'), ('2026-03-03', NULL, 1, '{admin}')"
        )
    await funding.passes(timedelta(days=1))


async def test_the_list_says_what_for_how_much_and_who_prepared_it_without_names(funding: Funding) -> None:
    await funding.a_fund(900_000)
    first = await a_large_match(funding)
    await funding.passes(timedelta(hours=3))
    second = await a_large_match(funding, fee=60_000)
    finance = await staff_of(funding, "finance")

    assert (await visitor_of(funding).reads(LIST)).status_code == 303
    assert (await (await staff_of(funding, "triage")).reads(LIST)).status_code == 403
    shown = (await finance.reads(LIST)).text

    ids = [(await funding.award(one)).award_id.hex[-6:].upper() for one in (first, second)]
    assert shown.index(ids[0]) < shown.index(ids[1])
    assert "10 sessions at £300" in shown
    assert "1 of 2" in shown
    assert "The rules" in shown
    assert str(first.referral_id) not in shown
    assert re.search(r"Approvals\s+2", (await finance.reads("/awards")).text)


async def test_a_yes_is_said_to_count_and_a_second_click_is_said_not_to(funding: Funding) -> None:
    await funding.a_fund(300_000)
    client = await a_large_match(funding)
    finance = await staff_of(funding, "finance")
    path = await path_of(funding, client, "approve")

    said = await finance.sends(path, LIST, level="1")
    assert said.headers["location"] == f"{LIST}?said=agreed"
    assert "Approved." in (await finance.reads(said.headers["location"])).text
    again = await finance.sends(path, "/awards/unfunded", level="1")
    unknown = await finance.sends(path.replace("/awards/approvals/", "/awards/approvals/0"), "/funds", level="1")

    assert again.status_code in (403, 409)
    assert unknown.status_code in (404, 422)
    assert len(await funding.told(SubsidyGranted)) == 1


async def test_a_role_that_may_not_approve_is_told_so_and_nothing_happens(funding: Funding) -> None:
    await funding.a_fund(300_000)
    await only_admin(funding)
    client = await a_large_match(funding)
    finance, path = await staff_of(funding, "finance"), await path_of(funding, client, "approve")
    assert "it needs admin" in (await finance.reads(LIST)).text

    for step, answers in ((path, {}), (path.replace("approve", "refuse"), {"reason": "No"})):
        refused = await finance.sends(step, "/funds", level="1", **answers)
        assert refused.status_code == 403
        assert "Your role does not allow you to decide" in refused.text

    assert (await funding.award(client)).state == "to-approve"
    assert (await (await staff_of(funding, "admin", "finance")).sends(path, LIST, level="1")).status_code == 303


async def test_what_changed_meanwhile_is_said_and_not_approved(funding: Funding) -> None:
    await funding.a_fund(300_000, restrictions=WEST)
    client = await a_large_match(funding)
    await funding.triaged(client, outward_code="CF10")

    answer = await (await staff_of(funding, "finance")).sends(
        await path_of(funding, client, "approve"), LIST, level="1"
    )

    assert answer.status_code == 409
    assert "a fund that was to pay does not fit any more" in answer.text
    assert await funding.told(SubsidyGranted) == []


async def test_a_no_needs_its_reason_and_the_award_shows_it_with_a_day(funding: Funding) -> None:
    await funding.a_fund(300_000)
    client = await a_large_match(funding)
    finance, coordinator = await staff_of(funding, "finance"), await staff_of(funding, "coordinator")
    path = await path_of(funding, client, "refuse")

    empty = await finance.sends(path, LIST, level="1")
    assert empty.status_code == 422
    assert "Say why not" in empty.text
    assert (await finance.sends(path, LIST, level="1", reason="Too long")).status_code == 303

    page = await award_page(funding, client)
    shown = (await coordinator.reads(page)).text
    assert "Too long" in shown
    assert "16 March 2026" in shown
    refused = await coordinator.sends(f"{page}/anew", page, sessions="99")
    assert refused.status_code == 422
    assert "from 1 to 24" in refused.text
    assert (await coordinator.sends(f"{page}/anew", page, sessions="9")).status_code == 303
    own = await coordinator.sends(await path_of(funding, client, "approve"), LIST, level="1")
    assert own.status_code == 403
    assert "You prepared this yourself" in own.text


async def test_more_is_asked_for_by_one_and_approved_by_another(funding: Funding) -> None:
    await funding.a_fund(600_000, name="General")
    client = await funding.a_match(fee=25_000)
    await funding.hears(client.accepted())
    page = await award_page(funding, client)
    coordinator, finance = await staff_of(funding, "coordinator"), await staff_of(funding, "finance")

    for answers, sentence in (
        ({"more": "-1"}, "from 0 to 24"),
        ({"more": "some"}, "Enter a whole number of sessions."),
        ({}, "Enter how many more sessions"),
        ({"share": "250"}, "Enter more than the £250 paid now"),
        ({"share": "-1"}, "Enter an amount above nothing."),
        ({"more": "1", "fund": "00000000-0000-0000-0000-000000000001"}, "Say why this fund is to pay."),
    ):
        refused = await coordinator.sends(f"{page}/more", f"{page}/more", **answers)
        assert (refused.status_code, sentence in refused.text) == (422, True), answers
    asked = await coordinator.sends(f"{page}/more", f"{page}/more", more="2")
    assert asked.headers["location"] == f"{page}?noted=to-approve"
    assert (await coordinator.sends(f"{page}/more", f"{page}/more", more="2")).status_code == 409
    assert "2 more sessions, 12 in all" in (await finance.reads(LIST)).text
    await finance.sends(await path_of(funding, client, "approve"), LIST, level="1")

    assert [told.sessions for told in await funding.told(SubsidyToppedUp)] == [12]
    shown = (await finance.reads(page)).text
    assert "12 sessions, £250 for each from now on" in shown
    assert "When more was asked for" in shown


async def test_another_fund_that_cannot_pay_is_refused_with_its_reason(funding: Funding) -> None:
    await funding.a_fund(300_000, name="General")
    wales = await funding.a_fund(90_000, name="Wales", restrictions=Restrictions(regions=frozenset({"wales"})))
    client = await funding.a_match()
    page, coordinator = await award_page(funding, client), await staff_of(funding, "coordinator")

    refused = await coordinator.sends(f"{page}/fund", f"{page}/fund", fund=str(wales), reason="Try it")

    assert refused.status_code == 409
    assert "It is for other regions." in refused.text
    assert (await funding.award(client)).state == "reserved"
