"""Gives outbox rows to the broker, many at a time but never two of one key, and says which ones it confirmed."""

import asyncio
from collections.abc import Awaitable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from aiormq.channel import Channel
from aiormq.exceptions import ChannelAccessRefused, ChannelPreconditionFailed, DeliveryError, PublishError
from pamqp.commands import Basic

from shared.kernel.ids import ServiceName
from shared.messaging.broker import Lost, nothing_else_cancels
from shared.messaging.envelope import CONTENT_TYPE, headers_of, routing_key
from shared.messaging.failpoints import is_armed, reach
from shared.messaging.topology import EVENTS

CONFIRM_SECONDS = 60.0
PERSISTENT = 2


@dataclass(frozen=True, slots=True)
class Row:
    """An event in the outbox."""

    position: int
    shard: int
    event_id: UUID
    type: str
    key: str
    sequence: int
    trace: str
    created_at: datetime
    body: bytes


@dataclass(slots=True)
class Answers:
    """What the broker said: positions it has taken over, and keys it would not take, with why."""

    confirmed: list[int] = field(default_factory=list)
    refused: dict[str, str] = field(default_factory=dict)
    lost: Exception | None = None


@dataclass(slots=True)
class Publisher:
    """Publishes on one channel with confirms. Order: a row is sent only after the row before it of its key was confirmed."""

    service: ServiceName
    channel: Channel
    window: int = 256
    _room: asyncio.Semaphore = field(init=False)

    def __post_init__(self) -> None:
        self._room = asyncio.Semaphore(self.window)

    async def publish(self, rows: Sequence[Row], *, one_at_a_time: bool = False) -> Answers:
        """Send the rows, which must be in order. With `lost` in the answers, the fate of what is neither confirmed nor refused is unknown."""
        answers = Answers()
        chains: dict[str, list[Row]] = {}
        for row in rows:
            chains.setdefault(row.key, []).append(row)
        try:
            async with asyncio.timeout(CONFIRM_SECONDS):
                if one_at_a_time:
                    for chain in chains.values():
                        await self._send_in_turn(chain, answers, alone=True)
                        if answers.lost:
                            break
                else:
                    await asyncio.gather(*(self._send_in_turn(chain, answers) for chain in chains.values()))
        except TimeoutError as error:
            answers.lost = Lost("the broker does not confirm")
            answers.lost.__cause__ = error
        return answers

    async def _send_in_turn(self, chain: Sequence[Row], answers: Answers, *, alone: bool = False) -> None:
        for row in chain:
            try:
                async with self._room:
                    if answers.lost:
                        return
                    with nothing_else_cancels():
                        await self._send(row)
            except PublishError:
                answers.refused[row.key] = "unroutable"
                return
            except DeliveryError:
                answers.refused[row.key] = "not-accepted"
                return
            except Exception as error:  # noqa: BLE001 - whatever it is, the channel is of no more use
                if alone and isinstance(error, ChannelAccessRefused | ChannelPreconditionFailed):
                    answers.refused[row.key] = "forbidden"
                answers.lost = error
                return
            answers.confirmed.append(row.position)

    async def _send(self, row: Row) -> None:
        publishing: Awaitable[object] = self.channel.basic_publish(
            row.body,
            exchange=EVENTS,
            routing_key=routing_key(row.type, row.shard),
            properties=self._properties(row),
            mandatory=True,
            wait=False,
        )
        if is_armed("published-not-confirmed"):
            publishing = asyncio.ensure_future(publishing)
            await asyncio.sleep(0.01)
            await reach("published-not-confirmed")
        await publishing

    def _properties(self, row: Row) -> Basic.Properties:
        headers: dict[str, Any] = dict(
            headers_of(row.event_id, row.type, row.created_at, row.key, row.sequence, row.trace)
        )
        return Basic.Properties(
            content_type=CONTENT_TYPE,
            headers=headers,
            delivery_mode=PERSISTENT,
            message_id=str(row.event_id),
            message_type=row.type,
            user_id=self.service,
        )
