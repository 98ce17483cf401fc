"""Signing in to a portal by a link in a mail: what therapists' and funders' pages do alike, each with its cookies."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Annotated, ClassVar
from uuid import UUID

from pydantic import BaseModel, Field
from pydantic.functional_validators import AfterValidator
from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from shared.db import Connection
from shared.kernel.addresses import is_address
from shared.messaging.kernel import Kernel
from shared.privacy import Keyring
from shared.web.cookies import clear_cookie, new_token, session_cookies, set_cookie
from shared.web.failures import failure_response
from shared.web.forms import Form, blank_form, read_form
from shared.web.link_throttle import admits, remember_browser, throttle_of
from shared.web.pages import page
from shared.web.requests import frame_of, kernel_of

Owners = Callable[[Connection, Keyring, str], Awaitable[Sequence[UUID]]]
"""Everybody who is written to at an address."""
SendLinks = Callable[[Kernel, str, str], Awaitable[None]]
"""Sends a link to everybody who has an address; it works in the browser with the cookie given last."""


@dataclass(frozen=True, slots=True)
class Portal:
    """Pages that are entered by a link: their address, which is their templates' folder too, and their cookies."""

    name: str
    cookie: str
    seen: str
    asked: str
    known: str

    def browser_of(self, request: Request) -> str:
        """The cookie of the browser that asked for a link; nothing where it has not asked."""
        return request.cookies.get(self.asked, "")


def an_address(typed: str) -> str:
    """What was typed, where it can be an e-mail address."""
    if not is_address(typed):
        raise ValueError("Enter an e-mail address, like name@example.com.")
    return typed


class Asking(BaseModel):
    """Whose link is asked for."""

    words: ClassVar[dict[str, str]] = {"email": "Enter your e-mail address."}

    email: Annotated[str, AfterValidator(an_address)] = Field(max_length=254)


def ask_page(request: Request, portal: Portal, form: Form[Asking] | None = None, status: int = 200) -> Response:
    """Ask for a link."""
    form = form or blank_form(Asking)
    signed_out = "signed-out" in request.query_params
    return page(request, f"{portal.name}/ask.html", status, portal=portal.name, form=form, signed_out=signed_out)


async def ask(request: Request, portal: Portal, owners_at: Owners, send_links: SendLinks) -> Response:
    """Send a link, if there is somebody to send it to; the answer, and how long it takes, is the same for everybody."""
    form = await read_form(request, Asking)
    if form.model is None:
        return ask_page(request, portal, form, 422)
    email = form.model.email
    if not throttle_of(request).admits_address(request.client.host if request.client else ""):
        return failure_response(request, 429)
    browser = portal.browser_of(request) or new_token()
    response = RedirectResponse(f"/{portal.name}/sign-in/sent", 303)
    set_cookie(response, portal.asked, browser)
    kernel = kernel_of(request)
    async with kernel.reading() as db:
        owners = await owners_at(db, kernel.keys, email)
    if admits(request, email, owners, cookie=portal.known):
        response.background = BackgroundTask(send_links, kernel, email, browser)
    return response


def sent_page(request: Request, portal: Portal) -> Response:
    """Where to look for the link, whether or not one was sent."""
    return page(request, "sign_in/link_sent.html", portal=portal.name)


def link_page(request: Request, portal: Portal, token: str, *, good: bool) -> Response:
    """A button that follows the link; or, where it is not good (any more), how to get another."""
    return page(request, "sign_in/link.html", 200 if good else 404, portal=portal.name, token=token, good=good)


def signed_in_to(request: Request, portal: Portal, owner: UUID, session_token: str) -> Response:
    """Into the portal with a session just opened, in a browser that is known from now on."""
    response = RedirectResponse(f"/{portal.name}", 303)
    key, now = frame_of(request).session_key, kernel_of(request).clock.now()
    for name, value in session_cookies(key, session_token, now, cookie=portal.cookie, seen=portal.seen).items():
        set_cookie(response, name, value)
    clear_cookie(response, portal.asked)
    remember_browser(request, response, owner, cookie=portal.known)
    return response


def signed_out_of(portal: Portal) -> Response:
    """Out of the portal, with a browser that forgets our pages."""
    response = RedirectResponse(f"/{portal.name}/sign-in?signed-out", 303)
    clear_cookie(response, portal.cookie)
    clear_cookie(response, portal.seen)
    response.headers["Clear-Site-Data"] = '"cache", "storage"'
    return response
