"""How often links to sign in may be asked for: by where from, and by account, without strangers locking anybody out."""

import hmac
from collections.abc import Iterable
from datetime import timedelta
from hashlib import sha256
from typing import cast
from uuid import UUID

from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter
from starlette.requests import Request
from starlette.responses import Response

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


def admits(request: Request, email: str, owners: Iterable[UUID], *, cookie: str = KNOWN_COOKIE) -> bool:
    """Whether a link may be sent now to `email`, which belongs to `owners`; the one who asks is not told."""
    key, shown = frame_of(request).session_key, request.cookies.get(cookie, "")
    known = any(hmac.compare_digest(_known_value(key, owner).encode(), shown.encode()) for owner in owners)
    return throttle_of(request).admits_account(email.casefold(), known=known)


def remember_browser(request: Request, response: Response, owner: UUID, *, cookie: str = KNOWN_COOKIE) -> None:
    """Leave with the browser that this person has signed in from it."""
    set_cookie(response, cookie, _known_value(frame_of(request).session_key, owner), lasts=KNOWN_FOR)


def throttle_of(request: Request) -> LinkThrottle:
    """The counts of this process."""
    state = request.app.state
    if not hasattr(state, "link_throttle"):
        state.link_throttle = LinkThrottle()
    return cast("LinkThrottle", state.link_throttle)


def _known_value(key: bytes, owner: UUID) -> str:
    return hmac.new(key, f"known:{owner}".encode(), sha256).hexdigest()


def _hidden(text: str) -> str:
    return sha256(text.encode()).hexdigest()
