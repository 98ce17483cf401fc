"""A small application on the shared frame, with one page or endpoint for each guard."""

import base64
from pathlib import Path
from typing import Annotated, ClassVar

import httpx
from fastapi import APIRouter, Depends, FastAPI
from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from shared.kernel.errors import Conflict, NotFound, Retry, Unprocessable
from shared.kernel.ids import SERVICES, ServiceName
from shared.messaging.kernel import Kernel
from shared.web import blank_form, create_web, leave, page, read_form, signed_in, without_csrf
from shared.web.staff import Staff

SESSION_KEY = b"k" * 32
HERE = "https://intake.example"
MARKER = "zebra-marker-7731"
FAILURES = {"not-found": NotFound, "conflict": Conflict, "retry": Retry, "unprocessable": Unprocessable}


class SampleSettings(BaseModel):
    """Settings as a service has them."""

    session_key: SecretStr = SecretStr(base64.b64encode(SESSION_KEY).decode())
    public_urls: dict[ServiceName, str] = Field(
        default_factory=lambda: {name: f"https://{name}.example" for name in SERVICES}
    )
    demo: bool = False


class Answer(BaseModel):
    """A form of the public kind."""

    words: ClassVar[dict[str, str]] = {"channel": "Choose how we may reach you."}

    channel: str
    note: str | None = None
    times: tuple[str, ...] = ()

    @field_validator("note")
    @classmethod
    def _kind(cls, note: str | None) -> str | None:
        if note and "forbidden" in note:
            raise ValueError("Please leave that word out.")
        return note


class Body(BaseModel):
    """The body of a sample endpoint of an API."""

    model_config = ConfigDict(extra="forbid")

    age: int = Field(ge=0, le=120)
    area: str = Field(max_length=8)


router = APIRouter()


@router.get("/form")
async def form_page(request: Request) -> Response:
    return page(request, "sample/form.html", form=blank_form(Answer))


@router.post("/form")
async def form_sent(request: Request) -> Response:
    form = await read_form(request, Answer)
    if form.model is None:
        return page(request, "sample/form.html", 422, form=form)
    return JSONResponse(form.model.model_dump())


@router.post("/api/v1/bodies")
@without_csrf
async def api(body: Body) -> Body:
    return body


@router.post("/bodies")
async def guarded_api(body: Body) -> Body:
    return body


@router.get("/things/{thing}")
async def thing(thing: int) -> int:
    return thing


@router.get("/fails/{how}")
async def fails(how: str) -> None:
    if how == "unexpectedly":
        raise RuntimeError(MARKER)
    raise FAILURES[how](f"sample-{how}", "A sentence for people.")


@router.get("/exit")
async def exit_page() -> Response:
    return leave()


@router.get("/staff")
async def any_staff(request: Request, staff: Annotated[Staff, Depends(signed_in())]) -> Response:
    return page(request, "sample/staff.html", name=staff.display_name)


@router.get("/finance")
async def finance_only(staff: Annotated[Staff, Depends(signed_in("finance"))]) -> str:
    return staff.display_name


async def ready() -> dict[str, object]:
    return {"ready": False, "outbox": {"rows": 3}}


def sample_web(
    service: ServiceName = "intake", *, routers: tuple[APIRouter, ...] = (), settings: SampleSettings | None = None
) -> FastAPI:
    """The sample's application."""
    return create_web(
        service=service,
        settings=settings or SampleSettings(),
        readiness=ready,
        routers=(router, *routers),
        templates_folders=[Path(__file__).parent / "web_sample_templates"],
        phone_number="0808 157 0000",
    )


def browser(app: FastAPI, base_url: str = HERE, cookies: dict[str, str] | None = None) -> httpx.AsyncClient:
    """A client that sees what a browser would be sent."""
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
    return httpx.AsyncClient(transport=transport, base_url=base_url, cookies=cookies)


def with_kernel(app: FastAPI, kernel: Kernel) -> FastAPI:
    """The same application, on this kernel."""
    app.state.kernel = kernel
    return app


def hidden_token(html: str) -> str:
    """The token in the first form of a page."""
    return html.partition('name="csrf_token" value="')[2].partition('"')[0]
