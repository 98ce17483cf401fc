"""Whatever many do at once: no fund is overdrawn, every transaction balances, and every penny is where it was told."""

import asyncio
from collections import Counter, defaultdict
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from services.funding.domain.days import day_of, end_of
from services.funding.domain.ledger import Balances
from services.funding.store import ledger
from services.funding.store.funds import funds_kept
from shared.db import Connection
from shared.events import EVENTS
from shared.events.funding import SubsidyGranted, SubsidyReleased, SubsidyToppedUp
from shared.kernel.ids import FundId
from tests.component.funding import Funding
from tests.component.funding_world import ACTORS, CAP, DEEDS, FEE, SESSIONS, SHARE, Deed, Gift, World, deliver
from tests.databases import ServiceDatabase

pytestmark = [pytest.mark.servers, pytest.mark.slow]

deeds = st.tuples(st.sampled_from(DEEDS), st.sampled_from([(0,), (1,), (0, 1)]), st.integers(0, SESSIONS))
desks = st.tuples(*(st.lists(deeds, max_size=3) for _ in range(ACTORS)))
gifts = st.lists(st.tuples(st.integers(0, 2), st.integers(1, 2_500)), max_size=2)
PAYING = ("awarded", "drawing", "exhausted")


def test_whatever_many_do_at_once_every_penny_is_accounted_for(
    database_for: Callable[[str], ServiceDatabase],
) -> None:
    with asyncio.Runner() as runner:
        funding = runner.run(_open(database_for("funding")))

        class Ledger(RuleBasedStateMachine):
            """One history: rounds in which all work at once, and days that pass between them."""

            @initialize()
            def begin(self) -> None:
                self.world = runner.run(World.begin(funding))

            @rule(desks=desks, gifts=gifts, days=st.sampled_from([0, 0, 1, 29]))
            def all_at_once(self, desks: tuple[list[Deed], ...], gifts: list[Gift], days: int) -> None:
                funding.clock.advance(timedelta(days=days))
                runner.run(self.world.all_at_once(funding, desks, gifts))
                runner.run(require_order(funding, self.world))

            def teardown(self) -> None:
                runner.run(close_everything(funding, self.world))

        try:
            run_state_machine_as_test(
                Ledger,
                settings=settings(
                    max_examples=8,
                    stateful_step_count=5,
                    deadline=None,
                    suppress_health_check=list(HealthCheck),
                    phases=[Phase.generate],
                ),
            )
        finally:
            runner.run(funding.stop())


async def _open(database: ServiceDatabase) -> Funding:
    funding = await Funding.open(database)
    await funding.widen(8)
    return funding


async def balances_of(db: Connection, world: World) -> dict[FundId, Balances]:
    """How the funds of this world stand, in their order there."""
    kept = {one.fund.fund_id: one.balances for one in await funds_kept(db, world.funds)}
    return {fund: kept[fund] for fund in world.funds}


async def close_everything(funding: Funding, world: World) -> None:
    """When all is over, what was not spent is free again."""
    for one in world.clients:
        await deliver(funding, *one.events("close", 0, day_of(funding.clock.now())))
    await require_order(funding, world)
    async with funding.kernel.reading() as db:
        for fund, balances in (await balances_of(db, world)).items():
            assert balances.available + balances.spent == balances.received == world.received[fund]


async def require_order(funding: Funding, world: World) -> None:
    """The guards of the ledger, and the same figures reached in three ways: entries, balances, and what was told."""
    async with funding.kernel.reading() as db:
        lines = await db.fetch(
            """
            SELECT transaction_id, kind, reservation_id, session_id, happened_at, fund_id, account, amount
              FROM ledger_entry JOIN ledger_transaction USING (transaction_id) WHERE fund_id = ANY($1::uuid[])
            """,
            world.funds,
        )
        require_guards(lines)
        await require_balances(db, world, lines)
        await require_what_was_told(db, world)
        await require_nobody_forgotten(db, world)
        await require_statements(db, world, lines, day_of(funding.clock.now()))


def require_guards(lines: list[Any]) -> None:
    """Every transaction balances in every fund, and a reservation is made, resolved and returned at most once."""
    sums: Counter[tuple[UUID, UUID]] = Counter()
    movements: dict[UUID, dict[UUID, str]] = defaultdict(dict)
    for line in lines:
        sums[line["transaction_id"], line["fund_id"]] += line["amount"]
        if line["reservation_id"]:
            movements[line["reservation_id"]][line["transaction_id"]] = line["kind"]
    assert not any(sums.values())
    for each in movements.values():
        kinds = Counter(each.values())
        assert (kinds["reserve"], kinds["commit"] + kinds["release"] <= 1, kinds["return"] <= 1) == (1, True, True)


async def require_balances(db: Connection, world: World, lines: list[Any]) -> None:
    """No account is below nothing, each is what its entries add up to, and what came in is what we paid in."""
    added: Counter[tuple[UUID, str]] = Counter()
    for line in lines:
        added[line["fund_id"], line["account"]] += line["amount"]
    rows = await db.fetch("SELECT * FROM fund_balance WHERE fund_id = ANY($1::uuid[])", world.funds)
    for row in rows:
        signed = row["amount"] * (-1 if row["account"] == "received" else 1)
        assert signed >= 0
        assert row["amount"] == added[row["fund_id"], row["account"]]
        assert row["account"] != "received" or signed == world.received[row["fund_id"]]


async def require_what_was_told(db: Connection, world: World) -> None:
    """What was granted less what was released is what the ledger holds for a match; sessions cost what they cost."""
    referrals = [str(one.client.referral_id) for one in world.clients]
    told: Counter[UUID] = Counter()
    for row in await db.fetch("SELECT type, body FROM outbox WHERE key = ANY($1::text[])", referrals):
        event = EVENTS[row["type"]].model_validate_json(row["body"])
        match event:
            case SubsidyGranted():
                told[event.match_id] += event.sessions * event.amount_per_session
            case SubsidyReleased():
                told[event.match_id] -= event.amount
            case _:
                assert not isinstance(event, SubsidyToppedUp)
    awards = await db.fetch(
        """
        SELECT match_id, state, coalesce(sum(amount), 0)::int AS held,
               coalesce(sum(amount) FILTER (WHERE account = 'spent'), 0)::int AS spent
          FROM award
          LEFT JOIN reservation USING (award_id)
          LEFT JOIN ledger_transaction USING (reservation_id)
          LEFT JOIN ledger_entry e ON e.transaction_id = ledger_transaction.transaction_id AND account <> 'available'
         WHERE referral_id::text = ANY($1::text[])
         GROUP BY award_id
        """,
        referrals,
    )
    assert {row["match_id"]: row["held"] for row in awards} == {
        row["match_id"]: told[row["match_id"]] for row in awards
    }
    assert sum(row["held"] for row in awards) == sum(told.values())
    by_match = {row["match_id"]: row for row in awards}
    for one in world.clients:
        award = by_match[one.client.match_id]
        if award["state"] in PAYING:
            held = min(SESSIONS, sum(result == "attended" for result in one.results.values()))
            assert award["spent"] == held * FEE


async def require_nobody_forgotten(db: Connection, world: World) -> None:
    """At rest nobody waits for money that is there for them."""
    part, capped, whole = (balances.available for balances in (await balances_of(db, world)).values())
    had = await db.fetch(
        """
        SELECT award.award_id, coalesce(sum(amount), 0)::int AS had
          FROM award
          LEFT JOIN award earlier USING (referral_id)
          LEFT JOIN reservation ON reservation.award_id = earlier.award_id
          LEFT JOIN ledger_transaction USING (reservation_id)
          LEFT JOIN ledger_entry e ON e.transaction_id = ledger_transaction.transaction_id
                AND fund_id = $2 AND account <> 'available'
         WHERE referral_id::text = ANY($1::text[]) AND award.state = 'waiting' AND award.waits_for = 'money'
         GROUP BY award.award_id
        """,
        [str(one.client.referral_id) for one in world.clients],
        world.funds[1],
    )
    need = FEE * SESSIONS
    for row in had:
        assert min(part, need * SHARE // 100) + min(capped, CAP - row["had"]) + whole < need


async def require_statements(db: Connection, world: World, lines: list[Any], today: date) -> None:
    """The statement of each day since the last look adds up, and says what the lines up to then say."""
    days = {_utc_day(line["happened_at"]) for line in lines}
    for day in [one for one in days if one >= world.since] or [today]:
        upto: Counter[tuple[UUID, str]] = Counter()
        for line in lines:
            if _utc_day(line["happened_at"]) <= day:
                upto[line["fund_id"], line["account"]] += line["amount"]
        for fund, stood in (await ledger.balances_at(db, world.funds, end_of(day))).items():
            assert stood.received == stood.available + stood.used == -upto[fund, "received"]
            for account in ("available", "reserved", "committed", "spent"):
                assert getattr(stood, account) == upto[fund, account] >= 0
    world.since = today


def _utc_day(moment: datetime) -> date:
    """The days of this test are the same in London, since everything happens at nine in the morning."""
    return moment.date()
