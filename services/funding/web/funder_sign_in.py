"""Funders sign in by a link in a mail, and out again. Reading changes nothing; only the press of a button does."""

from typing import Annotated, ClassVar

from fastapi import APIRouter, Request
from pydantic import BaseModel, Field
from pydantic.functional_validators import AfterValidator
from starlette.background import BackgroundTask
from starlette.responses import RedirectResponse, Response

from services.funding.domain.funders import is_address
from services.funding.handlers import funder_sign_in
from services.funding.store import funder_sessions as links
from services.funding.store.funder_contacts import contacts_written_to_at
from services.funding.web.funder_access import SignedFunder, ThisKernel, funder_visitor_of
from shared.web import Form, blank_form, page, read_form
from shared.web.cookies import (
    FUNDER_ASKED_COOKIE,
    FUNDER_COOKIE,
    FUNDER_KNOWN_COOKIE,
    FUNDER_SEEN_COOKIE,
    clear_cookie,
    hash_of,
    new_token,
    session_cookies,
    set_cookie,
)
from shared.web.failures import failure_response
from shared.web.link_throttle import admits, remember_browser, throttle_of
from shared.web.requests import frame_of

router = APIRouter(prefix="/funder")


def an_address(typed: str) -> str:
    """What was typed, where it can be an e-mail address."""
    if not is_address(typed):
        raise ValueError("Enter an e-mail address, like name@example.com.")
    return typed


class Asking(BaseModel):
    """Whose link is asked for."""

    words: ClassVar[dict[str, str]] = {"email": "Enter your e-mail address."}

    email: Annotated[str, AfterValidator(an_address)] = Field(max_length=254)


@router.get("/sign-in")
async def ask_page(request: Request) -> Response:
    """Ask for a link."""
    return _ask(request, blank_form(Asking))


@router.post("/sign-in")
async def ask(request: Request, kernel: ThisKernel) -> Response:
    """Send a link, if there is somebody to send it to; the answer, and how long it takes, is the same for everybody."""
    form = await read_form(request, Asking)
    if form.model is None:
        return _ask(request, form, 422)
    email = form.model.email
    if not throttle_of(request).admits_address(request.client.host if request.client else ""):
        return failure_response(request, 429)
    browser = request.cookies.get(FUNDER_ASKED_COOKIE) or new_token()
    response = RedirectResponse("/funder/sign-in/sent", 303)
    set_cookie(response, FUNDER_ASKED_COOKIE, browser)
    async with kernel.reading() as db:
        found = await contacts_written_to_at(db, kernel.keys, email)
    if admits(request, email, [contact_id for contact_id, _ in found], cookie=FUNDER_KNOWN_COOKIE):
        response.background = BackgroundTask(funder_sign_in.send_links, kernel, email, browser)
    return response


@router.get("/sign-in/sent")
async def sent_page(request: Request) -> Response:
    """Where to look for the link, whether or not one was sent."""
    return page(request, "funder/sent.html")


@router.api_route("/sign-in/{token}", methods=["GET", "HEAD"])
async def link_page(request: Request, token: str, kernel: ThisKernel) -> Response:
    """A button, for the browser that asked; mail scanners that open the link use nothing up."""
    browser = request.cookies.get(FUNDER_ASKED_COOKIE, "")
    async with kernel.reading() as db:
        owner = await links.owner_of_link(db, hash_of(token), hash_of(browser), kernel.clock.now())
    return page(request, "funder/link.html", 200 if owner else 404, token=token, good=owner is not None)


@router.post("/sign-in/{token}")
async def follow_link(request: Request, token: str, kernel: ThisKernel) -> Response:
    """Sign in, once."""
    browser = request.cookies.get(FUNDER_ASKED_COOKIE, "")
    async with kernel.reading() as db:
        owner = await links.owner_of_link(db, hash_of(token), hash_of(browser), kernel.clock.now())
    opened = None
    if owner is not None:
        contact_id = owner
        opened = await kernel.perform(
            str(owner), lambda tx: funder_sign_in.sign_in(tx, contact_id, token, browser), actor=f"funder:{contact_id}"
        )
    if owner is None or opened is None:
        return page(request, "funder/link.html", 404, token=token, good=False)
    await _end_this(request, kernel)
    response = RedirectResponse("/funder", 303)
    key = frame_of(request).session_key
    cookies = session_cookies(key, opened, kernel.clock.now(), cookie=FUNDER_COOKIE, seen=FUNDER_SEEN_COOKIE)
    for name, value in cookies.items():
        set_cookie(response, name, value)
    clear_cookie(response, FUNDER_ASKED_COOKIE)
    remember_browser(request, response, owner, cookie=FUNDER_KNOWN_COOKIE)
    return response


@router.get("/sign-out")
async def sign_out_page(request: Request, visitor: SignedFunder) -> Response:
    """Ask first: a link must not sign anybody out."""
    return page(request, "funder/sign_out.html", visitor=visitor)


@router.post("/sign-out")
async def sign_out(request: Request, kernel: ThisKernel) -> Response:
    """End this session and have the browser forget our pages."""
    await _end_this(request, kernel)
    response = RedirectResponse("/funder/sign-in?signed-out", 303)
    clear_cookie(response, FUNDER_COOKIE)
    clear_cookie(response, FUNDER_SEEN_COOKIE)
    response.headers["Clear-Site-Data"] = '"cache", "storage"'
    return response


async def _end_this(request: Request, kernel: ThisKernel) -> None:
    visitor = await funder_visitor_of(request, kernel)
    if visitor is not None:
        hash_now = visitor.session_hash
        await kernel.perform(
            str(visitor.contact.contact_id), lambda tx: funder_sign_in.sign_out(tx, hash_now), actor=visitor.actor
        )


def _ask(request: Request, form: Form[Asking], status: int = 200) -> Response:
    return page(request, "funder/ask.html", status, form=form, signed_out="signed-out" in request.query_params)
