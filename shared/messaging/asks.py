"""Questions between services: one call over the bus, outside any transaction, sealed both ways."""

import asyncio
import time
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Protocol, TypeVar
from uuid import uuid4

import structlog
from aiormq.abc import DeliveredMessage
from aiormq.channel import Channel
from pamqp.commands import Basic
from pydantic import BaseModel

from shared.kernel.errors import Conflict, NotFound, Retry, Unprocessable
from shared.kernel.ids import ServiceName
from shared.messaging.broker import Lost, nothing_else_cancels, publishing_channel
from shared.messaging.topology import ASKS
from shared.privacy import Keyring

M = TypeVar("M", bound=BaseModel)

log = structlog.get_logger("stopso.messaging")

REPLY_TO = "amq.rabbitmq.reply-to"
REFUSAL = "refusal"
DEADLINE = "deadline"
REFUSALS = {kind.__name__: kind for kind in (NotFound, Conflict, Unprocessable, Retry)}
NO_ANSWER = "The other part of the system does not answer right now. Please try again in a minute."


class Asker(Protocol):
    """Asks another service a question and waits for its answer."""

    async def ask(self, service: ServiceName, question: BaseModel, answer: type[M], *, deadline: float) -> M:
        """The answer of `service`; raises `Retry` when none comes within `deadline` seconds."""
        ...


def question_seal(name: str, ask_id: str) -> str:
    """What a sealed question is bound to."""
    return f"question {name} {ask_id}"


def answer_seal(name: str, ask_id: str) -> str:
    """What a sealed answer is bound to."""
    return f"answer {name} {ask_id}"


@dataclass(slots=True)
class BusAsker:
    """Asks over a connection of its own, opened at the first question; `run` serves it until it breaks."""

    service: ServiceName
    keys: Keyring
    broker_url: str
    _needed: asyncio.Event = field(default_factory=asyncio.Event)
    _ready: asyncio.Event = field(default_factory=asyncio.Event)
    _channel: Channel | None = None
    _pending: dict[str, "asyncio.Future[DeliveredMessage]"] = field(default_factory=dict)

    async def run(self) -> None:
        """Keep a channel on which answers come back; raises what broke."""
        await self._needed.wait()
        async with publishing_channel(self.broker_url, f"{self.service} asks") as channel:
            await channel.basic_consume(REPLY_TO, self._answered, no_ack=True)
            self._channel = channel
            self._ready.set()
            try:
                await asyncio.wait([channel.closing])
            finally:
                self._ready.clear()
                self._channel = None
        raise Lost("the channel for questions closed")

    async def ask(self, service: ServiceName, question: BaseModel, answer: type[M], *, deadline: float) -> M:
        """Ask, and again when half the time has passed; raises `Retry` without an answer, or the refusal."""
        name, ask_id = type(question).__name__, str(uuid4())
        body = self.keys.seal_model(question, service, question_seal(name, ask_id)).encode()
        future: asyncio.Future[DeliveredMessage] = asyncio.get_running_loop().create_future()
        self._pending[ask_id] = future
        started = time.perf_counter()
        outcome = "unanswered"
        try:
            for _ in range(2):
                with suppress(TimeoutError):
                    async with asyncio.timeout(deadline / 2):
                        await self._send(service, name, ask_id, body, deadline)
                        read = self._read(await asyncio.shield(future), service, answer, answer_seal(name, ask_id))
                        outcome = "answered"
                        return read
            raise Retry("no-answer", NO_ANSWER)
        finally:
            self._pending.pop(ask_id, None)
            milliseconds = round((time.perf_counter() - started) * 1000, 1)
            log.info("question.asked", type=name, message_id=ask_id, outcome=outcome, milliseconds=milliseconds)

    async def _send(self, service: ServiceName, name: str, ask_id: str, body: bytes, deadline: float) -> None:
        self._needed.set()
        await self._ready.wait()
        if self._channel is None:
            raise Retry("bus-unavailable", NO_ANSWER)
        properties = Basic.Properties(
            content_type="application/jose",
            message_type=name,
            message_id=uuid4().hex,
            correlation_id=ask_id,
            reply_to=REPLY_TO,
            user_id=self.service,
            expiration=str(int(deadline * 1000)),
            headers={DEADLINE: int((time.time() + deadline) * 1000)},
        )
        try:
            with nothing_else_cancels():
                await self._channel.basic_publish(
                    body, exchange=ASKS, routing_key=service, properties=properties, mandatory=True, wait=False
                )
        except Exception as error:
            raise Retry("bus-unavailable", NO_ANSWER) from error

    def _read(self, message: DeliveredMessage, service: ServiceName, answer: type[M], bound_to: str) -> M:
        properties = message.header.properties
        if properties.user_id != service:
            raise Unprocessable("answer-from-another")
        refusal = (properties.headers or {}).get(REFUSAL)
        if isinstance(refusal, str):
            kind, _, code = refusal.partition(":")
            raise REFUSALS.get(kind, Retry)(code or "refused")
        return self.keys.open_model(message.body.decode("ascii", "replace"), bound_to, answer)

    async def _answered(self, message: DeliveredMessage) -> None:
        future = self._pending.get(message.header.properties.correlation_id or "")
        if future is not None and not future.done():
            future.set_result(message)
