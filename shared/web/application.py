"""Puts a service's pages together: routers inside the guards, with templates, static files, health and failures."""

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from fastapi import APIRouter, Depends, FastAPI
from pydantic import SecretStr
from starlette.middleware import Middleware
from starlette.types import StatelessLifespan

from shared.kernel.ids import ServiceName
from shared.privacy.key_settings import read_symmetric
from shared.web.bodies import BodyGuard
from shared.web.cookies import PendingCookies
from shared.web.csrf import refuse_unguarded_routes, require_own_form
from shared.web.failures import answer_failures
from shared.web.headers import SecurityHeaders
from shared.web.health import Readiness, health_router
from shared.web.request_log import RequestLog
from shared.web.requests import Frame
from shared.web.static_files import FOLDER, CachedFiles
from shared.web.templates import environment

if TYPE_CHECKING:
    from shared.messaging.kernel import Kernel


class WebSettings(Protocol):
    """What the frame needs of a service's settings; the session key must be the same in all four services."""

    @property
    def session_key(self) -> SecretStr:
        """32 bytes as base64."""

    @property
    def public_urls(self) -> dict[ServiceName, str]:
        """Each service's address as people see it."""

    @property
    def demo(self) -> bool:
        """Whether everything here is invented."""


def create_web(
    *,
    service: ServiceName,
    settings: WebSettings,
    kernel: "Kernel | None" = None,
    readiness: Readiness,
    routers: Iterable[APIRouter] = (),
    templates_folders: Iterable[Path] = (),
    static_folder: Path | None = None,
    phone_number: str = "",
    uploads: Iterable[str] = (),
    lifespan: "StatelessLifespan[FastAPI] | None" = None,
) -> FastAPI:
    """The service's application. `app.state.kernel` may also be set later, before the first request.

    `static_folder` is served under `/<service>/static` beside the shared files; public pages show `phone_number`;
    files may be sent to paths that fit a pattern of `uploads`.
    Raises TypeError for a route that forged forms could reach.
    """
    urls = {name: url.rstrip("/") for name, url in settings.public_urls.items()}
    key = read_symmetric("session_key", settings.session_key.get_secret_value(), None).current
    frame = Frame(service, urls, key, settings.demo, phone_number)
    app = FastAPI(
        title=f"StopSO {service}",
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        lifespan=lifespan,
        dependencies=[Depends(require_own_form)],
        middleware=[
            Middleware(SecurityHeaders, origins=frame.origins),
            Middleware(PendingCookies),
            Middleware(RequestLog, service=service),
            Middleware(BodyGuard, uploads=tuple(uploads)),
        ],
    )
    app.state.frame = frame
    app.state.kernel = kernel
    app.state.templates = environment(*templates_folders)
    answer_failures(app)
    app.include_router(health_router(readiness))
    for router in routers:
        app.include_router(router)
    app.mount("/static", CachedFiles(directory=FOLDER), name="static")
    if static_folder is not None:
        app.mount(f"/{service}/static", CachedFiles(directory=static_folder), name="own-static")
    refuse_unguarded_routes(app)
    return app
