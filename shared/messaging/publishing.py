"""Gives outbox rows to the broker, many at a time but never two of one key, and says which ones it confirmed."""

import asyncio
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Protocol

from aiormq.exceptions import ChannelAccessRefused, ChannelPreconditionFailed, DeliveryError, PublishError

from shared.messaging.broker import Lost, nothing_else_cancels
from shared.messaging.failpoints import is_armed, reach
from shared.messaging.outbox_rows import Row

CONFIRM_SECONDS = 60.0


class Sender(Protocol):
    """A way to the broker with confirms."""

    async def send(self, rows: Sequence[Row]) -> "list[asyncio.Future[Any]]":
        """Publish in this order; each future ends with the broker's confirm, or with why there is none."""
        ...


@dataclass(slots=True)
class Answers:
    """What the broker said: positions it has taken over, and keys it would not take, with why."""

    confirmed: list[int] = field(default_factory=list)
    refused: dict[str, str] = field(default_factory=dict)
    lost: BaseException | None = None


@dataclass(slots=True)
class Publisher:
    """Publishes with a window of confirms. A row is sent only after the row before it of its key was confirmed."""

    sender: Sender
    window: int = 256

    async def publish(self, rows: Sequence[Row], *, one_at_a_time: bool = False) -> Answers:
        """Send the rows, which must be in order.

        With `lost` in the answers, the fate of what is neither confirmed nor refused is unknown.
        """
        sending = _Sending(self.sender, 1 if one_at_a_time else self.window)
        for row in rows:
            sending.chains.setdefault(row.key, deque()).append(row)
        sending.ready.extend(chain.popleft() for chain in sending.chains.values())
        try:
            async with asyncio.timeout(CONFIRM_SECONDS):
                with nothing_else_cancels():
                    await sending.run()
        except Exception as error:  # noqa: BLE001 - whatever it is, the channel is of no more use
            sending.answers.lost = error if isinstance(error, ConnectionError) else Lost("the broker does not confirm")
        return sending.answers


@dataclass(slots=True)
class _Sending:
    """One batch on its way: the first rows of each key are ready, the others follow as confirms come in."""

    sender: Sender
    window: int
    chains: dict[str, deque[Row]] = field(default_factory=dict)
    ready: deque[Row] = field(default_factory=deque)
    in_flight: int = 0
    answers: Answers = field(default_factory=Answers)
    answered: asyncio.Event = field(default_factory=asyncio.Event)

    async def run(self) -> None:
        while (self.ready or self.in_flight) and self.answers.lost is None:
            rows = [self.ready.popleft() for _ in range(min(len(self.ready), self.window - self.in_flight))]
            if rows:
                self.in_flight += len(rows)
                for row, future in zip(rows, await self.sender.send(rows), strict=True):
                    future.add_done_callback(partial(self._answer, row))
                if is_armed("published-not-confirmed"):
                    await asyncio.sleep(0.01)
                    await reach("published-not-confirmed")
            self.answered.clear()
            if self.in_flight:
                await self.answered.wait()

    def _answer(self, row: Row, future: "asyncio.Future[Any]") -> None:
        self.in_flight -= 1
        self.answered.set()
        error = Lost("the channel closed") if future.cancelled() else future.exception()
        match error:
            case None:
                self.answers.confirmed.append(row.position)
                if chain := self.chains[row.key]:
                    self.ready.append(chain.popleft())
            case PublishError():
                self.answers.refused[row.key] = "unroutable"
            case DeliveryError():
                self.answers.refused[row.key] = "not-accepted"
            case _:
                if self.window == 1 and isinstance(error, ChannelAccessRefused | ChannelPreconditionFailed):
                    self.answers.refused[row.key] = "forbidden"
                self.answers.lost = error
