"""Proof that a form came from our own page: a token bound to a cookie, and what the browser says of the sender."""

import hmac
from collections.abc import Callable, Iterable
from hashlib import sha256
from typing import TypeVar

from fastapi import FastAPI
from fastapi.routing import APIRoute
from starlette.requests import HTTPConnection, Request
from starlette.routing import BaseRoute, Route

from shared.web.cookies import STAFF_COOKIE, VISIT_COOKIE, new_token, set_cookie_later
from shared.web.refusals import NotAllowed
from shared.web.requests import frame_of, origin_of

F = TypeVar("F", bound=Callable[..., object])

TOKEN_FIELD = "csrf_token"  # noqa: S105 - the name of a field
TOKEN_HEADER = "x-csrf-token"  # noqa: S105 - the name of a header
_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
_SENTENCE = "This page was open for too long, or in another window. Please go back, reload the page and send it again."


def without_csrf(endpoint: F) -> F:
    """Mark an endpoint that authenticates every request by a key in a header, and never by a cookie."""
    endpoint.without_csrf = True  # type: ignore[attr-defined]
    return endpoint


def _token(key: bytes, cookie: str) -> str:
    return hmac.new(key, b"csrf:" + cookie.encode(), sha256).hexdigest()


def csrf_token_of(request: HTTPConnection) -> str:
    """The token for forms on this page. A visitor without a cookie gets one with the answer."""
    cookie = request.cookies.get(STAFF_COOKIE) or request.cookies.get(VISIT_COOKIE)
    if not cookie:
        cookie = request.state.new_visit = getattr(request.state, "new_visit", None) or new_token()
        set_cookie_later(request, VISIT_COOKIE, cookie)
    return _token(frame_of(request).session_key, cookie)


def _came_from_us(request: Request) -> bool:
    """What the browser itself says of the sender; programs that are not browsers say nothing."""
    site, origin = request.headers.get("sec-fetch-site"), request.headers.get("origin")
    if site == "cross-site":
        return False
    if origin in (None, "null"):
        return origin is None or site in ("same-origin", "same-site", "none")
    own = origin_of(str(request.url))
    return site == "same-origin" or origin == own or origin in frame_of(request).origins


async def _carries_token(request: Request) -> bool:
    sent = request.headers.get(TOKEN_HEADER)
    if sent is None:
        field = (await request.form()).get(TOKEN_FIELD)
        sent = field if isinstance(field, str) else ""
    key = frame_of(request).session_key
    cookies = [request.cookies.get(name) for name in (STAFF_COOKIE, VISIT_COOKIE)]
    matches = [hmac.compare_digest(_token(key, cookie).encode(), sent.encode()) for cookie in cookies if cookie]
    return any(matches)


async def require_own_form(request: Request) -> None:
    """Dependency of every route: refuse a change that did not come from our own page."""
    if request.method in _SAFE_METHODS:
        return
    if getattr(request.scope.get("endpoint"), "without_csrf", False):
        return
    if not _came_from_us(request) or not await _carries_token(request):
        await request.close()
        raise NotAllowed("form-not-ours", _SENTENCE)


def refuse_unguarded_routes(app: FastAPI) -> None:
    """Raise TypeError for a route that changes something and that the dependency cannot reach."""
    for route in _leaves(app.routes):
        unsafe = isinstance(route, Route) and (route.methods or set()) - _SAFE_METHODS
        if unsafe and not isinstance(route, APIRoute):
            raise TypeError(f"{route} changes something but is not guarded against forged forms")


def _leaves(routes: Iterable[BaseRoute]) -> list[BaseRoute]:
    found: list[BaseRoute] = []
    for route in routes:
        included = getattr(route, "original_router", route)
        inner = getattr(included, "routes", None)
        found += _leaves(inner) if inner else [route]
    return found
