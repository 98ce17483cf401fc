"""The small parts of the kernel: runs, failpoints, lasting tasks, publishing order, and the pin on FastStream."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from importlib.metadata import version
from typing import Any
from uuid import uuid4

import pamqp.frame
import pytest
from aiormq.exceptions import DeliveryError
from faststream.rabbit.subscriber.usecase import RabbitSubscriber
from hypothesis import given
from hypothesis import strategies as some

from shared.messaging import failpoints
from shared.messaging.broker import Ear, consuming_broker
from shared.messaging.envelope import headers_of
from shared.messaging.outbox_rows import Row
from shared.messaging.publishing import Publisher
from shared.messaging.rounds import rounds
from shared.messaging.supervision import Supervisor
from shared.messaging.wire import frames

Items = list[tuple[str, str, int]]


@given(some.lists(some.tuples(some.sampled_from("abc"), some.sampled_from("xyz"))))
def test_runs_hold_one_kind_and_keep_every_key_in_order(pairs: list[tuple[str, str]]) -> None:
    kinds = {name: object() for name in "xyz"}
    items: Items = [(key, kind, nth) for nth, (key, kind) in enumerate(pairs)]
    runs = rounds(items, key=lambda item: item[0], kind=lambda item: kinds[item[1]])

    assert sorted(item for run in runs for item in run) == sorted(items)
    assert all(len({kind for _, kind, _ in run}) == 1 for run in runs)
    for key in "abc":
        numbers = [nth for run in runs for name, _, nth in run if name == key]
        assert numbers == sorted(numbers)


async def test_a_failpoint_acts_at_its_nth_passing_and_once() -> None:
    failpoints.arm("received:raise:2")
    await failpoints.reach("received")
    with pytest.raises(ConnectionError):
        await failpoints.reach("received")
    await failpoints.reach("received")
    with pytest.raises(ValueError, match="no failpoint"):
        failpoints.arm("nowhere:kill")
    failpoints.arm("")


async def test_a_crashed_task_is_started_again_and_its_reason_shown() -> None:
    supervisor, runs = Supervisor("matching"), 0
    done = asyncio.Event()

    async def work() -> None:
        nonlocal runs
        runs += 1
        if runs == 1:
            raise ValueError
        if runs == 2:
            raise asyncio.CancelledError  # as aiormq does when a channel closes under somebody who waits
        done.set()
        await asyncio.Event().wait()

    supervisor.keep("hear", work)
    async with asyncio.timeout(60):
        await done.wait()
    assert (supervisor.loops["hear"].running, supervisor.loops["hear"].failures) == (True, 2)
    assert supervisor.loops["hear"].reason == "Lost"
    await supervisor.stop("hear", seconds=0)
    assert not supervisor.loops["hear"].running


class Line:
    """A way to the broker that confirms late, and refuses or loses what it is told to."""

    def __init__(self, *, refuse: bytes = b"", lose: bytes = b"") -> None:
        self.refuse, self.lose = refuse, lose
        self.sent: list[bytes] = []
        self.in_flight: set[str] = set()
        self.most = 0

    async def send(self, rows: Sequence[Row]) -> "list[asyncio.Future[Any]]":
        return [asyncio.ensure_future(self._confirm(row)) for row in rows]

    async def _confirm(self, row: Row) -> None:
        assert row.key not in self.in_flight, "two rows of one key at once"
        self.in_flight.add(row.key)
        self.most = max(self.most, len(self.in_flight))
        self.sent.append(row.body)
        await asyncio.sleep(0.001)
        self.in_flight.discard(row.key)
        if row.body == self.lose:
            raise ConnectionError
        if row.body == self.refuse:
            raise DeliveryError(None, None)  # type: ignore[arg-type]


def row(position: int, key: str) -> Row:
    body = f"{key}{position}".encode()
    return Row(position, 0, uuid4(), "intake.referral-closed.v1", key, position, "", datetime.now(UTC), body)


async def test_rows_of_one_key_go_one_after_the_other_and_keys_go_together() -> None:
    line = Line()
    rows = [row(nth * 4 + number, key) for nth in range(3) for number, key in enumerate("abcd")]
    answers = await Publisher(line, 3).publish(rows)

    assert sorted(answers.confirmed) == list(range(12))
    assert line.most == 3


async def test_after_a_refusal_later_rows_of_that_key_are_not_sent() -> None:
    line = Line(refuse=b"a1")
    answers = await Publisher(line).publish([row(1, "a"), row(2, "a"), row(3, "b")])

    assert answers.confirmed == [3]
    assert answers.refused == {"a": "not-accepted"}
    assert b"a2" not in line.sent


async def test_when_the_channel_breaks_only_what_was_confirmed_counts() -> None:
    line = Line(lose=b"b2")
    answers = await Publisher(line, 1).publish([row(1, "a"), row(2, "b"), row(3, "b"), row(4, "c")])

    assert answers.confirmed == [1]
    assert isinstance(answers.lost, ConnectionError)
    assert b"b3" not in line.sent


@given(some.binary(max_size=300), some.integers(1, 100))
def test_what_goes_over_the_wire_is_what_another_implementation_reads(body: bytes, most: int) -> None:
    sent = replace(row(7, "a"), body=body, trace="00-1-2-01")
    rest = frames(sent, "intake", 3, most)
    read: list[Any] = []
    while rest:
        size, channel, frame = pamqp.frame.unmarshal(rest)
        assert channel == 3
        rest, read = rest[size:], [*read, frame]
    publish, header, *bodies = read

    assert (publish.exchange, publish.routing_key, publish.mandatory) == (
        "events",
        "intake.referral-closed.v1.p00",
        True,
    )
    properties = header.properties
    assert (properties.delivery_mode, properties.user_id, properties.message_type) == (2, "intake", sent.type)
    assert properties.message_id == str(sent.event_id)
    assert properties.headers == headers_of(sent.event_id, sent.type, sent.created_at, "a", 7, "00-1-2-01")
    assert header.body_size == len(body)
    assert b"".join(piece.value for piece in bodies) == body


def test_the_internals_of_faststream_that_we_lean_on_are_those_we_know() -> None:
    assert version("faststream") == "0.7.8"
    broker = consuming_broker("amqp://localhost/stopso", "matching hears")
    ear = Ear(broker, "matching.in.0", 10, hear=lambda _: None, lose=lambda _: None)
    assert ear in broker.subscribers
    assert isinstance(ear, RabbitSubscriber)
    assert {"_queue_obj", "_consumer_tag", "queue", "channel"} <= {
        name for kind in Ear.__mro__ for name in getattr(kind, "__slots__", ())
    }
    assert not ear.queue.declare
    assert not ear.calls
