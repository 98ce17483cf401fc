"""What comes over the wire is handed over as it is, however it is cut into pieces."""

import asyncio
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import aiormq.connection
import pamqp.frame
import pytest
from aiormq.exceptions import AMQPConnectionError, InvalidFrameError
from pamqp.body import ContentBody
from pamqp.commands import Basic
from pamqp.header import ContentHeader
from pamqp.heartbeat import Heartbeat

from shared.messaging.envelope import Delivery, headers_of
from shared.messaging.receiving import QuickReceiver, listen, listen_no_more

EVENT = UUID("019ff2c4-0000-7000-8000-000000000001")
HEADERS = headers_of(EVENT, "intake.referral-received.v1", datetime(2026, 3, 2, tzinfo=UTC), "kéy", 7, "")


def delivered(
    tag: int, body: bytes, *, consumer: str = "ours", channel: int = 1, piece: int = 100_000, changed: Any = None
) -> bytes:
    """The frames of one delivery as RabbitMQ sends them."""
    method = Basic.Deliver(consumer_tag=consumer, delivery_tag=tag, exchange="events", routing_key="a.b.p01")
    properties: dict[str, Any] = {
        "content_type": "application/json", "headers": HEADERS, "delivery_mode": 2, "message_id": str(EVENT),
        "message_type": "intake.referral-received.v1", "user_id": "intake",
        "timestamp": datetime(2026, 3, 2, tzinfo=UTC),
    }  # fmt: skip
    header = ContentHeader(body_size=len(body), properties=Basic.Properties(**(properties | (changed or {}))))
    bodies = [ContentBody(body[start : start + piece]) for start in range(0, len(body), piece)]
    frames: list[Any] = [method, header, *bodies]
    return b"".join(pamqp.frame.marshal(frame, channel) for frame in frames)


async def heard_from(*pieces: bytes) -> tuple[list[Delivery], list[Any], BaseException | None]:
    """What is heard, which other frames come through, and how it ends, when these pieces come and then nothing."""
    heard: list[Delivery] = []
    others: list[Any] = []
    reader = asyncio.StreamReader()
    receiver = QuickReceiver(reader)
    listen("ours", heard.append)

    async def receive() -> None:
        async for _, _, frame in receiver:
            if not isinstance(frame, Heartbeat):
                others.append(frame)

    receiving = asyncio.create_task(receive())
    try:
        for piece in pieces:
            reader.feed_data(piece)
            await asyncio.sleep(0)
        reader.feed_eof()
        await asyncio.wait([receiving])
    finally:
        listen_no_more("ours")
    return heard, others, receiving.exception()


def test_it_stands_in_for_the_library() -> None:
    assert aiormq.connection.FrameReceiver is QuickReceiver


async def test_a_delivery_is_heard_wherever_the_wire_cuts_it() -> None:
    wire = delivered(1, b"{}") + delivered(2, b"a longer body") + delivered(3, b"")
    expected = [Delivery(body, HEADERS, tag, "intake") for tag, body in ((1, b"{}"), (2, b"a longer body"), (3, b""))]

    for cut in range(1, len(wire)):
        heard, others, error = await heard_from(wire[:cut], wire[cut:])
        assert (heard, others, error) == (expected, [], None)


async def test_a_body_in_pieces_is_put_together_although_others_come_between() -> None:
    first, second = delivered(1, b"x" * 50, piece=20), delivered(1, b"y" * 5, channel=2)
    cut = first.rindex(pamqp.frame.marshal(ContentBody(b"x" * 10), 1))

    heard, _, error = await heard_from(first[:cut] + second + first[cut:])

    assert [delivery.body for delivery in heard] == [b"y" * 5, b"x" * 50]
    assert error is None


async def test_a_delivery_to_somebody_else_goes_the_librarys_way() -> None:
    ack = Basic.Ack(9, True)

    heard, others, _ = await heard_from(
        delivered(1, b"theirs", consumer="theirs") + delivered(1, b"ours", channel=2) + pamqp.frame.marshal(ack, 1)
    )

    assert [delivery.body for delivery in heard] == [b"ours"]
    assert [type(frame) for frame in others] == [Basic.Deliver, ContentHeader, ContentBody, Basic.Ack]
    assert others[2].value == b"theirs"


async def test_a_count_among_the_headers_is_read_as_a_number() -> None:
    heard, _, _ = await heard_from(delivered(1, b"{}", changed={"headers": {**HEADERS, "x-delivery-count": 4}}))

    assert heard[0].delivery_count == 4
    assert heard[0].headers == {**HEADERS, "x-delivery-count": 4}


async def test_a_message_without_properties_is_heard_too() -> None:
    bare = {
        "content_type": None,
        "headers": None,
        "message_id": None,
        "message_type": None,
        "user_id": None,
        "timestamp": None,
    }

    heard, _, _ = await heard_from(delivered(1, b"?", changed=bare))

    assert heard == [Delivery(b"?", {}, 1, None)]


async def test_deliveries_alone_show_that_the_connection_lives() -> None:
    reader = asyncio.StreamReader()
    receiver = QuickReceiver(reader)
    listen("ours", lambda _: None)
    reader.feed_data(delivered(1, b"{}"))

    assert isinstance((await receiver.get_frame())[2], Heartbeat)
    listen_no_more("ours")


@pytest.mark.parametrize(
    ("wire", "kind"), [(delivered(1, b"{}")[:-3], AMQPConnectionError), (b"AMQP\0\0\x09\x01", InvalidFrameError)]
)
async def test_a_connection_that_breaks_off_or_speaks_another_language_is_an_error(
    wire: bytes, kind: type[Exception]
) -> None:
    _, _, error = await heard_from(wire)

    assert isinstance(error, kind)
