"""What a request carries for us: the kernel, the frame's settings, and whether the caller reads pages or JSON."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast
from urllib.parse import urlsplit

from starlette.requests import HTTPConnection

from shared.kernel.ids import ServiceName

if TYPE_CHECKING:
    from shared.messaging.kernel import Kernel

JSON_PATHS = ("/api/", "/health/", "/metrics")


@dataclass(frozen=True, slots=True)
class Frame:
    """What the pages of one service have in common; `urls` are addresses as people see them, without a final slash."""

    service: ServiceName
    urls: Mapping[ServiceName, str]
    session_key: bytes
    demo: bool
    phone_number: str

    @property
    def origins(self) -> frozenset[str]:
        """The origins (scheme, host and port) of all four services."""
        return frozenset(origin_of(url) for url in self.urls.values())


def origin_of(url: str) -> str:
    """Scheme, host and port of an absolute address, in lower case."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}".lower()


def frame_of(request: HTTPConnection) -> Frame:
    """The frame that `create_web` laid under this application."""
    return cast("Frame", request.app.state.frame)


def kernel_of(request: HTTPConnection) -> "Kernel":
    """The service's kernel; for `Depends(kernel_of)`."""
    return cast("Kernel", request.app.state.kernel)


def request_id_of(request: HTTPConnection) -> str:
    """The id under which this request is in the log, fit to be read out on the phone."""
    return cast("str", request.scope.get("stopso.request_id", ""))


def wants_json(request: HTTPConnection) -> bool:
    """Whether the caller is a program: an API path, or one that asks for JSON and not for a page."""
    accepts = request.headers.get("accept", "")
    return request.url.path.startswith(JSON_PATHS) or ("json" in accepts and "text/html" not in accepts)
