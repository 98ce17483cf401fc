"""What all public pages share: the visit behind them, and that nothing is shown once somebody has left."""

from collections.abc import Callable, Coroutine
from datetime import datetime, timedelta
from typing import Any

from fastapi.routing import APIRoute
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from shared.web import kernel_of, page, visit_of, wipe
from shared.web.cookies import VISIT_COOKIE, new_token

NOTHING_SHOWN_FOR = timedelta(minutes=15)
_LEFT = "left"


def visit_token_of(request: Request) -> str:
    """The visit's cookie itself; empty where there is none."""
    return request.cookies.get(VISIT_COOKIE, "")


def visit_hash_of(request: Request) -> str:
    """The hash under which this visit is known here; empty where there is no cookie."""
    return visit_of(request) or ""


def went_away(request: Request, now: datetime) -> bool:
    """Whether somebody has left from this browser a short while ago."""
    mark, _, rest = visit_token_of(request).partition(".")
    moment = rest.partition(".")[0]
    if mark != _LEFT or not (moment.isascii() and moment.isdigit() and len(moment) < 12):
        return False
    return now.timestamp() - int(moment) < NOTHING_SHOWN_FOR.total_seconds()


def away(now: datetime, address: str) -> RedirectResponse:
    """Leave: a changed cookie, no stored page, somewhere else. Until it has aged, our pages show nothing here."""
    response = RedirectResponse(address, 303)
    wipe(response, cookie=f"{_LEFT}.{int(now.timestamp())}.{new_token()}")
    return response


class PublicRoute(APIRoute):
    """A public page: the browser's Back button finds an empty page here after somebody has left."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The route's own handler, behind the check."""
        handle = super().get_route_handler()

        async def handle_unless_left(request: Request) -> Response:
            if request.method == "GET" and went_away(request, kernel_of(request).clock.now()):
                return page(request, "intake/nothing.html")
            return await handle(request)

        return handle_unless_left
