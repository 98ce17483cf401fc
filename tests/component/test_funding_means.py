"""A means test: asked by link or by staff, worked out once by the thresholds of its day, used from then on, wiped."""

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from asyncpg import InsufficientPrivilegeError

from services.funding.domain.means import MeansTest, Result
from services.funding.handlers.means import Incomplete, Over, Saved, ask_for_means, save_answers, work_out
from services.funding.handlers.means_policies import import_thresholds, take_in_shipped
from services.funding.store import means, means_policies
from shared.events.funding import MeansWanted, SubsidyGranted
from shared.events.intake import ConsentGiven, ConsentWithdrawn, ReferralClosed
from shared.events.sealed import MeansLink
from shared.kernel.errors import Conflict, Unprocessable
from tests.component.funding import Client, Funding
from tests.databases import ServiceDatabase

pytestmark = pytest.mark.servers

DAY = timedelta(days=1)
STAFF = f"staff:{UUID(int=1)}"
LIVES_ON = {
    "on_benefits": "no", "partner": "no", "children": "0", "income_period": "month", "wages": "1,700", "benefits": "0",
    "other_income": "0", "outgoings_period": "month", "tax": "200", "housing": "500", "childcare": "0",
    "maintenance": "0", "savings": "0",
}  # fmt: skip
"""What leaves £930 a month, of which £13 are asked, £3 a session after rounding."""


@pytest.fixture(name="funding")
async def funding_with_thresholds(database_for: Callable[[str], ServiceDatabase]) -> AsyncIterator[Funding]:
    """Funding on a fresh database, with the thresholds that ship."""
    service = await Funding.open(database_for("funding"))
    await service.perform("means-policies", take_in_shipped)
    yield service
    await service.stop()


async def ask(funding: Funding, client: Client, *, write: bool = True) -> MeansTest:
    await funding.perform(
        str(client.referral_id), lambda tx: ask_for_means(tx, client.referral_id, write=write), actor=STAFF
    )
    return await latest(funding, client)


async def latest(funding: Funding, client: Client) -> MeansTest:
    async with funding.kernel.reading() as db:
        return (await means.means_tests_of(db, funding.kernel.keys, client.referral_id))[0]


async def finish(
    funding: Funding, test: MeansTest, actor: str = STAFF, *, key: str = "", **changes: str
) -> Result | Incomplete | Over:
    """Say everything at once, under the referral's lock unless told."""
    return await funding.perform(
        key or str(test.referral_id),
        lambda tx: work_out(tx, test.means_test_id, {**LIVES_ON, **changes}),
        actor=actor,
    )


async def links(funding: Funding) -> list[str]:
    return [funding.opened(one, "notifications", MeansLink).link for one in await funding.told(MeansWanted)]


async def test_a_complete_test_counts_for_awards_decided_from_then_and_changes_none_before(funding: Funding) -> None:
    await funding.a_fund(200_000)
    client = await funding.a_match()
    assert (await funding.award(client)).contribution == 0

    result = await finish(funding, await ask(funding, client))

    assert isinstance(result, Result)
    assert (result.verdict, result.per_session, result.band) == ("contributes", 300, "A tenth")
    assert (await funding.award(client)).contribution == 0
    again = client.again()
    await funding.hears(again.proposed())
    assert (await funding.award(again)).contribution == 300
    assert [one.contribution_per_session for one in await funding.told(SubsidyGranted)] == [0, 300]


async def test_a_link_leads_to_one_test_and_is_told_with_reminders_until_nobody_answers(funding: Funding) -> None:
    client = await funding.a_match(means="unsure")
    await funding.passes(60 * DAY)

    told = await funding.told(MeansWanted)
    assert [one.reminder for one in told] == [0, 1, 2]
    tokens = [link.rpartition("/q/")[2] for link in await links(funding)]
    assert len(set(tokens)) == 3
    async with funding.kernel.reading() as db:
        found = [await means.means_test_by_token(db, funding.kernel.keys, token) for token in tokens]
        kept = await db.fetch("SELECT token_hash FROM means_link")
    assert {one.means_test_id for one in found if one} == {told[0].means_test_id}
    assert [one.state for one in found if one] == ["closed"] * 3
    assert not any(row["token_hash"] in tokens for row in kept)
    assert await finish(funding, await latest(funding, client)) == Over("closed")


@pytest.mark.parametrize("profile", [{"means": "cannot-pay"}, {"means": "unsure", "consents": ("referral", "sharing")}])
async def test_nobody_is_asked_who_said_it_or_does_not_agree(funding: Funding, profile: dict[str, Any]) -> None:
    client = await funding.a_match(**profile)

    assert await funding.told(MeansWanted) == []
    if "consents" in profile:
        with pytest.raises(Conflict, match="subsidy-not-agreed"):
            await ask(funding, client)
        await funding.hears(ConsentGiven(referral_id=client.referral_id, purpose="subsidy", version=1))
        assert len(await funding.told(MeansWanted)) == 1


async def test_answers_are_kept_page_by_page_under_the_clients_key_and_sent_once(funding: Funding) -> None:
    test = await ask(funding, await funding.a_match())

    async def save(at: int, **answers: str) -> Saved | Incomplete | Over:
        return await funding.perform(
            str(test.referral_id), lambda tx: save_answers(tx, test.means_test_id, at, answers), actor="client"
        )

    assert await save(1, on_benefits="no", wages="4") == Saved(2)
    assert await save(2, partner="yes", children="1") == Saved(3)
    refused = await save(3, **{**LIVES_ON, "wages": "-3"})
    assert isinstance(refused, Incomplete)
    assert set(refused.problems) == {"wages", "partner_income"}
    assert await save(3, **LIVES_ON, partner_income="12.50") == Saved(4)
    assert await save(2, partner="no", children="0") == Saved(4)
    assert await save(4, **LIVES_ON) == Saved(5)
    assert await save(5, savings="0") == Saved(None)
    async with funding.kernel.reading() as db:
        row = await db.fetchrow("SELECT answers, state FROM means_test")
    assert b"1,700" not in row["answers"]
    assert row["state"] == "begun"

    result = await funding.perform(str(test.referral_id), lambda tx: work_out(tx, test.means_test_id), actor="client")
    assert isinstance(result, Result)
    assert await save(1, on_benefits="yes") == Over("done")
    assert await finish(funding, test, on_benefits="yes") == Over("done")
    assert (await kept(funding, test)).result == result


async def test_of_those_who_send_at_once_one_counts_even_without_the_lock_of_the_referral(funding: Funding) -> None:
    test = await ask(funding, await funding.a_match())
    await funding.widen(4)

    results = await asyncio.gather(
        finish(funding, test, "client", key="client", on_benefits="yes"),
        *(finish(funding, test, key=f"staff {number}") for number in range(3)),
    )

    assert results.count(Over("done")) == 3
    [counted] = [one for one in results if isinstance(one, Result)]
    assert (await kept(funding, test)).result == counted


async def test_two_who_ask_at_once_ask_once(funding: Funding) -> None:
    client = await funding.a_match()
    await funding.widen(4)

    await asyncio.gather(*(ask(funding, client, write=False) for _ in range(4)))

    async with funding.kernel.reading() as db:
        assert len(await means.means_tests_of(db, funding.kernel.keys, client.referral_id)) == 1


@pytest.mark.parametrize("how", ["consent", "closed", "not-suitable", "triaged-anew"])
async def test_a_withdrawal_or_an_end_closes_it_and_takes_the_answers_with_it(funding: Funding, how: str) -> None:
    await funding.a_fund(200_000)
    client = await funding.a_match()
    done = await ask(funding, client)
    await finish(funding, done)
    begun = await ask(funding, client)

    if how == "consent":
        await funding.hears(ConsentWithdrawn(referral_id=client.referral_id, purpose="subsidy"))
    elif how == "closed":
        await funding.hears(
            ReferralClosed(referral_id=client.referral_id, ended_by="client", reason="no-longer-wanted")
        )
    elif how == "not-suitable":
        await funding.triaged(client, outcome="not-suitable")
    else:
        await funding.triaged(client, consents=("referral", "sharing"))

    for test in (done, begun):
        now = await kept(funding, test)
        assert (now.state, now.answers) == ("closed", None)
    async with funding.kernel.reading() as db:
        assert await db.fetchval("SELECT count(*) FROM means_test WHERE answers IS NOT NULL OR reason IS NOT NULL") == 0
    told = len(await funding.told(MeansWanted))
    await funding.passes(60 * DAY)
    assert len(await funding.told(MeansWanted)) == told
    assert await finish(funding, begun) == Over("closed")
    if how == "consent":
        await funding.hears(ConsentGiven(referral_id=client.referral_id, purpose="subsidy", version=2))
        again = client.again()
        await funding.hears(again.proposed())
        assert (await funding.award(again)).contribution == 0


async def test_a_result_counts_for_its_year_and_no_longer(funding: Funding) -> None:
    await funding.a_fund(500_000)
    client = await funding.a_match()
    await finish(funding, await ask(funding, client))

    for days, contribution in ((365, 300), (1, 0)):
        await funding.passes(days * DAY)
        again = client.again()
        await funding.hears(again.proposed())
        assert (await funding.award(again)).contribution == contribution


async def test_the_thresholds_of_the_day_count_and_older_results_stay(funding: Funding) -> None:
    client = await funding.a_match()
    before = await finish(funding, await ask(funding, client))
    dearer = thresholds().replace("2026-01-01", "2026-03-03").replace("rate_percent = 10", "rate_percent = 9")
    assert await take_in(funding, dearer) is True
    assert await take_in(funding, dearer) is False

    same_day = await finish(funding, await ask(funding, client))
    await funding.passes(DAY)
    after = await finish(funding, await ask(funding, client))

    assert isinstance(before, Result)
    assert isinstance(after, Result)
    assert same_day == before
    assert (before.per_session, after.per_session) == (300, 250)
    assert str(after.policy_from) == "2026-03-03"


async def test_other_thresholds_of_the_same_day_and_wrong_ones_are_refused_whole(funding: Funding) -> None:
    with pytest.raises(Conflict) as refused:
        await take_in(funding, thresholds().replace("rate_percent = 10", "rate_percent = 9"))
    assert "2026-01-01" in refused.value.sentence

    overlapping = thresholds().replace("2026-01-01", "2026-05-01").replace("from = 1600_01", "from = 1500_00")
    with pytest.raises(Unprocessable) as wrong:
        await take_in(funding, overlapping)
    assert wrong.value.sentence.startswith("Band A little more, field from: it overlaps with band A tenth")

    async with funding.kernel.reading() as db:
        assert len(await means_policies.means_policies(db)) == 1
        with pytest.raises(InsufficientPrivilegeError, match="permission denied"):
            await db.execute("UPDATE means_policy SET content = '{}'")


async def test_without_thresholds_nobody_is_asked(database_for: Callable[[str], ServiceDatabase]) -> None:
    service = await Funding.open(database_for("funding"))
    try:
        client = await service.a_match(means="unsure")
        assert await service.told(MeansWanted) == []
        with pytest.raises(Conflict, match="no-thresholds"):
            await ask(service, client)
    finally:
        await service.stop()


async def kept(funding: Funding, test: MeansTest) -> MeansTest:
    async with funding.kernel.reading() as db:
        found = await means.means_test_by_id(db, funding.kernel.keys, test.means_test_id)
    assert found is not None
    return found


def thresholds() -> str:
    [(_, text)] = means_policies.shipped_files()
    return text


async def take_in(funding: Funding, text: str) -> bool:
    return await funding.perform("means-policies", lambda tx: import_thresholds(tx, text), actor="operator")
