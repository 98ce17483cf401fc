"""The pages of a means test: by link for the client, at a desk for staff; who finds it too hard is heard."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from services.funding.handlers.recomputing import Used, use_result
from services.funding.store import approvals
from shared.events.funding import SubsidyToppedUp
from shared.events.intake import ConsentWithdrawn
from shared.kernel.errors import Conflict
from tests.component.funding import Client, Funding
from tests.component.funding_pages import Visitor, pages_of, staff_of
from tests.component.test_funding_means import LIVES_ON, ask, finish, funding_with_thresholds, kept, latest, links

__all__ = ["funding_with_thresholds"]

pytestmark = pytest.mark.servers


async def link_of(funding: Funding) -> str:
    return "/" + (await links(funding))[-1].split("/", 3)[3]


async def answer_all(visitor: Visitor, link: str) -> None:
    """Every page by the link, and send."""
    for at in range(1, 6):
        await visitor.sends(f"{link}/{at}", f"{link}/{at}", **LIVES_ON)
    await visitor.sends(f"{link}/check", f"{link}/check")


def token_in(page: str) -> str:
    return page.partition('name="csrf_token" value="')[2].partition('"')[0]


async def use(funding: Funding, client: Client, actor: str = f"staff:{UUID(int=1)}") -> list[str]:
    used: list[Used] = await funding.perform(
        str(client.referral_id), lambda tx: use_result(tx, client.referral_id), actor=actor
    )
    return [one.became for one in used]


async def test_a_client_answers_by_link_and_reads_what_comes_of_it_and_why(funding: Funding) -> None:
    client = await funding.a_match()
    await ask(funding, client)
    link, visitor = await link_of(funding), Visitor(pages_of(funding))

    assert (await visitor.reads(f"{link}/check")).headers["location"] == f"{link}/1"
    assert (await visitor.sends(f"{link}/1", f"{link}/1")).status_code == 422
    await answer_all(visitor, link)

    shown = (await visitor.reads(link)).text
    assert "You add £3 to each session" in shown
    assert "10% of what is above £800 is asked for: £13 a month" in shown
    assert (await kept(funding, await latest(funding, client))).answered_by == "client"
    for path in (f"{link}/1", f"{link}/check"):
        assert (await visitor.reads(path)).headers["location"] == link
    await funding.passes(timedelta(days=29))
    later = (await visitor.reads(link)).text
    assert "You add £3 to each session" in later
    assert "£800" not in later


@pytest.mark.parametrize("path", ["", "/1", "/check"])
async def test_a_wrong_link_leads_nowhere(funding: Funding, path: str) -> None:
    await ask(funding, await funding.a_match())

    answer = await Visitor(pages_of(funding)).reads(f"/q/{'x' * 43}{path}")

    assert answer.status_code == 404
    assert "leads nowhere" in answer.text


@pytest.mark.parametrize("how", ["expired", "withdrawn"])
async def test_a_link_that_is_over_says_so_and_takes_nothing_in(funding: Funding, how: str) -> None:
    client = await funding.a_match()
    test = await ask(funding, client)
    link, visitor = await link_of(funding), Visitor(pages_of(funding))
    token = token_in((await visitor.reads(f"{link}/1")).text)
    if how == "expired":
        await funding.passes(timedelta(days=29))
    else:
        await funding.hears(ConsentWithdrawn(referral_id=client.referral_id, purpose="subsidy"))

    assert "These questions are closed" in (await visitor.reads(link)).text
    for path in ("1", "check", "hard"):
        sent = await visitor.client.post(f"{link}/{path}", data={"csrf_token": token, "on_benefits": "yes"})
        assert sent.status_code == 303
    now = await kept(funding, test)
    assert (now.state, now.answers, now.result) == ("closed", None, None)


async def test_who_finds_it_too_hard_is_heard_and_staff_decide_with_a_reason(funding: Funding) -> None:
    await funding.a_fund(500_000)
    client = await funding.a_match()
    await ask(funding, client)
    link, visitor = await link_of(funding), Visitor(pages_of(funding))
    await answer_all(visitor, link)
    assert (await visitor.sends(f"{link}/hard", link, manageable="-1")).status_code == 422
    await visitor.sends(f"{link}/hard", link, manageable="1.50")
    thanks = (await visitor.reads(link)).text
    assert "Thank you for telling us" in thanks
    token = token_in(thanks)
    heard = client.again()
    await funding.hears(heard.proposed())
    award = await funding.award(heard)
    assert (award.contribution, award.needs_review) == (150, True)

    clerk = await staff_of(funding, "coordinator")
    test = await latest(funding, client)
    page = f"/means/{test.means_test_id}"
    assert page in (await clerk.reads("/means")).text
    assert (await clerk.sends(f"{page}/decide", page, per_session="2")).status_code == 422
    await clerk.sends(f"{page}/decide", page, per_session="2", reason="Debts that count for nothing in the sum")
    await clerk.sends(f"{page}/evidence", page, evidence="payslip")

    decided = await kept(funding, test)
    assert decided.result is not None
    assert (decided.result.decided, decided.evidence, decided.reason[:5]) == (200, "payslip", "Debts")
    assert "You add £2 to each session" in (await visitor.reads(link)).text
    again = client.again()
    await funding.hears(again.proposed())
    award = await funding.award(again)
    assert (award.contribution, award.needs_review) == (200, False)
    assert page not in (await clerk.reads("/means?show=hard")).text
    late = await visitor.client.post(f"{link}/hard", data={"csrf_token": token, "manageable": "0"})
    assert late.status_code == 409
    assert "Please call us" in late.text
    async with funding.kernel.reading() as db:
        prepared = await approvals.prepared_by(db, client.referral_id)
        row = await db.fetchrow("SELECT reason FROM means_test")
    assert decided.result.decided_by in prepared
    assert b"Debts" not in row["reason"]


async def test_nobody_is_refused_above_the_limits_either(funding: Funding) -> None:
    await funding.a_fund(500_000)
    client = await funding.a_match()
    await finish(funding, await ask(funding, client), wages="9000")
    pays = client.again()
    await funding.hears(pays.proposed())
    assert (await funding.award(pays)).state == "not-needed"
    link, visitor = await link_of(funding), Visitor(pages_of(funding))
    assert "nobody is turned away because of money" in (await visitor.reads(link)).text

    await visitor.sends(f"{link}/hard", link)

    heard = client.again()
    await funding.hears(heard.proposed())
    assert ((await funding.award(heard)).contribution, (await funding.award(heard)).state) == (0, "reserved")


async def test_staff_ask_on_the_phone_or_by_a_link_and_only_they(funding: Funding) -> None:
    client = await funding.a_match()
    desk = f"/means/referrals/{client.referral_id}"
    clerk, others = await staff_of(funding, "finance"), await staff_of(funding, "triage", "registrar")
    assert [(await others.reads(path)).status_code for path in (desk, "/means")] == [403, 403]
    assert [(await clerk.reads(path)).status_code for path in (desk, "/means")] == [200, 200]

    begun = await clerk.sends(f"{desk}/ask", desk, way="here")
    page = begun.headers["location"]
    assert await links(funding) == []
    await clerk.sends(page, page, later="yes", wages="nearly 900", partner="no")
    assert 'value="nearly 900"' in (await clerk.reads(page)).text
    refused = await clerk.sends(page, page, **{**LIVES_ON, "savings": ""}, evidence="payslip")
    assert refused.status_code == 422
    assert "Enter an amount, or 0: what do you have in savings." in refused.text
    await clerk.sends(page, page, **LIVES_ON, evidence="payslip")
    test = await latest(funding, client)
    assert (test.state, test.evidence, test.answered_by[:6]) == ("done", "payslip", "staff:")
    assert "£930" in (await clerk.reads(page)).text

    await clerk.sends(f"{desk}/ask", desk, way="letter")
    assert len(await links(funding)) == 1
    assert (await clerk.reads(f"/means/{uuid4()}")).status_code == 404
    assert (await clerk.reads(f"/means/referrals/{uuid4()}")).status_code == 404


async def test_staff_use_a_result_for_what_nobody_was_promised_yet_and_ask_for_more_where_it_runs(
    funding: Funding,
) -> None:
    waiting = await funding.a_match(means="part-fee", affordable_per_session=2_000)
    test = await ask(funding, waiting)
    with pytest.raises(Conflict, match="no-means-test"):
        await use(funding, waiting)
    await finish(funding, test)
    assert (await funding.award(waiting)).contribution == 2_000
    assert await use(funding, waiting) == ["decided-anew"]
    assert ((await funding.award(waiting)).contribution, (await funding.award(waiting)).shortfall) == (300, 47_000)

    await funding.a_fund(300_000)
    for said, became in ((2_000, "asked-for-more"), (100, "stays-as-it-is")):
        running = await funding.a_match(means="part-fee", affordable_per_session=said)
        await finish(funding, await ask(funding, running))
        assert await use(funding, running) == ["stays-with-the-offer"]
        await funding.hears(running.accepted())
        assert await use(funding, running) == [became]
        assert (await funding.award(running)).contribution == min(said, 300)
    [more] = await funding.told(SubsidyToppedUp)
    assert (more.contribution_per_session, more.amount_per_session) == (300, 4_700)
