"""Whether the process lives, whether it is ready for work, and its figures for Prometheus."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from fastapi import APIRouter
from starlette.responses import JSONResponse, Response

from shared.telemetry import METRICS_CONTENT_TYPE, exposition

Readiness = Callable[[], Awaitable[Mapping[str, Any]]]
"""Says how things stand; its entry `ready` decides the status."""


def health_router(readiness: Readiness) -> APIRouter:
    """`/health/live`, `/health/ready` (503 while not ready) and `/metrics`; the front door keeps them inside."""
    router = APIRouter()

    @router.get("/health/live")
    async def live() -> JSONResponse:
        """The process answers."""
        return JSONResponse({"alive": True})

    @router.get("/health/ready")
    async def ready() -> JSONResponse:
        """Whether this process should be given work."""
        found = dict(await readiness())
        return JSONResponse(found, 200 if found.get("ready") else 503)

    @router.get("/metrics")
    async def metrics() -> Response:
        """Everything that is counted in this process."""
        return Response(exposition(), media_type=METRICS_CONTENT_TYPE)

    return router
