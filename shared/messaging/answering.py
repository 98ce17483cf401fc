"""Answers the questions of other services: only those each may ask, only in time, inside a transaction, sealed."""

import asyncio
import time
from dataclasses import dataclass, field
from typing import Any, cast

import structlog
from aiormq.abc import DeliveredMessage
from aiormq.channel import Channel
from pamqp.commands import Basic

from shared.kernel.errors import BrokenPromise, Unprocessable
from shared.kernel.ids import ServiceName
from shared.messaging.asks import DEADLINE, REFUSAL, answer_seal, question_seal
from shared.messaging.broker import Lost, publishing_channel, tag_of
from shared.messaging.kernel import Kernel
from shared.messaging.subscriptions import Answering
from shared.messaging.topology import ask_queue
from shared.messaging.transaction import Transaction

log = structlog.get_logger("stopso.messaging")

AT_ONCE = 20


@dataclass(slots=True)
class Answerer:
    """The ear of one service for questions, on a connection of its own; `run` works until it breaks or `stop`."""

    kernel: Kernel
    broker_url: str
    stopping: asyncio.Event = field(default_factory=asyncio.Event)
    _working: set["asyncio.Task[None]"] = field(default_factory=set)

    async def run(self) -> None:
        """Answer what comes; raises what broke."""
        async with publishing_channel(self.broker_url, f"{self.kernel.service} answers") as channel:
            await channel.basic_qos(prefetch_count=AT_ONCE)

            async def asked(message: DeliveredMessage) -> None:
                task = asyncio.create_task(self._answer(message, channel))
                self._working.add(task)
                task.add_done_callback(self._working.discard)

            channel.on_consumer_cancel_callbacks.add(lambda _: asyncio.ensure_future(channel.close()))
            consuming = await channel.basic_consume(ask_queue(self.kernel.service), asked)
            stopped = asyncio.create_task(self.stopping.wait())
            await asyncio.wait([channel.closing, stopped], return_when=asyncio.FIRST_COMPLETED)
            stopped.cancel()
            if not self.stopping.is_set():
                raise Lost("the channel for answers closed")
            await channel.basic_cancel(consuming.consumer_tag or "")
            if self._working:
                await asyncio.wait(set(self._working))

    def stop(self) -> None:
        """Take no more questions and finish those in hand."""
        self.stopping.set()

    async def _answer(self, message: DeliveredMessage, channel: Channel) -> None:
        properties = message.header.properties
        name, asker, ask_id = properties.message_type or "", properties.user_id or "", properties.correlation_id or ""
        started = time.perf_counter()
        outcome, body = "answered", b""
        headers: dict[str, Any] = {}
        try:
            body = await self._work_out(message, name, asker, ask_id)
        except BrokenPromise as refusal:
            headers = {REFUSAL: f"{type(refusal).__name__}:{refusal.code}"}
            outcome = refusal.code
        except Exception:
            log.exception("question.failed", type=name, message_id=ask_id)
            outcome = "failed"
        if outcome not in ("failed", "expired") and properties.reply_to:
            reply = Basic.Properties(
                content_type="application/jose", correlation_id=ask_id, user_id=self.kernel.service, headers=headers
            )
            await channel.basic_publish(body, routing_key=properties.reply_to, properties=reply, wait=False)
        await channel.basic_ack(tag_of(message), wait=False)
        milliseconds = round((time.perf_counter() - started) * 1000, 1)
        log.info(
            "question.answered", type=name, message_id=ask_id, speaker=asker, outcome=outcome, milliseconds=milliseconds
        )

    async def _work_out(self, message: DeliveredMessage, name: str, asker: str, ask_id: str) -> bytes:
        deadline = (message.header.properties.headers or {}).get(DEADLINE)
        if not isinstance(deadline, int) or time.time() * 1000 > deadline:
            raise Unprocessable("expired")
        answering = self._allowed(name, asker)
        keys = self.kernel.keys
        question = keys.open_model(
            message.body.decode("ascii", "replace"), question_seal(name, ask_id), answering.question
        )
        speaker = cast("ServiceName", asker)

        async def work(tx: Transaction) -> bytes:
            answer = await answering.handle(question, speaker, tx)
            return keys.seal_model(answer, speaker, answer_seal(name, ask_id)).encode()

        return await self.kernel.perform(f"question {ask_id}", work, actor=f"service:{asker}")

    def _allowed(self, name: str, asker: str) -> Answering:
        answering = self.kernel.subscriptions.answers.get(name)
        if answering is None or asker not in answering.asked_by:
            raise Unprocessable("may-not-ask")
        return answering
