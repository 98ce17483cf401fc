"""Sessions draw the award: once each, never more than was promised, and back again when a session is corrected."""

from datetime import date, timedelta
from uuid import UUID, uuid4

import asyncpg
import pytest

from services.funding.domain.days import day_of
from services.funding.domain.funds import Restrictions
from shared.events.funding import SubsidyReleased
from shared.events.matching import SessionAttended, SessionCancelled, SessionMissed
from shared.kernel.ids import FundId, SessionId
from shared.messaging.transaction import Transaction
from tests.component.funding import Client, Funding, funding_service
from tests.component.funding_pages import staff_of
from tests.component.test_funding_endings import standing
from tests.component.test_funding_guards import movement

__all__ = ["funding_service"]

pytestmark = pytest.mark.servers


def ids(client: Client, session: SessionId) -> dict[str, UUID]:
    return {
        "referral_id": client.referral_id,
        "match_id": client.match_id,
        "therapist_id": client.therapist_id,
        "session_id": session,
    }


def attended(client: Client, session: SessionId, *, on: date = date(2026, 3, 4)) -> SessionAttended:
    return SessionAttended.model_validate({**ids(client, session), "held_on": on, "number": 1})


def missed(client: Client, session: SessionId, *, on: date = date(2026, 3, 4)) -> SessionMissed:
    return SessionMissed.model_validate({**ids(client, session), "held_on": on})


def cancelled(client: Client, session: SessionId) -> SessionCancelled:
    return SessionCancelled.model_validate({**ids(client, session), "by": "client"})


async def an_award(funding: Funding, *, sessions: int = 10) -> Client:
    client = await funding.a_match(sessions=sessions)
    await funding.hears(client.accepted())
    return client


async def test_an_attended_session_is_spent_once_however_often_it_is_told(funding: Funding) -> None:
    fund = await funding.a_fund(50_000)
    client = await an_award(funding)
    session = SessionId(uuid4())

    await funding.hears(attended(client, session))
    await funding.hears(attended(client, session))

    assert await funding.balances(fund) == standing(50_000, 0, committed=45_000, spent=5_000)
    assert (await funding.award(client)).state == "drawing"


async def test_never_more_sessions_are_paid_than_were_awarded(funding: Funding) -> None:
    fund, other = await funding.a_fund(10_000), await funding.a_fund(100_000, name="Other", kind="designated")
    client = await an_award(funding, sessions=2)

    for _ in range(4):
        await funding.hears(attended(client, SessionId(uuid4())))

    together = [await funding.balances(one) for one in (fund, other)]
    assert sum(one.spent for one in together) == 10_000
    assert (await funding.award(client)).state == "exhausted"


async def test_a_correction_is_another_entry_and_makes_room_for_the_next_session(funding: Funding) -> None:
    fund = await funding.a_fund(10_000)
    client = await an_award(funding, sessions=2)
    first, second, third = (SessionId(uuid4()) for _ in range(3))
    await funding.hears(*(attended(client, session) for session in (first, second, third)))

    await funding.hears(missed(client, first))

    assert await funding.balances(fund) == standing(10_000, 0, spent=10_000)
    async with funding.kernel.reading() as db:
        kinds = await db.fetch(
            "SELECT kind, turn FROM ledger_transaction WHERE session_id IS NOT NULL ORDER BY transaction_id"
        )
        assert [tuple(row) for row in kinds] == [("spend", 1), ("spend", 1), ("unspend", 2), ("spend", 1)]
        assert await db.fetchval("SELECT count(*) FROM attended_session") == 2


async def test_the_policy_of_its_day_pays_a_missed_session(funding: Funding) -> None:
    fund = await funding.a_fund(50_000)
    client = await an_award(funding)
    async with funding.kernel.reading() as db:
        await db.execute("INSERT INTO session_policy VALUES ('2026-03-10', true)")

    await funding.hears(missed(client, SessionId(uuid4()), on=date(2026, 3, 9)))
    await funding.hears(missed(client, SessionId(uuid4()), on=date(2026, 3, 10)))
    await funding.hears(cancelled(client, SessionId(uuid4())))

    assert (await funding.balances(fund)).spent == 5_000


async def test_the_end_releases_what_was_not_drawn_and_a_later_correction_the_rest(funding: Funding) -> None:
    fund = await funding.a_fund(50_000)
    client = await an_award(funding)
    waiting = await funding.a_match()
    session, other = SessionId(uuid4()), SessionId(uuid4())
    await funding.hears(attended(client, session), attended(client, other), client.ended())
    assert await funding.balances(fund) == standing(50_000, 40_000, spent=10_000)
    assert (await funding.award(waiting)).state == "waiting"

    await funding.receives(fund, 5_000)
    await funding.hears(cancelled(client, session))
    assert [released.amount for released in await funding.told(SubsidyReleased)] == [40_000, 5_000]
    await funding.hears(attended(client, session))

    assert await funding.balances(fund) == standing(55_000, 0, reserved=50_000, spent=5_000)
    assert (await funding.award(waiting)).state == "reserved"
    assert (await funding.award(client)).state == "finished"


async def test_sessions_held_before_the_money_came_are_paid_when_it_comes(funding: Funding) -> None:
    fund = await funding.a_fund()
    client = await an_award(funding)
    await funding.hears(attended(client, SessionId(uuid4())), missed(client, SessionId(uuid4())))

    await funding.receives(fund, 50_000)

    assert await funding.balances(fund) == standing(50_000, 0, committed=45_000, spent=5_000)
    assert (await funding.award(client)).state == "drawing"


async def test_a_therapist_who_asks_less_draws_less(funding: Funding) -> None:
    fund = await funding.a_fund(50_000)
    client = await funding.a_match(means="part-fee", affordable_per_session=1_000)
    await funding.hears(client.accepted(fee=4_500))

    await funding.hears(attended(client, SessionId(uuid4())))

    assert await funding.balances(fund) == standing(50_000, 10_000, committed=36_500, spent=3_500)


async def test_each_session_draws_every_paying_fund_in_proportion(funding: Funding) -> None:
    half = await funding.a_fund(100_000, name="Half", restrictions=Restrictions(share_of_fee=50))
    free = await funding.a_fund(100_000, name="Free")
    client = await an_award(funding)

    await funding.hears(attended(client, SessionId(uuid4())))

    assert ((await funding.balances(half)).spent, (await funding.balances(free)).spent) == (2_500, 2_500)


async def test_after_its_last_day_an_award_lapses_once_late_notes_had_their_time(funding: Funding) -> None:
    fund = await funding.a_fund(50_000)
    client = await an_award(funding)
    last = (await funding.award(client)).valid_until
    assert last is not None
    await funding.passes(timedelta(days=(last - day_of(funding.clock.now())).days + 7))

    await funding.hears(attended(client, SessionId(uuid4()), on=last))
    await funding.hears(attended(client, SessionId(uuid4()), on=last + timedelta(days=1)))
    assert (await funding.award(client)).state == "drawing"
    await funding.passes(timedelta(days=8))

    assert (await funding.award(client)).state == "lapsed"
    assert await funding.balances(fund) == standing(50_000, 45_000, spent=5_000)
    await funding.hears(client.ended())
    assert len(await funding.told(SubsidyReleased)) == 1


async def test_the_pages_show_what_was_spent_and_the_statement_of_any_day(funding: Funding) -> None:
    fund = await funding.a_fund(name="Legacy")
    await funding.receives(fund, 50_000, "=HYPERLINK(1)")
    client = await an_award(funding)
    await funding.passes(timedelta(days=3))
    await funding.hears(attended(client, SessionId(uuid4())), missed(client, SessionId(uuid4())))
    finance = await staff_of(funding, "finance")

    award = (await finance.reads(f"/awards/{(await funding.award(client)).award_id}")).text
    today = (await finance.reads(f"/funds/{fund}/statement.csv")).text
    before = (await finance.reads(f"/funds/{fund}/statement.csv?on=2026-03-04")).text

    assert "1 of 10 paid, £50 in all." in award
    assert "Missed" in award
    assert ",Spent,50.00," in today
    assert "At the end of 2026-03-05,Spent,50.00" in today
    assert "At the end of 2026-03-04,Spent,0.00" in before
    assert "At the end of 2026-03-04,Promised,500.00" in before
    assert ",'=HYPERLINK(1)," in before
    assert (await finance.reads(f"/funds/{fund}/statement.csv?on=2027-01-01")).status_code == 422
    assert (await (await staff_of(funding, "triage")).reads(f"/funds/{fund}/statement.csv")).status_code == 403


async def spending(funding: Funding, kind: str, amount: int, fund: FundId, client: Client, session: SessionId) -> None:
    """A movement of a session written past all rules of ours."""

    async def work(tx: Transaction) -> None:
        identity = tx.new_id()
        await tx.db.execute(
            "INSERT INTO ledger_transaction (transaction_id, kind, reservation_id, happened_at, actor, session_id)"
            " SELECT $1, $2, reservation_id, $3, 'system', $4 FROM reservation JOIN award USING (award_id)"
            "  WHERE match_id = $5",
            identity, kind, tx.now, session, client.match_id,
        )  # fmt: skip
        source, target = ("committed", "spent") if kind == "spend" else ("spent", "committed")
        await tx.db.executemany(
            "INSERT INTO ledger_entry (transaction_id, fund_id, account, amount) VALUES ($1, $2, $3, $4)",
            [(identity, fund, source, -amount), (identity, fund, target, amount)],
        )

    await funding.perform("ledger", work)


async def test_the_database_pays_a_session_once_and_takes_back_just_that(funding: Funding) -> None:
    fund = await funding.a_fund(100_000)
    client, _other = await an_award(funding), await an_award(funding)
    session = SessionId(uuid4())
    await spending(funding, "spend", 5_000, fund, client, session)

    with pytest.raises(asyncpg.CheckViolationError, match="by_turns"):
        await spending(funding, "spend", 5_000, fund, client, session)
    with pytest.raises(asyncpg.CheckViolationError, match="exactly what it drew"):
        await spending(funding, "unspend", 4_999, fund, client, session)
    with pytest.raises(asyncpg.CheckViolationError, match="by_turns"):
        await spending(funding, "unspend", 5_000, fund, client, SessionId(uuid4()))
    with pytest.raises(asyncpg.CheckViolationError, match="only its own money"):
        await spending(funding, "spend", 45_001, fund, client, SessionId(uuid4()))
    await spending(funding, "unspend", 5_000, fund, client, session)

    assert await funding.balances(fund) == standing(100_000, 0, committed=100_000)
    reservation = uuid4()
    with pytest.raises(asyncpg.CheckViolationError, match="spent_for_a_session"):
        await movement(funding, "spend", [(fund, "committed", -1), (fund, "spent", 1)], reservation)
