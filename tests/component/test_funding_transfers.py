"""Money that no funder tied moves when two people agree; restricted money never does, whoever asks and however."""

from uuid import UUID

import asyncpg
import pytest

from services.funding.domain.choice import Part
from services.funding.domain.funds import Restrictions
from services.funding.domain.ledger import Balances, MovementKind, entries
from services.funding.handlers.transfers import ask_for_transfer, decide_transfer
from services.funding.store import ledger, transfers
from shared.events.funding import SubsidyGranted
from shared.kernel.errors import Conflict, Unprocessable
from shared.kernel.ids import FundId
from shared.kernel.money import Pence
from shared.messaging.transaction import Transaction
from tests.component.funding import Funding, funding_service

__all__ = ["funding_service"]

pytestmark = pytest.mark.servers
ONE, OTHER = f"staff:{UUID(int=1)}", f"staff:{UUID(int=2)}"
DEVON = Restrictions(regions=frozenset({"south-west"}))


async def ask(funding: Funding, source: FundId, target: FundId, pence: int, reason: str = "For the winter") -> UUID:
    return await funding.perform(
        "transfers",
        lambda tx: ask_for_transfer(tx, from_fund=source, to_fund=target, amount=Pence(pence), reason=reason),
        actor=ONE,
    )


async def decide(funding: Funding, transfer: UUID, *, agreed: bool = True, actor: str = OTHER) -> None:
    await funding.perform("transfers", lambda tx: decide_transfer(tx, transfer, agreed=agreed), actor=actor)


async def test_what_two_people_agree_on_moves_once_and_reaches_who_waits(funding: Funding) -> None:
    wales = Restrictions(regions=frozenset({"wales"}))
    free = await funding.a_fund(20_000, name="Free", kind="designated", restrictions=wales)
    relief = await funding.a_fund(10_000, name="Relief", kind="unrestricted")
    client = await funding.a_match(sessions=4)

    transfer = await ask(funding, free, relief, 15_000)
    assert (await funding.award(client)).state == "waiting"
    with pytest.raises(Conflict, match="own-request"):
        await decide(funding, transfer, actor=ONE)
    await decide(funding, transfer)
    with pytest.raises(Conflict, match="transfer-is-done"):
        await decide(funding, transfer)

    assert await funding.balances(free) == Balances(Pence(5_000), Pence(5_000))
    assert await funding.balances(relief) == Balances(Pence(25_000), Pence(5_000), Pence(20_000))
    assert [event.match_id for event in await funding.told(SubsidyGranted)] == [client.match_id]


async def test_a_transfer_that_is_refused_moves_nothing(funding: Funding) -> None:
    free, relief = await funding.a_fund(9_000, name="Free"), await funding.a_fund(name="Relief")
    transfer = await ask(funding, free, relief, 9_000)

    await decide(funding, transfer, agreed=False, actor=ONE)

    with pytest.raises(Conflict, match="transfer-is-refused"):
        await decide(funding, transfer)
    assert (await funding.balances(free)).available == 9_000
    async with funding.kernel.reading() as db:
        [listed] = await transfers.transfers_listed(db, funding.kernel.keys, 10, relief)
    assert (listed.state, listed.reason) == ("refused", "For the winter")


async def test_what_was_promised_in_the_meantime_does_not_move(funding: Funding) -> None:
    free, relief = await funding.a_fund(50_000, name="Free"), await funding.a_fund(name="Relief")
    transfer = await ask(funding, free, relief, 10_000)
    await funding.a_match()

    with pytest.raises(Unprocessable) as refused:
        await decide(funding, transfer)

    assert refused.value.sentence == "Free has £0 that is neither promised nor spent; no more can move."
    assert (await funding.balances(relief)).received == 0


@pytest.mark.parametrize("restricted_side", ["from_fund", "to_fund"])
async def test_restricted_money_is_refused_by_us_and_by_the_database(funding: Funding, restricted_side: str) -> None:
    tied = await funding.a_fund(5_000, name="Devon", restrictions=DEVON)
    free = await funding.a_fund(5_000, name="Free")
    source, target = (tied, free) if restricted_side == "from_fund" else (free, tied)

    with pytest.raises(Unprocessable, match=restricted_side) as refused:
        await ask(funding, source, target, 1_000)
    assert "Devon is restricted" in refused.value.sentence
    with pytest.raises(asyncpg.CheckViolationError, match="that no funder tied"):
        await past_our_rules(funding, source, target, [("transfer-out", source), ("transfer-in", target)])

    assert (await funding.balances(tied)).received == (await funding.balances(free)).received == 5_000


async def past_our_rules(
    funding: Funding, source: FundId, target: FundId, halves: list[tuple[MovementKind, FundId]], pence: int = 1_000
) -> None:
    """A transfer of £10 that two people agreed on, written as told."""

    async def work(tx: Transaction) -> None:
        identity = tx.new_id()
        await tx.db.execute(
            "INSERT INTO fund_transfer VALUES ($1, $2, $3, 1000, '', 'done', 'one', now(), 'other', now())",
            identity, source, target,
        )  # fmt: skip
        for kind, fund_id in halves:
            lines = entries(kind, [Part(fund_id, Pence(pence))])
            await ledger.write(tx.db, ledger.Movement(tx.new_id(), kind, lines, tx.now, "system", transfer_id=identity))

    await funding.perform("ledger", work)


@pytest.mark.parametrize(
    ("halves", "pence", "complaint"),
    [
        (["transfer-out"], 1_000, "must reach another"),
        (["transfer-in"], 1_000, "must reach another"),
        (["transfer-in", "transfer-in"], 1_000, "moved_once"),
        (["transfer-out", "transfer-in"], 900, "as two people agreed"),
    ],
)
async def test_the_database_wants_both_halves_of_just_what_was_agreed(
    funding: Funding, halves: list[MovementKind], pence: int, complaint: str
) -> None:
    source, target = await funding.a_fund(5_000, name="Free"), await funding.a_fund(name="Relief")
    sides = {"transfer-out": source, "transfer-in": target}

    with pytest.raises(asyncpg.IntegrityConstraintViolationError, match=complaint):
        await past_our_rules(funding, source, target, [(half, sides[half]) for half in halves], pence)

    assert await funding.balances(source) == Balances(Pence(5_000), Pence(5_000))


async def test_the_database_wants_two_people_and_a_fund_that_keeps_its_kind(funding: Funding) -> None:
    source, target = await funding.a_fund(5_000, name="Free"), await funding.a_fund(name="Relief")
    transfer = await ask(funding, source, target, 1_000)

    async def run(statement: str, *values: object) -> None:
        await funding.perform("ledger", lambda tx: tx.db.execute(statement, *values))

    with pytest.raises(asyncpg.CheckViolationError, match="two_people_agree"):
        await run("UPDATE fund_transfer SET state = 'done', decided_by = asked_by, decided_at = now()")
    with pytest.raises(asyncpg.CheckViolationError, match="as it was asked"):
        await run("UPDATE fund_transfer SET amount = 2 WHERE transfer_id = $1", transfer)
    with pytest.raises(asyncpg.CheckViolationError, match="keeps its funder and its kind"):
        await run("UPDATE fund SET kind = 'designated' WHERE fund_id = $1", source)
    await decide(funding, transfer)
    with pytest.raises(asyncpg.CheckViolationError, match="as it was asked"):
        await run("UPDATE fund_transfer SET decided_by = 'nobody'")


@pytest.mark.parametrize(
    ("pence", "reason", "sentence"),
    [(0, "Why", "more than nothing"), (-5, "Why", "more than nothing"), (5_001, "Why", "no more can move"),
     (5, "  ", "Say why")],
)  # fmt: skip
async def test_an_impossible_transfer_is_not_even_asked_for(
    funding: Funding, pence: int, reason: str, sentence: str
) -> None:
    source, target = await funding.a_fund(5_000, name="Free"), await funding.a_fund(name="Relief")

    with pytest.raises(Unprocessable) as refused:
        await ask(funding, source, target, pence, reason)

    assert sentence in refused.value.sentence
    async with funding.kernel.reading() as db:
        assert await transfers.transfers_listed(db, funding.kernel.keys, 10) == []
