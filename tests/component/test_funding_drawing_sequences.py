"""Whatever happens to sessions in whatever order: promised, spent and released add up to what was awarded."""

from uuid import uuid4

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from services.funding.domain.funds import Restrictions
from shared.events import Event
from shared.events.intake import ReferralClosed
from shared.kernel.ids import SessionId
from tests.component.funding import Client, Funding, funding_service
from tests.component.test_funding_drawing import an_award, attended, cancelled, missed

__all__ = ["funding_service"]

pytestmark = [pytest.mark.servers, pytest.mark.slow]

happenings = st.lists(
    st.tuples(st.sampled_from(("attended", "missed", "cancelled")), st.integers(0, 4))
    | st.tuples(st.sampled_from(("ended", "closed")), st.just(0)),
    min_size=1,
    max_size=12,
)


def event_for(action: str, which: int, client: Client, sessions: list[SessionId]) -> Event:
    match action:
        case "attended":
            return attended(client, sessions[which])
        case "missed":
            return missed(client, sessions[which])
        case "cancelled":
            return cancelled(client, sessions[which])
        case "ended":
            return client.ended()
        case _:
            return ReferralClosed(referral_id=client.referral_id, ended_by="client", reason="no-longer-wanted")


@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck), phases=[Phase.generate])
@given(happened=happenings)
async def test_whatever_happens_to_sessions_all_that_was_awarded_is_accounted_for(
    funding: Funding, happened: list[tuple[str, int]]
) -> None:
    name = str(uuid4())
    await funding.a_fund(7_777, name=f"{name} half", restrictions=Restrictions(share_of_fee=37))
    await funding.a_fund(15_000, name=f"{name} free")
    client, sessions = await an_award(funding, sessions=3), [SessionId(uuid4()) for _ in range(5)]
    results: dict[int, str] = {}
    over = False

    for action, which in happened:
        await funding.hears(event_for(action, which, client, sessions))
        over = over or action in ("ended", "closed")
        if action in ("attended", "missed", "cancelled"):
            results[which] = action
        committed, spent, released = await standing_of(funding, client)
        held = min(3, sum(result == "attended" for result in results.values()))
        assert committed + spent + released == 15_000
        assert min(committed, spent, released) >= 0
        if over:
            assert committed == 0
            assert spent <= held * 5_000
        else:
            assert (spent, released) == (held * 5_000, 0)
        await require_posted(funding)


async def standing_of(funding: Funding, client: Client) -> tuple[int, int, int]:
    """What is promised and not drawn, what is spent, and what went back to the funds."""
    async with funding.kernel.reading() as db:
        rows = await db.fetch(
            """
            SELECT account, coalesce(sum(amount) FILTER (WHERE kind IN ('return', 'refund')), 0)::int AS back,
                   sum(amount)::int AS amount
              FROM award JOIN reservation USING (award_id) JOIN ledger_transaction USING (reservation_id)
              JOIN ledger_entry USING (transaction_id)
             WHERE match_id = $1 GROUP BY account
            """,
            client.match_id,
        )
    by_account = {row["account"]: row for row in rows}
    spent = by_account["spent"]["amount"] if "spent" in by_account else 0
    return by_account["committed"]["amount"], spent, by_account["available"]["back"]


async def require_posted(funding: Funding) -> None:
    """Every balance is what its entries add up to, and none is below nothing."""
    async with funding.kernel.reading() as db:
        wrong = await db.fetch(
            "SELECT * FROM fund_balance b WHERE amount < 0 AND account <> 'received' OR amount <> (SELECT"
            " coalesce(sum(amount), 0) FROM ledger_entry e WHERE e.fund_id = b.fund_id AND e.account = b.account)"
        )
    assert wrong == []
