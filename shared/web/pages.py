"""Rendering: one call that turns a template into the answer to a request."""

from collections.abc import Mapping

from jinja2 import Environment
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import HTMLResponse

from shared.web.csrf import TOKEN_FIELD, csrf_token_of
from shared.web.navigation import place_of, places_for, shelves_of, waiting_at
from shared.web.requests import frame_of


def page(
    request: Request,
    template: str,
    status: int = 200,
    *,
    headers: Mapping[str, str] | None = None,
    **context: object,
) -> HTMLResponse:
    """Render `template` for this request.

    Beside `context` it sees `service`, `urls`, `demo`, `phone_number`, `staff` (None for the public), `navigation`,
    its `shelves` and the `nearest_place` in it, `here` (the path), `csrf_token()` and `csrf_field()`, which every form
    that changes something must contain.
    """
    frame = frame_of(request)
    staff = getattr(request.state, "staff", None)
    waiting = getattr(request.state, "waiting", {})
    navigation = waiting_at(places_for(staff, frame.urls), frame.service, waiting) if staff else ()
    templates: Environment = request.app.state.templates

    def csrf_token() -> str:
        return csrf_token_of(request)

    def csrf_field() -> Markup:
        return Markup('<input type="hidden" name="{}" value="{}">').format(TOKEN_FIELD, csrf_token())

    rendered = templates.get_template(template).render(
        {
            "service": frame.service,
            "urls": frame.urls,
            "demo": frame.demo,
            "phone_number": frame.phone_number,
            "staff": staff,
            "navigation": navigation,
            "shelves": shelves_of(navigation),
            "nearest_place": place_of(navigation, frame.service, request.url.path),
            "here": request.url.path,
            "csrf_token": csrf_token,
            "csrf_field": csrf_field,
            **context,
        }
    )
    return HTMLResponse(rendered, status, headers)
