"""The harness of the component tests, and what the kernel promises without a broker."""

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from types import ModuleType
from uuid import uuid4

import pytest

from shared.db import Connection
from shared.events.codes import Channel
from shared.events.intake import ReferralClosed, ReferralReceived
from shared.events.matching import ReferralWaitlisted
from shared.kernel.errors import Conflict, Retry
from shared.kernel.ids import ReferralId
from shared.messaging import failpoints
from shared.messaging.subscriptions import DueTimer, collect, subscribes, timer
from shared.messaging.transaction import Transaction
from tests.component.harness import MONDAY_MORNING, Component
from tests.databases import ServiceDatabase

pytestmark = pytest.mark.servers

heard: list[object] = []


@subscribes(ReferralReceived)
async def on_referral_received(event: ReferralReceived, tx: Transaction) -> None:
    tx.emit(ReferralWaitlisted(referral_id=event.referral_id, reason="no-money", next_look_at=tx.now))
    tx.schedule("look-again", str(event.referral_id), tx.now + timedelta(hours=1), reason="no-money")
    heard.append(event.referral_id)
    if event.channel == "phone" and heard.count(event.referral_id) < 3:
        raise ValueError
    if event.channel == "import":
        raise Retry("not-yet")


@subscribes(ReferralClosed, batched=True)
async def on_referrals_closed(events: list[ReferralClosed], tx: Transaction) -> None:
    heard.append([event.referral_id for event in events])


@timer("look-again")
async def on_look_again(due: DueTimer, tx: Transaction) -> None:
    heard.append((due.kind, due.key, tx.now, due.payload))


@pytest.fixture
async def matching(database_for: Callable[[str], ServiceDatabase]) -> AsyncIterator[Component]:
    heard.clear()
    marks = ModuleType("marks")
    vars(marks).update(one=on_referral_received, two=on_referrals_closed, three=on_look_again)
    component = await Component.start("matching", database_for("matching").application_dsn, collect([marks]))
    yield component
    await component.stop()
    failpoints.arm("")


def received(channel: Channel = "web") -> ReferralReceived:
    return ReferralReceived(
        referral_id=ReferralId(uuid4()), channel=channel, source="self", received_at=MONDAY_MORNING
    )  # fmt: skip


def closed(referral_id: ReferralId) -> ReferralClosed:
    return ReferralClosed(referral_id=referral_id, ended_by="client", reason="no-longer-wanted")


async def test_a_redelivered_event_has_its_effect_once(matching: Component) -> None:
    await matching.hears(received(), received())
    again = await matching.hears_again()

    assert (again.handled, again.repeated) == (0, 2)
    assert len(await matching.told(ReferralWaitlisted)) == 2


async def test_the_same_event_twice_in_one_batch_has_its_effect_once(matching: Component) -> None:
    delivery = matching.delivery(received())
    outcome = await matching.kernel.inbox.process([delivery, delivery])

    assert outcome.handled == 1
    assert len(await matching.told(ReferralWaitlisted)) == 1


async def test_timers_ring_at_their_own_moment_while_time_passes(matching: Component) -> None:
    event = received()
    await matching.hears(event)
    await matching.passes(timedelta(days=1))

    moment = MONDAY_MORNING + timedelta(hours=1)
    assert heard[-1] == ("look-again", str(event.referral_id), moment, {"reason": "no-money"})
    assert matching.clock.now() == MONDAY_MORNING + timedelta(days=1)


async def test_a_timer_waits_while_somebody_works_on_its_key(matching: Component) -> None:
    event = received()
    await matching.hears(event)
    matching.clock.advance(timedelta(hours=2))
    began, may_end = asyncio.Event(), asyncio.Event()

    async def work(tx: Transaction) -> None:
        began.set()
        await may_end.wait()
        heard.append("the work")

    working = asyncio.create_task(matching.perform(str(event.referral_id), work))
    await began.wait()
    ringing = asyncio.create_task(matching.kernel.timers.run_due())
    await asyncio.sleep(0.2)
    may_end.set()
    await asyncio.gather(working, ringing)

    assert heard[-2] == "the work"
    assert heard[-1][0] == "look-again"  # type: ignore[index]


async def test_an_event_that_fails_is_retried_with_those_behind_it_in_order(matching: Component) -> None:
    troubled = received("phone")
    outcome = await matching.hears(troubled, closed(troubled.referral_id), received())
    assert (outcome.handled, outcome.parked) == (1, 2)

    await matching.passes(timedelta(minutes=20))
    await matching.passes(timedelta(minutes=20))

    assert heard[-1] == [troubled.referral_id]
    assert await states(matching) == []
    assert len(await matching.told(ReferralWaitlisted)) == 2


async def test_after_the_last_attempt_an_event_is_dead_and_its_key_waits(matching: Component) -> None:
    hopeless = received("import")
    await matching.hears(hopeless)
    for _ in range(12):
        await matching.passes(timedelta(minutes=20))
    await matching.hears(closed(hopeless.referral_id))

    assert await states(matching) == ["dead", "behind"]


async def test_what_waits_behind_is_tried_although_the_process_died_after_the_first(matching: Component) -> None:
    troubled = received("phone")
    await matching.hears(troubled, closed(troubled.referral_id))
    matching.clock.advance(timedelta(minutes=20))
    retries = matching.kernel.retries
    assert await retries._retry_head(str(troubled.referral_id))

    assert await states(matching) == ["retrying"]
    assert await retries.retry_due() == 1
    assert await states(matching) == []


async def test_a_failed_transaction_leaves_nothing(matching: Component) -> None:
    async def refuse(tx: Transaction) -> None:
        tx.emit(ReferralWaitlisted(referral_id=ReferralId(uuid4()), reason="no-money", next_look_at=tx.now))
        await tx.db.execute("INSERT INTO stream (key, sequence) VALUES ('left', 1)")
        raise Conflict("too-late")

    with pytest.raises(Conflict):
        await matching.perform("key", refuse)

    assert await matching.told_types() == []
    async with matching.kernel.reading() as db:
        assert await db.fetchval("SELECT count(*) FROM stream") == 0


@pytest.mark.parametrize("committed", [True, False])
async def test_work_whose_commit_was_not_answered_is_done_exactly_once(matching: Component, *, committed: bool) -> None:
    attempts = 0

    async def work(tx: Transaction) -> int:
        nonlocal attempts
        attempts += 1
        tx.emit(ReferralWaitlisted(referral_id=ReferralId(uuid4()), reason="no-money", next_look_at=tx.now))
        return attempts

    matching.kernel.database = LosesTheAnswer(matching.kernel.database, committed=committed)  # type: ignore[assignment]
    result = await matching.perform("key", work)

    assert result == attempts == (1 if committed else 2)
    assert len(await matching.told(ReferralWaitlisted)) == 1


class LosesTheAnswer:
    """A database whose first commit is not answered: it took effect, or it did not."""

    def __init__(self, database: object, *, committed: bool) -> None:
        self.database, self.committed, self.first = database, committed, True

    def transaction(self) -> object:
        return LosingTransaction(self)

    def __getattr__(self, name: str) -> object:
        return getattr(self.database, name)


class LosingTransaction:
    def __init__(self, database: LosesTheAnswer) -> None:
        self.database = database
        self.inner = database.database.transaction()  # type: ignore[attr-defined]

    async def __aenter__(self) -> Connection:
        connection: Connection = await self.inner.__aenter__()
        return connection

    async def __aexit__(self, *error: object) -> None:
        lose, self.database.first = self.database.first and error[0] is None, False
        if lose and not self.database.committed:
            await self.inner.__aexit__(ConnectionError, ConnectionError(), None)
        else:
            await self.inner.__aexit__(*error)
        if lose:
            raise ConnectionError


async def test_a_service_cannot_tell_what_is_anothers_to_tell(matching: Component) -> None:
    async def tell(tx: Transaction) -> None:
        tx.emit(received())

    with pytest.raises(TypeError, match="may not tell"):
        await matching.perform("key", tell)


async def test_months_of_the_inbox_are_made_ahead_and_dropped_when_over(
    matching: Component, database_for: Callable[[str], ServiceDatabase]
) -> None:
    await matching.hears(received())
    async with matching.kernel.reading() as db:
        await db.execute("SELECT tend_inbox($1, '90 days')", MONDAY_MORNING + timedelta(days=31))
        await db.execute("SELECT tend_inbox($1, '90 days')", MONDAY_MORNING + timedelta(days=400))
        tables = [
            row[0]
            for row in await db.fetch(
                "SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = 'inbox'::regclass ORDER BY 1"
            )
        ]
        with pytest.raises(Exception, match=r"permission denied|must be owner"):
            await db.execute("DROP TABLE inbox_rest")

    assert [name for name in tables if name.startswith("inbox_2027")] == [
        "inbox_202704",
        "inbox_202705",
        "inbox_202706",
    ]
    assert "inbox_202604" not in tables


async def states(component: Component) -> list[str]:
    async with component.kernel.reading() as db:
        return [row["state"] for row in await db.fetch("SELECT state FROM parked_event ORDER BY position")]
