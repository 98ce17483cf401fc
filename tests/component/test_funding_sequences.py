"""Whatever happens in whatever order, and at once: no fund goes below zero, and every pound is where the awards say."""

import asyncio
from dataclasses import replace
from itertools import product
from typing import get_args

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from services.funding.domain.funds import Restrictions
from services.funding.domain.vocabulary import AgeBand, ClientGroup
from shared.db import is_transient
from shared.events import Event
from shared.events.funding import SubsidyGranted, SubsidyReleased
from shared.events.intake import ConsentGiven, ConsentWithdrawn, ReferralClosed
from shared.events.matching import MatchProposed
from shared.kernel.ids import FundId
from tests.component.funding import Client, Funding, funding_service

__all__ = ["funding_service"]

pytestmark = [pytest.mark.servers, pytest.mark.slow]

CLIENTS = 4
ACTIONS = ("propose", "accept", "decline", "withdraw", "end", "close", "agree", "disagree", "receive")
steps = st.lists(
    st.lists(st.tuples(st.sampled_from(ACTIONS), st.integers(0, CLIENTS - 1)), min_size=1, max_size=5),
    min_size=1,
    max_size=5,
)
worlds = product(get_args(ClientGroup), get_args(AgeBand))


def events_for(action: str, client: Client) -> list[Event]:
    """What is heard; a proposal comes after the end of the one before."""
    match action:
        case "propose":
            return [client.withdrawn(), client.again().proposed()]
        case "accept":
            return [client.accepted()]
        case "decline":
            return [client.declined()]
        case "withdraw":
            return [client.withdrawn()]
        case "end":
            return [client.ended()]
        case "close":
            return [ReferralClosed(referral_id=client.referral_id, ended_by="client", reason="no-longer-wanted")]
        case "agree":
            return [ConsentGiven(referral_id=client.referral_id, purpose="subsidy", version=1)]
        case _:
            return [ConsentWithdrawn(referral_id=client.referral_id, purpose="subsidy")]


async def act(funding: Funding, actions: list[str], client: Client, fund: FundId) -> Client:
    """Do things to one client in their order; gives their latest match."""
    for action in actions:
        if action == "receive":
            await funding.receives(fund, 30_000)
            continue
        events = events_for(action, client)
        for event in events:
            await deliver(funding, event)
            if isinstance(event, MatchProposed):
                client = replace(client, match_id=event.match_id)
    return client


async def deliver(funding: Funding, event: Event) -> None:
    """Hear one event; a deadlock is tried again, as the kernel does."""
    delivery = funding.delivery(event)
    for _ in range(10):
        try:
            outcome = await funding.kernel.inbox.process([delivery])
        except Exception as error:
            if not is_transient(error):
                raise
            await asyncio.sleep(0.01)
        else:
            assert outcome.parked == 0
            return
    raise AssertionError("the database did not come to rest")


async def require_order(funding: Funding) -> None:
    """Balances are above zero, add up, equal the entries, and are exactly what the awards hold."""
    async with funding.kernel.reading() as db:
        below = await db.fetchval(
            "SELECT count(*) FROM fund_balance WHERE (account = 'received') <> (amount < 0) AND amount <> 0"
        )
        unbalanced = await db.fetchval(
            "SELECT count(*) FROM (SELECT 1 FROM fund_balance GROUP BY fund_id HAVING sum(amount) <> 0) AS t"
        )
        differing = await db.fetchval(
            "SELECT count(*) FROM fund_balance b WHERE amount <> (SELECT coalesce(sum(amount), 0) FROM ledger_entry e"
            " WHERE e.fund_id = b.fund_id AND e.account = b.account)"
        )
        wrong_awards = await db.fetch(
            """
            SELECT award_id, state, needed, held
              FROM (SELECT award_id, state, (session_fee - coalesce(contribution, 0)) * sessions AS needed,
                           coalesce((SELECT sum(amount) FROM reservation JOIN ledger_transaction USING (reservation_id)
                                       JOIN ledger_entry USING (transaction_id)
                                      WHERE reservation.award_id = award.award_id
                                        AND account = CASE state WHEN 'reserved' THEN 'reserved' ELSE 'committed' END),
                                    0) AS held
                      FROM award) AS t
             WHERE held <> CASE WHEN state IN ('reserved', 'awarded') THEN needed ELSE 0 END
            """
        )
    assert (below, unbalanced, differing, wrong_awards) == (0, 0, 0, [])


@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck), phases=[Phase.generate])
@given(steps=steps)
async def test_no_sequence_of_events_breaks_the_ledger(funding: Funding, steps: list[list[tuple[str, int]]]) -> None:
    group, age = next(worlds)
    fund = await funding.a_fund(
        60_000,
        name=f"{group} {age}",
        restrictions=Restrictions(client_groups=frozenset({group}), age_bands=frozenset({age})),
    )
    clients = [Client() for _ in range(CLIENTS)]
    for client in clients:
        await deliver(funding, client.proposed())
    for client in clients[1:]:
        await funding.triaged(client, client_group=group, age_band=age)

    for step in steps:
        per_client = [[action for action, who in step if who == nth] for nth in range(CLIENTS)]
        clients = await asyncio.gather(
            *(act(funding, actions, client, fund) for actions, client in zip(per_client, clients, strict=True))
        )
        await require_order(funding)
    for client in clients:
        await act(funding, ["close"], client, fund)

    await require_order(funding)
    balances = await funding.balances(fund)
    assert (balances.available, balances.used) == (balances.received, 0)


async def test_what_was_granted_and_released_adds_up(funding: Funding) -> None:
    fund = await funding.a_fund(120_000)
    for _ in range(3):
        client = await funding.a_match()
        await funding.hears(client.declined())

    granted = sum(event.sessions * event.amount_per_session for event in await funding.told(SubsidyGranted))
    assert granted == sum(event.amount for event in await funding.told(SubsidyReleased)) == 150_000
    assert (await funding.balances(fund)).available == 120_000
