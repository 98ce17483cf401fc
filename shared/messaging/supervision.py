"""Keeps the lasting tasks of a process alive: what crashes is logged, started again after a pause, and visible."""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

import structlog

from shared.kernel.ids import ServiceName
from shared.messaging.broker import nothing_else_cancels
from shared.messaging.figures import LOOP_FAILURES

log = structlog.get_logger("stopso.process")

FIRST_PAUSE, LONGEST_PAUSE = 0.2, 10.0
STEADY_SECONDS = 30.0


@dataclass(slots=True)
class Loop:
    """How one lasting task is doing."""

    running: bool = False
    failures: int = 0
    reason: str = ""


@dataclass(slots=True)
class Supervisor:
    """The lasting tasks of one process, by name."""

    service: ServiceName
    loops: dict[str, Loop] = field(default_factory=dict)
    stopping: bool = False
    _tasks: dict[str, "asyncio.Task[None]"] = field(default_factory=dict)

    def keep(self, name: str, work: Callable[[], Awaitable[None]]) -> None:
        """Run `work` until it returns after `stop` was called; when it raises, or returns early, start it again."""
        self.loops[name] = Loop()
        self._tasks[name] = asyncio.create_task(self._keep(name, work), name=name)

    async def stop(self, *names: str, seconds: float) -> None:
        """Wait for these tasks to end by themselves, then cancel those that did not."""
        self.stopping = True
        tasks = [task for name in names if (task := self._tasks.pop(name, None)) is not None]
        if not tasks:
            return
        _, late = await asyncio.wait(tasks, timeout=seconds)
        for task in late:
            task.cancel()
        if late:
            await asyncio.wait(late, timeout=5.0)

    async def _keep(self, name: str, work: Callable[[], Awaitable[None]]) -> None:
        loop = self.loops[name]
        while True:
            started = time.monotonic()
            try:
                loop.running = True
                with nothing_else_cancels():
                    await work()
                if self.stopping:
                    return
            except Exception as error:
                if self.stopping:
                    return
                loop.reason = _reason_of(error)
                LOOP_FAILURES.labels(self.service, name).inc()
                log.warning("loop.failed", job=name, attempts=loop.failures + 1, reason=loop.reason, exc_info=error)
            finally:
                loop.running = False
            loop.failures = 1 if time.monotonic() - started > STEADY_SECONDS else loop.failures + 1
            pause = min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** min(loop.failures, 10))
            await asyncio.sleep(pause * random.uniform(0.5, 1.0))  # noqa: S311 - jitter


def _reason_of(error: BaseException) -> str:
    if isinstance(error, BaseExceptionGroup):
        return _reason_of(error.exceptions[0])
    return type(error).__name__
