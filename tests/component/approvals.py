"""Large awards for tests: who is asked to approve them, and what they say."""

from typing import Any
from uuid import UUID

from services.funding.domain.approvals import NotEntitled, Proposal
from services.funding.domain.funds import Restrictions
from services.funding.domain.vocabulary import StaffRole
from services.funding.handlers.approving import Agreed, Changed, Refused, approve, refuse
from services.funding.store import approvals
from tests.component.funding import Client, Funding

ONE, ANOTHER, THIRD = (f"staff:{UUID(int=number)}" for number in (1, 2, 3))
WEST = Restrictions(regions=frozenset({"south-west"}))


async def a_large_match(funding: Funding, *, fee: int = 30_000, **profile: Any) -> Client:
    """Ten sessions for £3,000, for which one person has to agree; above £5,000 it takes two."""
    return await funding.a_match(fee=fee, **profile)


async def proposal_of(funding: Funding, client: Client) -> Proposal | None:
    award = await funding.award(client)
    async with funding.kernel.reading() as db:
        return await approvals.open_proposal(db, award.award_id)


async def decide_on(
    funding: Funding,
    client: Client,
    who: str = ONE,
    *,
    level: int = 1,
    roles: frozenset[StaffRole] = frozenset({"finance"}),
    because: str | None = None,
) -> Agreed | Changed | NotEntitled | Refused:
    """Somebody approves what is open for a client, or with a reason refuses it."""
    proposal = await proposal_of(funding, client)
    assert proposal is not None
    key = str(client.referral_id)
    if because is not None:
        return await funding.perform(key, lambda tx: refuse(tx, proposal.proposal_id, level, roles, because), actor=who)
    return await funding.perform(key, lambda tx: approve(tx, proposal.proposal_id, level, roles), actor=who)


async def is_own_work(funding: Funding, client: Client, who: str) -> bool:
    """Whether somebody is told that they may not approve what they had a hand in."""
    answer = await decide_on(funding, client, who)
    return isinstance(answer, NotEntitled) and answer.code == "own-work"
