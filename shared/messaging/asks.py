"""Questions between services: one call over the bus, outside any transaction, sealed both ways."""

from typing import Protocol, TypeVar

from pydantic import BaseModel

from shared.kernel.ids import ServiceName

M = TypeVar("M", bound=BaseModel)


class Asker(Protocol):
    """Asks another service a question and waits for its answer."""

    async def ask(self, service: ServiceName, question: BaseModel, answer: type[M], *, deadline: float) -> M:
        """The answer of `service`; raises `Retry` when none comes within `deadline` seconds."""
        ...
