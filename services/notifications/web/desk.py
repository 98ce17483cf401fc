"""What every staff page of this service has: its own files, and the safeguarding banner that nothing filters away."""

from datetime import datetime
from pathlib import Path
from typing import Any

from starlette.requests import Request
from starlette.responses import HTMLResponse

from services.notifications.domain import words
from services.notifications.domain.views import view_for
from services.notifications.store import board
from shared.web import kernel_of, page
from shared.web.requests import frame_of
from shared.web.staff import Staff
from shared.web.static_files import version_of

STATIC = Path(__file__).parents[1] / "static"


def own_static(name: str) -> str:
    """The address of one of this service's own files."""
    return f"/notifications/static/{name}?v={version_of(STATIC / name)}"


def clock_time(moment: datetime) -> str:
    """`10:42:07` in London."""
    return f"{moment.astimezone(words.LONDON):%H:%M:%S}"


async def staff_page(request: Request, staff: Staff, template: str, status: int = 200, **context: Any) -> HTMLResponse:  # noqa: ANN401
    """Render a staff page with the banner as it stands now."""
    kernel = kernel_of(request)
    async with kernel.reading() as db:
        concerns = await board.open_concerns(db)
    headers = context.pop("headers", None)
    return page(
        request,
        template,
        status,
        headers=headers,
        concerns=concerns,
        view=view_for(staff.roles),
        own_static=own_static,
        words=words,
        now=kernel.clock.now(),
        time=clock_time(kernel.clock.now()),
        **context,
    )


def fragment(request: Request, template: str, **context: Any) -> str:  # noqa: ANN401
    """A part of a page as text, for the stream."""
    rendered: str = request.app.state.templates.get_template(template).render(
        {"words": words, "urls": frame_of(request).urls, **context}
    )
    return rendered
