"""The anonymous visit of the public form: its cookie, and leaving without a trace."""

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from shared.web.cookies import VISIT_COOKIE, hash_of, new_token, set_cookie

SOMEWHERE_ELSE = "https://www.bbc.co.uk/weather"


def visit_of(request: Request) -> str | None:
    """The hash under which this visit's draft may be kept; None before the first page that set the cookie."""
    cookie = request.cookies.get(VISIT_COOKIE)
    return hash_of(cookie) if cookie else None


def begin_visit(response: Response) -> str:
    """Give the visitor a fresh cookie and return the hash for its draft."""
    cookie = new_token()
    set_cookie(response, VISIT_COOKIE, cookie)
    return hash_of(cookie)


def wipe(response: Response, *, cookie: str | None = None) -> None:
    """Change the visit's cookie (to a fresh token, or to `cookie`) and have the browser forget our pages.

    Chromium keeps even `no-store` pages for the Back button until a cookie that scripts cannot read has changed.
    """
    set_cookie(response, VISIT_COOKIE, cookie or new_token())
    response.headers["Clear-Site-Data"] = '"cache", "storage"'


def leave(address: str = SOMEWHERE_ELSE) -> RedirectResponse:
    """The answer of `/exit`: forget everything and go somewhere else."""
    response = RedirectResponse(address, 303)
    wipe(response)
    return response
