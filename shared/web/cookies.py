"""The cookies we set, all `__Host-`, Secure and out of reach of scripts."""

import hmac
from datetime import datetime, timedelta
from hashlib import sha256
from secrets import token_urlsafe

from starlette.requests import HTTPConnection
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared.web.requests import frame_of

STAFF_COOKIE = "__Host-stopso-staff"
"""The opaque token of a staff session; only its SHA-256 is stored."""
SEEN_COOKIE = "__Host-stopso-seen"
"""When the staff session was last used, in any of the services, signed."""
THERAPIST_COOKIE = "__Host-stopso-therapist"
"""The opaque token of a therapist's session; it opens the portal, and nothing of the staff's."""
THERAPIST_SEEN_COOKIE = "__Host-stopso-therapist-seen"
"""As for staff: when that session was last used, signed."""
ASKED_COOKIE = "__Host-stopso-asked"
"""The browser that asked for a link to sign in: the link works in no other."""
KNOWN_COOKIE = "__Host-stopso-known"
"""That a therapist has signed in from this browser before, signed: what strangers try does not slow them down."""
FUNDER_COOKIE = "__Host-stopso-funder"
"""The opaque token of the session of somebody at a funder; it opens the funder portal and nothing else."""
FUNDER_SEEN_COOKIE = "__Host-stopso-funder-seen"
"""When that session was last used, signed."""
FUNDER_ASKED_COOKIE = "__Host-stopso-funder-asked"
FUNDER_KNOWN_COOKIE = "__Host-stopso-funder-known"
"""These two as for therapists."""
VISIT_COOKIE = "__Host-stopso-visit"
"""An anonymous visit of the public form: random, and meaning nothing."""

_PENDING = "stopso.cookies"
_SEEN_EVERY = timedelta(minutes=1)


def new_token() -> str:
    """256 random bits, fit for a cookie."""
    return token_urlsafe(32)


def hash_of(token: str) -> str:
    """What is stored of a token."""
    return sha256(token.encode()).hexdigest()


def set_cookie(response: Response, name: str, value: str, *, lasts: timedelta | None = None) -> None:
    """Set one of our cookies, by default gone when the browser closes. Lax: a link in a mail finds people signed in."""
    seconds = int(lasts.total_seconds()) if lasts else None
    response.set_cookie(name, value, max_age=seconds, path="/", secure=True, httponly=True, samesite="lax")


def clear_cookie(response: Response, name: str) -> None:
    """Take one of our cookies away."""
    response.delete_cookie(name, path="/", secure=True, httponly=True, samesite="lax")


def set_cookie_later(request: HTTPConnection, name: str, value: str) -> None:
    """Set a cookie on whatever answer this request gets."""
    request.scope[_PENDING][name] = value


class PendingCookies:
    """ASGI middleware: carries out `set_cookie_later`, unless the answer itself has set that cookie."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one connection."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        pending: dict[str, str] = {}
        scope[_PENDING] = pending

        async def send_with_cookies(message: Message) -> None:
            if message["type"] == "http.response.start" and pending:
                already = {value.partition(b"=")[0] for name, value in message["headers"] if name == b"set-cookie"}
                carrier = Response()
                for name, value in pending.items():
                    if name.encode() not in already:
                        set_cookie(carrier, name, value)
                cookies = [pair for pair in carrier.raw_headers if pair[0] == b"set-cookie"]
                message["headers"] = [*message["headers"], *cookies]
            await send(message)

        await self.app(scope, receive, send_with_cookies)


def _seen_value(key: bytes, token: str, moment: int) -> str:
    signature = hmac.new(key, f"seen:{hash_of(token)}:{moment}".encode(), sha256).hexdigest()
    return f"{moment}.{signature}"


def session_cookies(
    key: bytes, token: str, now: datetime, *, cookie: str = STAFF_COOKIE, seen: str = SEEN_COOKIE
) -> dict[str, str]:
    """The cookies of a session used now, by name, of staff unless told; `key` is the services' session key."""
    return {cookie: token, seen: _seen_value(key, token, int(now.timestamp()))}


def mark_seen(request: HTTPConnection, token: str, now: datetime, *, seen: str = SEEN_COOKIE) -> None:
    """Note that the session of `token` was used now."""
    set_cookie_later(request, seen, _seen_value(frame_of(request).session_key, token, int(now.timestamp())))


def idle_for(request: HTTPConnection, token: str, now: datetime, *, seen: str = SEEN_COOKIE) -> timedelta | None:
    """How long the session of `token` has not been used; None if the cookie that says so is missing or not ours."""
    value = request.cookies.get(seen, "")
    moment, _, _ = value.partition(".")
    if not moment.isascii() or not moment.isdigit() or len(moment) > 12:
        return None
    if not hmac.compare_digest(value.encode(), _seen_value(frame_of(request).session_key, token, int(moment)).encode()):
        return None
    return timedelta(seconds=now.timestamp() - int(moment))


def is_worth_marking(idle: timedelta) -> bool:
    """Whether the mark is old enough to be renewed."""
    return idle >= _SEEN_EVERY
