"""Whatever is asked for, agreed to, refused, held and corrected in whatever order, every penny is accounted for."""

from uuid import uuid4

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from services.funding.domain.funds import Restrictions
from services.funding.handlers.topping import Wish
from shared.events.funding import SubsidyReleased
from shared.kernel.errors import Conflict, Unprocessable
from shared.kernel.ids import SessionId
from shared.kernel.money import Pence
from tests.component.approvals import ANOTHER, decide_on, proposal_of
from tests.component.funding import Client, Funding, funding_service
from tests.component.test_funding_drawing import attended, missed
from tests.component.test_funding_drawing_sequences import require_posted, standing_of
from tests.component.test_funding_topping import more_for

__all__ = ["funding_service"]

pytestmark = [pytest.mark.servers, pytest.mark.slow]

FEE = 60_000
steps = st.lists(
    st.tuples(st.sampled_from(("more", "share")), st.integers(1, 3))
    | st.tuples(st.sampled_from(("agree", "refuse")), st.just(0))
    | st.tuples(st.sampled_from(("held", "corrected")), st.integers(0, 5)),
    min_size=3,
    max_size=12,
)


@settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck), phases=[Phase.generate])
@given(happened=steps)
async def test_no_order_of_asking_agreeing_and_correcting_loses_a_penny_or_spends_one_twice(
    funding: Funding, happened: list[tuple[str, int]]
) -> None:
    fund = await funding.a_fund(900_000, name=str(uuid4()), restrictions=Restrictions(share_of_fee=99))
    client, sessions = Client(), [SessionId(uuid4()) for _ in range(6)]
    await funding.triaged(client, means="part-fee", affordable_per_session=20_000)
    await funding.hears(client.proposed(fee=FEE, sessions=3), client.accepted())

    for action, which in happened:
        await act(funding, client, sessions, action, which)
        committed, spent, _ = await standing_of(funding, client)
        award = await funding.award(client)
        assert min(committed, spent) >= 0
        assert spent <= award.sessions * FEE
        await require_posted(funding)

    left, _, _ = await standing_of(funding, client)
    before = sum(one.amount for one in await funding.told(SubsidyReleased))
    await funding.hears(client.ended())
    assert sum(one.amount for one in await funding.told(SubsidyReleased)) - before == left
    balances = await funding.balances(fund)
    assert (balances.reserved, balances.committed, balances.available + balances.spent) == (0, 0, 900_000)
    assert await proposal_of(funding, client) is None


async def act(funding: Funding, client: Client, sessions: list[SessionId], action: str, which: int) -> None:
    """Do one thing; what cannot be done now is refused with one of the expected answers."""
    try:
        match action:
            case "more":
                await more_for(funding, client, Wish(more=which))
            case "share":
                await more_for(funding, client, Wish(share=Pence(40_000 + which * 6_000)))
            case "agree" | "refuse" if await proposal_of(funding, client) is not None:
                await decide_on(funding, client, ANOTHER, because="No" if action == "refuse" else None)
            case "held":
                await funding.hears(attended(client, sessions[which]))
            case "corrected":
                await funding.hears(missed(client, sessions[which]))
            case _:
                pass
    except (Conflict, Unprocessable) as refusal:
        if refusal.code not in {"more-asked-already", "share-not-possible", "level-decided"}:
            raise
