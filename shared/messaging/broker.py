"""The connections to RabbitMQ, with everything set that would otherwise be at a default which loses messages.

This and `consumer` lean on FastStream's internals: its version is pinned, and a test fails when they change.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from functools import partial
from typing import Any, cast
from uuid import uuid4

import aio_pika
from aiormq import Channel as UnderlayChannel
from aiormq.abc import DeliveredMessage
from faststream import AckPolicy
from faststream._internal.endpoint.subscriber import SubscriberUsecase
from faststream._internal.endpoint.subscriber.call_item import CallsCollection
from faststream.rabbit import Channel, ExchangeType, QueueType, RabbitBroker, RabbitExchange, RabbitQueue
from faststream.rabbit.subscriber.config import RabbitSubscriberConfig, RabbitSubscriberSpecificationConfig
from faststream.rabbit.subscriber.specification import RabbitSubscriberSpecification
from faststream.rabbit.subscriber.usecase import RabbitSubscriber
from pamqp.commands import Basic
from yarl import URL

from shared.messaging.envelope import Delivery
from shared.messaging.receiving import listen, listen_no_more
from shared.messaging.topology import EVENTS

HEARTBEAT = 10
CONNECT_SECONDS = 10.0
STOP_SECONDS = 5.0


class Lost(ConnectionError):
    """A connection, a channel or a consumer is gone; whatever was not confirmed will be done again."""


@contextmanager
def nothing_else_cancels() -> Iterator[None]:
    """Turn the cancellation that aiormq throws at whoever waits for a closing channel into `Lost`; our own passes."""
    try:
        yield
    except asyncio.CancelledError as error:
        task = asyncio.current_task()
        if task is not None and task.cancelling():
            raise
        raise Lost("the channel closed") from error


def address(url: str, name: str) -> str:
    """The broker's address for one purpose: with a name that `rabbitmqctl list_connections` shows, and a heartbeat."""
    return str(URL(url).update_query(heartbeat=HEARTBEAT, name=name))


def consuming_broker(url: str, name: str) -> RabbitBroker:
    """A FastStream broker that hides nothing, retries nothing by itself and logs no contents."""
    return RabbitBroker(
        address(url, name),
        timeout=CONNECT_SECONDS,
        fail_fast=True,
        graceful_timeout=STOP_SECONDS,
        ack_policy=AckPolicy.MANUAL,
        apply_types=False,
        logger=None,
    )


class Ear(RabbitSubscriber):
    """A subscriber to one queue that hands over raw deliveries in order, below FastStream's own consuming.

    `hear` is called for each delivery and must not wait; `lose` is called once when nothing more will come.
    """

    underlay: UnderlayChannel

    def __init__(
        self,
        broker: RabbitBroker,
        queue: str,
        prefetch: int,
        *,
        hear: Callable[[Delivery], None],
        lose: Callable[[BaseException], None],
    ) -> None:
        place = RabbitQueue(queue, queue_type=QueueType.QUORUM, durable=True, declare=False, robust=False)
        exchange = RabbitExchange(EVENTS, type=ExchangeType.TOPIC, durable=True, declare=False)
        calls: CallsCollection[Any] = CallsCollection()
        super().__init__(
            config=RabbitSubscriberConfig(
                queue=place,
                exchange=exchange,
                channel=Channel(prefetch_count=prefetch),
                no_reply=True,
                _ack_policy=AckPolicy.MANUAL,
                _outer_config=broker.config,  # type: ignore[arg-type]
            ),
            specification=RabbitSubscriberSpecification(
                _outer_config=broker.config,  # type: ignore[arg-type]
                specification_config=RabbitSubscriberSpecificationConfig(
                    queue=place, exchange=exchange, title_=None, description_=None
                ),
                calls=calls,
            ),
            calls=calls,
        )
        self._hear = hear
        self._lose = lose
        broker._subscribers.add(self)  # noqa: SLF001 - FastStream has no public way to add a subscriber of one's own

    async def start(self) -> None:
        """Look the queue up, which must be there, and begin to consume."""
        await SubscriberUsecase.start(self)
        self._queue_obj = await self._outer_config.declarer.declare_queue(self.queue, channel=self.channel)
        self.underlay = cast("UnderlayChannel", await self._queue_obj.channel.get_underlay_channel())
        self.underlay.on_consumer_cancel_callbacks.add(self._cancelled)
        self.underlay.closing.add_done_callback(self._closed)
        self._consumer_tag = f"{self.queue.name}-{uuid4().hex}"
        listen(self._consumer_tag, self._hear)
        self.underlay.closing.add_done_callback(partial(_nobody_listens, self._consumer_tag))
        await self.underlay.basic_consume(self.queue.name, self._arrived, no_ack=False, consumer_tag=self._consumer_tag)
        self._post_start()

    async def stop(self) -> None:
        """Give back what was handed over and not acknowledged, and let nothing more come.

        Closing the channel gives back and leaves in one step. A consumer that only cancels keeps what it has, while the
        queue already gives what comes after it to the next process: the order of a key would be lost.
        """
        self.running = False
        if self._consumer_tag is not None and not self.underlay.is_closed:
            self._consumer_tag = None
            async with asyncio.timeout(STOP_SECONDS):
                await self.underlay.close()

    async def acknowledge(self, tag: int) -> None:
        """Acknowledge everything up to and including `tag`; raises `Lost` when the channel is gone."""
        try:
            with nothing_else_cancels():
                await self.underlay.basic_ack(tag, multiple=True, wait=False)
        except Exception as error:
            raise Lost(self.queue.name) from error

    async def refuse(self, tag: int) -> None:
        """Send one delivery to the dead-letter queue."""
        try:
            with nothing_else_cancels():
                await self.underlay.basic_reject(tag, requeue=False)
        except Exception as error:
            raise Lost(self.queue.name) from error

    async def depth(self) -> int:
        """How many messages are ready in the queue."""
        with nothing_else_cancels():
            declared = await self.underlay.queue_declare(self.queue.name, passive=True, timeout=CONNECT_SECONDS)
        return declared.message_count or 0

    async def _arrived(self, message: DeliveredMessage) -> None:
        self._hear(delivery_of(message))

    def _cancelled(self, _: object) -> None:
        self._lose(Lost(f"{self.queue.name} cancelled the consumer"))

    def _closed(self, closing: "asyncio.Future[Any]") -> None:
        with suppress(asyncio.CancelledError):
            closing.exception()
        self._lose(Lost(f"the channel of {self.queue.name} closed"))


def _nobody_listens(consumer_tag: str, _: "asyncio.Future[Any]") -> None:
    listen_no_more(consumer_tag)


def delivery_of(message: DeliveredMessage) -> Delivery:
    """A message from the wire, as the inbox takes it."""
    properties = message.header.properties
    headers = properties.headers or {}
    count = headers.get("x-delivery-count", 0)
    return Delivery(message.body, headers, tag_of(message), properties.user_id, count if isinstance(count, int) else 0)


def tag_of(message: DeliveredMessage) -> int:
    """The number under which a delivery is acknowledged."""
    if not isinstance(message.delivery, Basic.Deliver):
        raise TypeError("not a delivery")
    return message.delivery.delivery_tag or 0


@asynccontextmanager
async def started(broker: RabbitBroker) -> AsyncIterator[RabbitBroker]:
    """The broker with all its subscribers started; everything is closed at the end, however it ended."""
    try:
        with nothing_else_cancels():
            async with asyncio.timeout(3 * CONNECT_SECONDS):
                await broker.start()
        yield broker
    finally:
        with suppress(Exception):
            async with asyncio.timeout(2 * STOP_SECONDS):
                await broker.stop()


@asynccontextmanager
async def publishing_channel(url: str, name: str) -> AsyncIterator[UnderlayChannel]:
    """A channel of its own connection, with confirms, on which an unroutable message raises."""
    connection = await aio_pika.connect(address(url, name), timeout=CONNECT_SECONDS)
    try:
        channel = await connection.channel(publisher_confirms=True, on_return_raises=True)
        yield cast("UnderlayChannel", await channel.get_underlay_channel())
    finally:
        with suppress(Exception):
            async with asyncio.timeout(STOP_SECONDS):
                await connection.close()
