"""Feeds the chain: everything at once before it starts, or at a fixed rate whatever the chain does."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import aio_pika
from aiormq.channel import Channel

from deploy.bench.channels import publishing_channel
from deploy.bench.contestant import Contestant
from deploy.bench.work import Planned

IN_FLIGHT = 500


@dataclass(slots=True)
class Source:
    """Publishes planned events with confirms."""

    contestant: Contestant
    channel: Channel
    sending: "set[asyncio.Task[None]]" = field(default_factory=set)

    async def send_all(self, planned: Sequence[Planned]) -> None:
        """Send everything as fast as it goes; confirmed when it returns."""
        for begin in range(0, len(planned), IN_FLIGHT):
            await asyncio.gather(*map(self._send, planned[begin : begin + IN_FLIGHT]))

    async def send_steadily(self, planned: Sequence[Planned], rate: float) -> None:
        """Send each event at its moment, never waiting for the chain; confirmed when it returns."""
        begin = time.monotonic()
        for nth, event in enumerate(planned):
            await asyncio.sleep(begin + nth / rate - time.monotonic())
            sending = asyncio.create_task(self._send(event))
            self.sending.add(sending)
            sending.add_done_callback(self.sending.discard)
        await asyncio.gather(*self.sending)

    async def _send(self, event: Planned) -> None:
        message = self.contestant.wrap(event)
        await self.channel.basic_publish(
            message.body,
            exchange=message.exchange,
            routing_key=message.routing_key,
            properties=message.properties,
            mandatory=True,
            wait=False,
        )


@asynccontextmanager
async def source_of(contestant: Contestant, broker_url: str) -> AsyncIterator[Source]:
    """A source with a connection of its own."""
    async with publishing_channel(broker_url) as channel:
        yield Source(contestant, channel)


async def collect(broker_url: str, queue: str, read: Callable[[aio_pika.abc.AbstractIncomingMessage], None]) -> None:
    """Hand over everything that is in the queue at the chain's end, in order."""
    async with await aio_pika.connect(broker_url) as connection:
        channel = await connection.channel()
        await channel.set_qos(prefetch_count=IN_FLIGHT)
        place = await channel.declare_queue(queue, passive=True)
        left = place.declaration_result.message_count or 0
        if not left:
            return
        async with place.iterator() as messages:
            async for message in messages:
                read(message)
                await message.ack()
                left -= 1
                if not left:
                    return
