"""What a service is made of, and how its process is put together and run."""

import asyncio
import gc
import signal
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from types import ModuleType

import uvicorn
import uvloop
from fastapi import APIRouter, FastAPI

from shared.db import Database
from shared.kernel.clock import SystemClock
from shared.kernel.ids import ServiceName
from shared.logging import start_logging
from shared.messaging.answering import Answerer
from shared.messaging.asks import BusAsker
from shared.messaging.consumer import Consumer
from shared.messaging.kernel import Kernel
from shared.messaging.process import Process
from shared.messaging.relay import Relay
from shared.messaging.subscriptions import Subscriptions, collect
from shared.settings import InvalidSettings, ServiceSettings
from shared.telemetry import start_tracing
from shared.web.application import create_web

OPEN_PAGES_SECONDS = 3
STOPPING = (signal.SIGTERM, signal.SIGINT)
CANNOT_START = 78


@dataclass(frozen=True, kw_only=True)
class Service:
    """The parts of one service; `services/<name>/app.py` holds it as `SERVICE`, `__main__.py` calls `run(SERVICE)`.

    `settings` is read from the environment and handed on as `tx.settings` and `kernel.settings`.
    """

    name: ServiceName
    settings: type[ServiceSettings]
    consumers: ModuleType
    timers: ModuleType
    routers: Sequence[APIRouter] = ()
    templates: Path | None = None
    static: Path | None = None
    uploads: Sequence[str] = ()
    """Patterns of the paths to which files may be sent."""

    @cached_property
    def subscriptions(self) -> Subscriptions:
        """Everything that wakes this service: its consumers, its answers, its timers and its background work."""
        return collect([self.consumers, self.timers])

    @property
    def hears(self) -> tuple[str, ...]:
        """The types of the events that this service listens to, sorted."""
        return tuple(sorted(self.subscriptions.events))


def run(service: Service) -> None:
    """Run the service in this process until it is told to stop. Neither broker nor database need be there yet.

    Garbage is collected from when all is put together.
    """
    try:
        settings = service.settings.read()
    except InvalidSettings as error:
        sys.exit(error.advice)
    start_logging(service.name, settings.log_level)
    tracing = start_tracing(service.name, settings.traces_url)
    for number in STOPPING:
        signal.signal(number, signal.SIG_DFL)  # nothing has begun that would have to be brought to an end
    process = process_of(service, settings)
    try:
        uvloop.run(_serve(service, settings, process))
    finally:
        tracing.shutdown()
    if process.unsafe is not None:
        sys.stderr.write(f"{process.unsafe}\n")
        sys.exit(CANNOT_START)


def kernel_of(service: Service, settings: ServiceSettings) -> Kernel:
    """The kernel of a service; its database is not open yet."""
    database = Database(
        settings.database_url.get_secret_value(),
        minimum=settings.pool_minimum,
        maximum=settings.pool_maximum,
        application=service.name,
    )
    return Kernel(
        service.name, database, settings.keyring(), SystemClock(), service.subscriptions, settings.retry_limit, settings
    )


def process_of(service: Service, settings: ServiceSettings) -> Process:
    """All that goes on beside the pages; nothing has begun yet."""
    kernel = kernel_of(service, settings)
    url = settings.broker_url.get_secret_value()
    return Process(
        kernel=kernel,
        consumer=Consumer(
            kernel.inbox,
            url,
            batch_size=settings.batch_size,
            prefetch=settings.prefetch,
            stop_seconds=settings.stop_seconds,
        ),
        relay=Relay(
            kernel.service, kernel.database, url, kernel.told, batch=settings.relay_batch, window=settings.relay_window
        ),
        asker=BusAsker(kernel.service, kernel.keys, url),
        answerer=Answerer(kernel, url) if kernel.subscriptions.answers else None,
        stop_seconds=settings.stop_seconds,
    )


def web_of(service: Service, settings: ServiceSettings, process: Process) -> FastAPI:
    """The pages, which start and stop the rest with themselves."""

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        await process.start()
        try:
            yield
        finally:
            await process.stop()

    return create_web(
        service=service.name,
        settings=settings,
        kernel=process.kernel,
        readiness=process.standing.look,
        routers=service.routers,
        templates_folders=[service.templates] if service.templates else [],
        static_folder=service.static,
        phone_number=getattr(settings, "phone_number", ""),
        uploads=service.uploads,
        lifespan=lifespan,
    )


async def _serve(service: Service, settings: ServiceSettings, process: Process) -> None:
    server = uvicorn.Server(
        uvicorn.Config(
            web_of(service, settings, process),
            host=settings.host,
            port=settings.port,
            log_config=None,
            access_log=False,
            server_header=False,
            lifespan="on",
            timeout_graceful_shutdown=OPEN_PAGES_SECONDS,
        )
    )

    gc.freeze()  # what a start has made stays to the end: no collection need ever look through it
    gc.enable()

    async def give_up_when_unsafe() -> None:
        await process.found_unsafe.wait()
        server.should_exit = True

    def ask_to_stop(*_: object) -> None:
        server.should_exit = True

    for number in STOPPING:
        signal.signal(number, ask_to_stop)  # until uvicorn listens itself, and when it raises again what it has heard
    watching = asyncio.create_task(give_up_when_unsafe())
    try:
        await server.serve()
    finally:
        watching.cancel()
