"""One log line per request, with an id to quote, and an answer to whatever nobody expected."""

import time
from uuid import uuid4

import structlog
from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared.web.failures import failure_response

log = structlog.get_logger("stopso.web")

QUIET = ("/health/", "/metrics", "/static/")


def path_template(scope: Scope) -> str:
    """The route's pattern, never the path itself: a path can hold a token or an id that somebody typed."""
    route = scope.get("route")
    if route is not None:
        return str(getattr(route, "path", "unknown"))
    return "/static" if scope["path"].startswith("/static/") else "unmatched"


class RequestLog:
    """ASGI middleware: gives the request its id, writes its line, and answers 500 in our own words."""

    def __init__(self, app: ASGIApp, *, service: str) -> None:
        self.app = app
        self.service = service

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one connection."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        request_id = uuid4().hex[:16]
        scope["stopso.request_id"] = request_id
        status = 0

        async def send_with_id(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message)["X-Request-Id"] = request_id
            await send(message)

        started = time.perf_counter()
        with structlog.contextvars.bound_contextvars(request_id=request_id):
            try:
                await self.app(scope, receive, send_with_id)
            except Exception as error:
                log.error("request.failed", exc_info=error)  # noqa: TRY400 - the screen in the log wants the exception itself
                if status == 0:
                    await failure_response(Request(scope), 500)(scope, receive, send_with_id)
            write = log.debug if scope["path"].startswith(QUIET) else log.info
            write(
                "request.handled",
                service=self.service,
                method=scope["method"],
                path=path_template(scope),
                status=status,
                milliseconds=round((time.perf_counter() - started) * 1000, 1),
            )
