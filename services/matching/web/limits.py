"""How often one address may send a form that anybody can open, or a file."""

from typing import Literal, cast

from limits import RateLimitItem, RateLimitItemPerHour
from limits.aio.storage import MemoryStorage
from limits.aio.strategies import MovingWindowRateLimiter
from starlette.exceptions import HTTPException
from starlette.requests import Request

from shared.web import kernel_of
from shared.web.throttle import network_of

What = Literal["begin", "answer", "send", "document", "reference"]
TOO_MANY = 429
AN_HOUR: dict[What, RateLimitItem] = {
    "begin": RateLimitItemPerHour(30),
    "answer": RateLimitItemPerHour(300),
    "send": RateLimitItemPerHour(12),
    "document": RateLimitItemPerHour(80),
    "reference": RateLimitItemPerHour(40),
}
"""Sending is rare, and each try could ask whether a registration number is known."""


class Limits:
    """Counts in the memory of this process; several replicas allow as many times more."""

    def __init__(self) -> None:
        self._window = MovingWindowRateLimiter(MemoryStorage())

    async def count(self, request: Request, what: What) -> None:
        """Count one try from this address, kept as a keyed hash; raises 429 where there were too many."""
        address = request.client.host if request.client else ""
        mark = kernel_of(request).keys.lookup_hash("caller", network_of(address)).hex()
        if not await self._window.hit(AN_HOUR[what], what, mark):
            raise HTTPException(TOO_MANY, headers={"Retry-After": "600"})


async def count(request: Request, what: What) -> None:
    """As `Limits.count`, with the counters of this process."""
    state = request.app.state
    if not hasattr(state, "matching_limits"):
        state.matching_limits = Limits()
    await cast("Limits", state.matching_limits).count(request, what)
