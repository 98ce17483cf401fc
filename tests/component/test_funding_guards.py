"""What the database itself refuses: the ledger only grows, always balances, and no fund is overdrawn."""

import asyncio
from collections.abc import Callable
from uuid import UUID, uuid4

import asyncpg
import pytest

from services.funding.domain.choice import Part
from services.funding.domain.ledger import MOVEMENTS, Balances, MovementKind, entries
from services.funding.store import ledger
from shared.kernel.ids import FundId
from shared.kernel.money import Pence
from shared.messaging.transaction import Transaction
from tests.component.funding import Client, Funding, funding_service
from tests.databases import ServiceDatabase

__all__ = ["funding_service"]

pytestmark = pytest.mark.servers


async def movement(
    funding: Funding, kind: MovementKind, lines: list[tuple[FundId, str, int]], reservation: UUID | None = None
) -> None:
    """Write lines as they are, past all rules of ours."""

    async def work(tx: Transaction) -> None:
        identity = tx.new_id()
        await tx.db.execute(
            "INSERT INTO ledger_transaction (transaction_id, kind, reservation_id, happened_at, actor)"
            " VALUES ($1, $2, $3, $4, 'system')",
            identity, kind, reservation, tx.now,
        )  # fmt: skip
        await tx.db.executemany(
            "INSERT INTO ledger_entry (transaction_id, fund_id, account, amount) VALUES ($1, $2, $3, $4)",
            [(identity, *line) for line in lines],
        )

    await funding.perform("ledger", work)


async def reservation_of(funding: Funding, client: Client) -> UUID:
    award = await funding.award(client)
    async with funding.kernel.reading() as db:
        found: UUID = await db.fetchval("SELECT reservation_id FROM reservation WHERE award_id = $1", award.award_id)
    return found


async def new_reservation(funding: Funding, client: Client) -> UUID:
    award, identity = await funding.award(client), uuid4()
    line = "INSERT INTO reservation (reservation_id, award_id, made_at) VALUES ($1, $2, $3)"
    await funding.perform("ledger", lambda tx: tx.db.execute(line, identity, award.award_id, tx.now))
    return identity


async def test_a_fund_cannot_be_overdrawn(funding: Funding) -> None:
    fund = await funding.a_fund(49_999)
    client = await funding.a_match()
    reservation = await new_reservation(funding, client)

    with pytest.raises(asyncpg.CheckViolationError, match="no_account_below_zero"):
        await movement(funding, "reserve", [(fund, "available", -50_000), (fund, "reserved", 50_000)], reservation)

    assert await funding.balances(fund) == Balances(Pence(49_999), Pence(49_999))


@pytest.mark.parametrize(
    "lines", [[("received", -100)], [("received", -100), ("available", 99)], [("received", -100), ("available", 101)]]
)
async def test_a_transaction_must_balance(funding: Funding, lines: list[tuple[str, int]]) -> None:
    fund = await funding.a_fund()

    with pytest.raises(asyncpg.CheckViolationError, match="must balance"):
        await movement(funding, "receive", [(fund, account, amount) for account, amount in lines])

    assert await funding.balances(fund) == Balances()


async def test_checking_early_does_not_help(funding: Funding) -> None:
    fund, other = await funding.a_fund(), await funding.a_fund(name="Other")
    line = "INSERT INTO ledger_entry (transaction_id, fund_id, account, amount) VALUES ($1, $2, $3, $4)"

    async def work(tx: Transaction) -> None:
        gift = ledger.Movement(tx.new_id(), "receive", entries("receive", [Part(fund, Pence(100))]), tx.now, "system")
        await ledger.write(tx.db, gift)
        await tx.db.execute("SET CONSTRAINTS ALL IMMEDIATE")
        await tx.db.execute(line, gift.transaction_id, other, "available", 100)

    with pytest.raises(asyncpg.CheckViolationError, match="must balance"):
        await funding.perform("ledger", work)


async def test_a_transaction_without_entries_is_refused(funding: Funding) -> None:
    with pytest.raises(asyncpg.CheckViolationError, match="needs entries"):
        await movement(funding, "receive", [])


async def test_money_cannot_move_to_another_fund(funding: Funding) -> None:
    restricted, free = await funding.a_fund(100, name="Restricted"), await funding.a_fund(name="Free")
    reservation = await new_reservation(funding, await funding.a_match())

    with pytest.raises(asyncpg.CheckViolationError, match="must balance in every fund"):
        await movement(funding, "reserve", [(restricted, "available", -100), (free, "reserved", 100)], reservation)


async def test_a_committed_transaction_is_closed(funding: Funding) -> None:
    fund = await funding.a_fund(100)
    other = await funding.a_fund(name="Other")

    async def work(tx: Transaction) -> None:
        identity = await tx.db.fetchval("SELECT transaction_id FROM ledger_transaction")
        await tx.db.execute("INSERT INTO ledger_entry VALUES ($1, $2, 'available', 100)", identity, other)

    with pytest.raises(asyncpg.CheckViolationError, match="closed"):
        await funding.perform("ledger", work)

    assert (await funding.balances(fund)).available == 100


async def test_a_movement_touches_only_its_own_accounts(funding: Funding) -> None:
    fund = await funding.a_fund(100)

    with pytest.raises(asyncpg.CheckViolationError, match="does not touch"):
        await movement(funding, "receive", [(fund, "received", -100), (fund, "spent", 100)])


@pytest.mark.parametrize(
    ("first", "second"), [("release", "release"), ("commit", "commit"), ("commit", "release"), ("release", "commit")]
)
async def test_a_reservation_resolves_at_most_once(funding: Funding, first: MovementKind, second: MovementKind) -> None:
    fund = await funding.a_fund(100_000)
    client, _other = await funding.a_match(), await funding.a_match()
    reservation = await reservation_of(funding, client)

    def lines(kind: MovementKind, amount: int) -> list[tuple[FundId, str, int]]:
        return [(fund, MOVEMENTS[kind][0], -amount), (fund, MOVEMENTS[kind][1], amount)]

    await movement(funding, first, lines(first, 20_000), reservation)
    with pytest.raises(asyncpg.UniqueViolationError, match="resolved_once"):
        await movement(funding, second, lines(second, 20_000), reservation)


async def test_a_reservation_has_only_its_own_money(funding: Funding) -> None:
    fund = await funding.a_fund(100_000)
    client, _other = await funding.a_match(), await funding.a_match()
    reservation = await reservation_of(funding, client)

    with pytest.raises(asyncpg.CheckViolationError, match="only its own money"):
        await movement(funding, "release", [(fund, "reserved", -60_000), (fund, "available", 60_000)], reservation)


async def test_the_database_alone_stops_the_eleventh(database_for: Callable[[str], ServiceDatabase]) -> None:
    funding = await Funding.open(database_for("funding"))
    fund = await funding.a_fund(10 * 100)
    client = await funding.a_match()

    async def take(nth: int) -> bool:
        try:
            reservation = await new_reservation(funding, client)
            await movement(funding, "reserve", [(fund, "available", -100), (fund, "reserved", 100)], reservation)
        except asyncpg.CheckViolationError:
            return False
        return True

    taken = await asyncio.gather(*(take(nth) for nth in range(30)))

    assert sum(taken) == 10
    assert (await funding.balances(fund)).available == 0
    await funding.stop()
