"""A means test: asked by link or by staff, worked out once by the thresholds of its day, used from then on, forgotten."""

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

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
    return await test_of(funding, client)


async def test_of(funding: Funding, client: Client) -> MeansTest:
    async with funding.kernel.reading() as db:
        return (await means.means_tests_of(db, funding.kernel.keys, client.referral_id))[0]


async def finish(
    funding: Funding, test: MeansTest, actor: str = STAFF, **changes: str
) -> Result | Incomplete | Over:
    """Say everything at once."""
    return await funding.perform(
        str(test.referral_id),
        lambda tx: work_out(tx, test.means_test_id, {**LIVES_ON, **changes}),
        actor=actor,
    )


async def links(funding: Funding) -> list[str]:
    return [funding.opened(one, "notifications", MeansLink).link for one in await funding.told(MeansWanted)]


test_of.__test__ = False  # type: ignore[attr-defined]


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
