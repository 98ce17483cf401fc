"""How often links may be asked for: by where one comes from, and by account, without strangers locking anybody out."""

import hmac
from datetime import timedelta
from hashlib import sha256
from typing import cast

from fastapi import Request
from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter
from starlette.responses import Response

from services.matching.store.signing_in import therapists_written_to_at
from shared.kernel.ids import TherapistId
from shared.messaging.kernel import Kernel
from shared.web.cookies import KNOWN_COOKIE, set_cookie
from shared.web.requests import frame_of
from shared.web.throttle import PER_ADDRESS, network_of

PER_ACCOUNT = RateLimitItemPerMinute(5, multiples=15)
KNOWN_FOR = timedelta(days=180)


class LinkThrottle:
    """Counts in this process; mails from browsers never signed in from are counted apart from those known."""

    def __init__(self) -> None:
        self._limiter = MovingWindowRateLimiter(MemoryStorage())

    def admits_address(self, address: str) -> bool:
        """Count one attempt from somewhere."""
        return self._limiter.hit(PER_ADDRESS, _hidden(network_of(address)))

    def admits_account(self, account: str, *, known: bool) -> bool:
        """Count one mail to an account; a browser that it has signed in from before has an allowance of its own."""
        return self._limiter.hit(PER_ACCOUNT, _hidden(account), "known" if known else "strange")


async def admits(request: Request, kernel: Kernel, email: str) -> bool:
    """Whether a link may be sent now; the one who asks is not told."""
    async with kernel.reading() as db:
        found = await therapists_written_to_at(db, kernel.keys, email)
    key, shown = frame_of(request).session_key, request.cookies.get(KNOWN_COOKIE, "")
    known = any(hmac.compare_digest(known_value(key, one).encode(), shown.encode()) for one in found)
    return throttle_of(request).admits_account(email.casefold(), known=known)


def known_value(key: bytes, therapist_id: TherapistId) -> str:
    """What a browser keeps from which this therapist has signed in."""
    return hmac.new(key, f"known:{therapist_id}".encode(), sha256).hexdigest()


def remember_browser(response: Response, value: str) -> None:
    """Leave that with the browser."""
    set_cookie(response, KNOWN_COOKIE, value, lasts=KNOWN_FOR)


def throttle_of(request: Request) -> LinkThrottle:
    """The counts of this process."""
    state = request.app.state
    if not hasattr(state, "link_throttle"):
        state.link_throttle = LinkThrottle()
    return cast("LinkThrottle", state.link_throttle)


def _hidden(text: str) -> str:
    return sha256(text.encode()).hexdigest()
