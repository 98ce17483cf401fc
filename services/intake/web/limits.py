"""How often one address may try receipts, and one API key may send."""

import ipaddress
from typing import cast

from limits import RateLimitItemPerMinute
from limits.aio.storage import MemoryStorage
from limits.aio.strategies import MovingWindowRateLimiter
from starlette.exceptions import HTTPException
from starlette.requests import Request

from services.intake.settings import IntakeSettings
from shared.web import kernel_of

TOO_MANY = 429


class Limits:
    """Counts in the memory of this process; several replicas allow as many times more, still far too few to guess."""

    def __init__(self, settings: IntakeSettings) -> None:
        self._window = MovingWindowRateLimiter(MemoryStorage())
        self._receipts = RateLimitItemPerMinute(settings.receipts_in_ten_minutes, 10)
        self._requests = RateLimitItemPerMinute(settings.requests_a_minute)

    async def count_receipt(self, request: Request) -> None:
        """Count one try from this address, kept as a keyed hash; raises 429 where there were too many."""
        address = request.client.host if request.client else ""
        mark = kernel_of(request).keys.lookup_hash("caller", _network_of(address)).hex()
        if not await self._window.hit(self._receipts, "receipt", mark):
            raise HTTPException(TOO_MANY, headers={"Retry-After": "600"})

    async def count_request(self, api_key_id: str) -> None:
        """Count one request of this key; raises 429 where there were too many."""
        if not await self._window.hit(self._requests, "request", api_key_id):
            raise HTTPException(TOO_MANY, headers={"Retry-After": "60"})


def _network_of(address: str) -> str:
    """The address; of an IPv6 one its /64, because a single household has all of that."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return address
    return str(ipaddress.ip_network((found, 64), strict=False)) if found.version == 6 else str(found)


def limits_of(request: Request) -> Limits:
    """The counters of this process."""
    state = request.app.state
    if not hasattr(state, "intake_limits"):
        state.intake_limits = Limits(settings_of(request))
    return cast("Limits", state.intake_limits)


def settings_of(request: Request) -> IntakeSettings:
    """What intake was told from outside."""
    return cast("IntakeSettings", kernel_of(request).settings)
