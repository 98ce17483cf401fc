"""What may come over the broker that no service of ours would send: doubles, out of order, and poison of every kind."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import uuid4

import aio_pika
from aio_pika.abc import AbstractChannel, AbstractIncomingMessage
from aio_pika.exceptions import AMQPError

from shared.messaging.envelope import headers_of, routing_key, shard_of
from shared.messaging.topology import EVENTS
from tests.conftest import Vhost

RECEIVED = "intake.referral-received.v1"
EMPTY = b'{"sealed": {}}'


@dataclass
class Tap:
    """Keeps a copy of everything that the services tell, and tells it again."""

    vhost: Vhost

    async def open(self) -> None:
        """Begin to keep."""
        connection = await aio_pika.connect(self.vhost.administrator_url)
        async with connection:
            channel = await connection.channel()
            queue = await channel.declare_queue("tap", durable=True)
            await queue.bind(EVENTS, "#")

    async def repeat(self, times: int = 2) -> int:
        """Tell all that was kept several times more, at once, each time the other way round; gives how many."""
        kept = await self._take()
        speakers = sorted({message.user_id for message in kept if message.user_id})
        await asyncio.gather(
            *(
                self._tell(speaker, [message for message in kept if message.user_id == speaker][:: (-1) ** nth])
                for speaker in speakers
                for nth in range(1, times + 1)
            )
        )
        await self._close()
        return len(kept) * times

    async def _take(self) -> list[AbstractIncomingMessage]:
        kept = []
        connection = await aio_pika.connect(self.vhost.administrator_url)
        async with connection:
            channel = await connection.channel()
            queue = await channel.get_queue("tap")
            while (message := await queue.get(no_ack=True, fail=False)) is not None:
                kept.append(message)
            await queue.unbind(EVENTS, "#")
        return kept

    async def _close(self) -> None:
        connection = await aio_pika.connect(self.vhost.administrator_url)
        async with connection:
            channel = await connection.channel()
            await channel.queue_delete("tap")

    async def _tell(self, speaker: str, messages: Sequence[AbstractIncomingMessage]) -> None:
        connection = await aio_pika.connect(self.vhost.url(speaker))
        async with connection:
            channel = await connection.channel(publisher_confirms=True)
            exchange = await channel.get_exchange(EVENTS, ensure=False)
            for message in messages:
                again = aio_pika.Message(
                    message.body, headers=message.headers, message_id=message.message_id, type=message.type,
                    user_id=speaker, delivery_mode=aio_pika.DeliveryMode.PERSISTENT, content_type=message.content_type,
                )  # fmt: skip
                await exchange.publish(again, message.routing_key or "")


async def poison(vhost: Vhost) -> int:
    """Send one of each kind through intake's own account; gives how many dead letters each listener should keep."""
    key = str(uuid4())
    good = headers_of(uuid4(), RECEIVED, datetime.now(UTC), key, 1, "")
    other = headers_of(uuid4(), RECEIVED, datetime.now(UTC), str(uuid4()), 1, "")
    foreign = headers_of(uuid4(), "funding.subsidy-not-needed.v1", datetime.now(UTC), key, 1, "")
    sent = [
        (b"\x00\xff not an event", {}),
        (b"{}", {"cloudEvents_type": RECEIVED, "cloudEvents_id": "no id"}),
        (b'{"referral_id": "nonsense"}', good),
        (EMPTY, other),
        (b"{}", {**good, "cloudEvents_sequence": "-1"}),
        (b"{}", foreign),
    ]
    connection = await aio_pika.connect(vhost.url("intake"))
    async with connection:
        channel = await connection.channel(publisher_confirms=True)
        for body, headers in sent:
            await _publish(channel, body, headers, "intake", key)
        try:
            await _publish(channel, b"{}", good, "funding", key)
        except AMQPError:
            return len(sent)
    raise AssertionError("the broker let somebody send in the name of another")


async def _publish(channel: AbstractChannel, body: bytes, headers: dict[str, str], user: str, key: str) -> None:
    exchange = await channel.get_exchange(EVENTS, ensure=False)
    message = aio_pika.Message(
        body, headers=dict(headers), user_id=user, message_id=str(uuid4()), type=RECEIVED,
        delivery_mode=aio_pika.DeliveryMode.PERSISTENT,
    )  # fmt: skip
    await exchange.publish(message, routing_key(RECEIVED, shard_of(key)))
