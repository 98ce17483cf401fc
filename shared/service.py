"""What a service is made of, and how its process is put together and run."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from types import ModuleType

from fastapi import APIRouter

from shared.kernel.ids import ServiceName
from shared.messaging.subscriptions import Subscriptions, collect
from shared.settings import ServiceSettings


@dataclass(frozen=True, kw_only=True)
class Service:
    """The parts of one service; `services/<name>/app.py` holds it as `SERVICE`, `__main__.py` calls `run(SERVICE)`.

    `settings` is read from the environment and handed to handlers, timers and pages as `tx.settings` and `kernel.settings`.
    """

    name: ServiceName
    settings: type[ServiceSettings]
    consumers: ModuleType
    timers: ModuleType
    routers: Sequence[APIRouter] = ()
    templates: Path | None = None
    static: Path | None = None

    @cached_property
    def subscriptions(self) -> Subscriptions:
        """Everything that wakes this service: its consumers, its answers, its timers and its background work."""
        return collect([self.consumers, self.timers])

    @property
    def hears(self) -> tuple[str, ...]:
        """The types of the events that this service listens to, sorted."""
        return tuple(sorted(self.subscriptions.events))


def run(service: Service) -> None:
    """Run the service in this process until it is told to stop."""
    from shared.messaging.process import run_process  # noqa: PLC0415 - the declaration of a service needs no server

    run_process(service)
