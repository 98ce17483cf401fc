"""FastStream as its documentation teaches it: one handler call, one transaction and one acknowledgement per message."""

import asyncio
from uuid import UUID

from faststream import AckPolicy
from faststream.rabbit import Channel, QueueType, RabbitBroker, RabbitMessage, RabbitQueue
from pydantic import BaseModel

from deploy.bench.channels import publishing_channel
from deploy.bench.contestants.in_turn import InTurn
from deploy.bench.contestants.one_by_one import handle_one
from deploy.bench.contestants.pool import connections
from deploy.bench.contestants.relay import Relay, to_queue
from deploy.bench.place import Place

AT_ONCE = 20


class Step(BaseModel):
    """The event as a handler sees it."""

    subject: str
    number: int
    cause: UUID
    padding: str


def message_of(broker: RabbitBroker) -> RabbitMessage:
    """The message in hand; as a parameter of the handler, FastStream would fetch it in another thread each time."""
    message: RabbitMessage = broker.context.get_local("message")
    return message


async def run_stage(place: Place) -> None:
    """Hear until cancelled; a quick relay carries what the handlers stored."""
    broker = RabbitBroker(place.broker_url, default_channel=Channel(prefetch_count=AT_ONCE), logger=None)
    queue = RabbitQueue(place.hears, queue_type=QueueType.QUORUM, durable=True, declare=False)
    in_turn = InTurn()
    async with connections(place.database_url, AT_ONCE) as pool, publishing_channel(place.broker_url) as channel:
        relay = Relay(pool, to_queue(channel, place.fills))

        async def handle(step: Step) -> None:
            message = message_of(broker)
            async with in_turn.at_turn(step.subject, message.raw_message.delivery_tag or 0):
                await handle_one(pool, UUID(message.message_id), step.subject, step.number)
            relay.told.set()

        broker.subscriber(queue, ack_policy=AckPolicy.NACK_ON_ERROR, no_reply=True)(handle)
        async with broker:
            await broker.start()
            await asyncio.gather(relay.run())
