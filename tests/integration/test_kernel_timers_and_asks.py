"""Timers with several replicas, and questions over the bus."""

import asyncio
import time
from collections.abc import Callable
from datetime import timedelta
from types import ModuleType
from typing import Any
from uuid import uuid4

import aio_pika
import pytest
from pamqp.commands import Basic
from pydantic import BaseModel

from shared.kernel.errors import NotFound, Retry, Unprocessable
from shared.kernel.ids import ServiceName
from shared.messaging.asks import DEADLINE, question_seal
from shared.messaging.subscriptions import DueTimer, answers, collect, timer
from shared.messaging.transaction import Transaction
from tests.component.harness import KEYRINGS
from tests.conftest import Vhost
from tests.databases import ServiceDatabase
from tests.integration.nodes import PATIENCE, Effects, Node, eventually

pytestmark = [pytest.mark.servers, pytest.mark.timeout(600)]


class WhatIsTheCode(BaseModel):
    number: int


class TheCode(BaseModel):
    code: str


class NobodyAnswersThis(BaseModel):
    number: int


def module(**functions: Any) -> ModuleType:
    made = ModuleType("marks")
    vars(made).update(functions)
    return made


@timer("ring")
async def on_ring(due: DueTimer, tx: Transaction) -> None:
    await tx.db.execute("INSERT INTO effect (key, type) VALUES ($1, $2)", due.key, due.kind)


@timer("fail")
async def on_fail(due: DueTimer, tx: Transaction) -> None:
    raise OSError


@answers(WhatIsTheCode, asked_by=("notifications",))
async def on_what_is_the_code(question: WhatIsTheCode, asker: ServiceName, tx: Transaction) -> TheCode:
    if question.number == 404:
        raise NotFound("no-such-code")
    return TheCode(code=f"{question.number} for {asker}")


@pytest.fixture
def answering(bus: Vhost, matching_database: ServiceDatabase) -> Node:
    node = Node("matching", matching_database.application_dsn, bus.url("matching"))
    node.use(collect([module(on_what_is_the_code=on_what_is_the_code)]))
    return node


@pytest.fixture
def asking(bus: Vhost, database_for: Callable[[str], ServiceDatabase]) -> Node:
    return Node("notifications", database_for("notifications").application_dsn, bus.url("notifications"))


async def test_every_timer_rings_once_with_two_replicas(
    bus: Vhost, matching_database: ServiceDatabase, effects: Effects
) -> None:
    nodes = [Node("matching", matching_database.application_dsn, bus.url("matching")) for _ in range(2)]
    for node in nodes:
        node.use(collect([module(on_ring=on_ring, on_fail=on_fail)]))

    async def set_timers(tx: Transaction) -> None:
        tx.schedule("fail", "first", tx.now - timedelta(hours=1))
        for number in range(120):
            tx.schedule("ring", str(number), tx.now + timedelta(milliseconds=5 * number))

    async with nodes[0].running(), nodes[1].running():
        await nodes[0].kernel.perform("timers", set_timers, actor="system")
        await effects.reaches(120)
        await asyncio.sleep(0.3)

    keys = sorted((int(key) for _, key, _ in effects.rows()), key=int)
    assert keys == list(range(120))


async def test_a_question_is_answered_sealed_both_ways(answering: Node, asking: Node, effects: Effects) -> None:
    async with answering.running(), asking.running():
        answer = await asking.kernel.ask("matching", WhatIsTheCode(number=7), TheCode, deadline=60.0)
        with pytest.raises(NotFound, match="no-such-code"):
            await asking.kernel.ask("matching", WhatIsTheCode(number=404), TheCode, deadline=60.0)

    assert answer == TheCode(code="7 for notifications")


async def test_who_may_not_ask_gets_no_answer(answering: Node, intake: Node, effects: Effects) -> None:
    async with answering.running(), intake.running():
        with pytest.raises(Unprocessable, match="may-not-ask"):
            await intake.kernel.ask("matching", WhatIsTheCode(number=7), TheCode, deadline=60.0)


async def test_without_an_answer_the_question_ends_at_its_deadline(asking: Node) -> None:
    async def in_time() -> bool:
        started = time.monotonic()
        with pytest.raises(Retry):
            await asking.kernel.ask("matching", WhatIsTheCode(number=7), TheCode, deadline=1.0)
        return time.monotonic() - started < 3.0

    async with asking.running():
        await eventually(in_time)


async def test_a_question_that_came_too_late_is_not_answered(bus: Vhost, answering: Node, effects: Effects) -> None:
    ask_id, heard = str(uuid4()), asyncio.Event()
    body = KEYRINGS["notifications"].seal_model(
        WhatIsTheCode(number=7), "matching", question_seal("WhatIsTheCode", ask_id)
    )

    async def hear(_: object) -> None:
        heard.set()

    async def put(deadline: float) -> None:
        properties = Basic.Properties(
            message_type="WhatIsTheCode",
            correlation_id=ask_id,
            message_id=str(uuid4()),
            reply_to="amq.rabbitmq.reply-to",
            user_id="notifications",
            headers={DEADLINE: int((time.time() + deadline) * 1000)},
        )
        await channel.basic_publish(body.encode(), exchange="asks", routing_key="matching", properties=properties)

    connection = await aio_pika.connect(bus.url("notifications"))
    async with answering.running(), connection:
        channel = await (await connection.channel()).get_underlay_channel()
        await channel.basic_consume("amq.rabbitmq.reply-to", hear, no_ack=True)
        await put(-1.0)
        await asyncio.sleep(1.0)
        assert not heard.is_set()
        await put(60.0)
        async with asyncio.timeout(PATIENCE):
            await heard.wait()
