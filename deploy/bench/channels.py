"""Channels to publish on, below aio-pika, where many messages can wait for their confirms at once."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aio_pika
from aiormq.channel import Channel


@asynccontextmanager
async def publishing_channel(broker_url: str) -> AsyncIterator[Channel]:
    """A channel of its own connection, with confirms, on which an unroutable message raises."""
    async with await aio_pika.connect(broker_url) as connection:
        channel = await connection.channel(publisher_confirms=True, on_return_raises=True)
        underlay = await channel.get_underlay_channel()
        if not isinstance(underlay, Channel):
            raise TypeError("aio-pika gave a channel of an unknown kind")
        yield underlay
