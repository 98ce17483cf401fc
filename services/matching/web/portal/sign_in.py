"""Signing in by a link in a mail, and out again. Reading changes nothing; only the press of a button does."""

from typing import Annotated, ClassVar

from fastapi import APIRouter, Request
from pydantic import BaseModel, Field
from pydantic.functional_validators import AfterValidator
from starlette.background import BackgroundTask
from starlette.responses import RedirectResponse, Response

from services.matching.handlers import signing_in
from services.matching.store import signing_in as links
from services.matching.web.portal.access import Signed, ThisKernel
from shared.kernel.errors import NotFound
from shared.web import Form, blank_form, page, read_form
from shared.web.cookies import (
    ASKED_COOKIE,
    THERAPIST_COOKIE,
    THERAPIST_SEEN_COOKIE,
    clear_cookie,
    hash_of,
    new_token,
    session_cookies,
    set_cookie,
)
from shared.web.failures import failure_response
from shared.web.link_throttle import admits, remember_browser, throttle_of
from shared.web.requests import frame_of
from shared.web.therapist_store import opened_at
from shared.web.therapists import therapist_session_of

router = APIRouter(prefix="/portal")


def _an_address(typed: str) -> str:
    if typed.count("@") != 1 or " " in typed:
        raise ValueError("Enter an e-mail address, like name@example.com.")
    return typed


class Asking(BaseModel):
    """Whose link is asked for."""

    words: ClassVar[dict[str, str]] = {"email": "Enter your e-mail address."}

    email: Annotated[str, AfterValidator(_an_address)] = Field(max_length=254)


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
    browser = request.cookies.get(ASKED_COOKIE) or new_token()
    response = RedirectResponse("/portal/sign-in/sent", 303)
    set_cookie(response, ASKED_COOKIE, browser)
    async with kernel.reading() as db:
        found = await links.therapists_written_to_at(db, kernel.keys, email)
    if admits(request, email, found):
        response.background = BackgroundTask(signing_in.send_links, kernel, email, browser)
    return response


@router.get("/sign-in/sent")
async def sent_page(request: Request) -> Response:
    """Where to look for the link, whether or not one was sent."""
    return page(request, "portal/sent.html")


@router.api_route("/sign-in/{token}", methods=["GET", "HEAD"])
async def link_page(request: Request, token: str, kernel: ThisKernel) -> Response:
    """A button, for the browser that asked; mail scanners that open the link use nothing up."""
    browser = request.cookies.get(ASKED_COOKIE, "")
    async with kernel.reading() as db:
        owner = await links.owner_of_link(db, hash_of(token), hash_of(browser), kernel.clock.now())
    return page(request, "portal/link.html", 200 if owner else 404, token=token, good=owner is not None)


@router.post("/sign-in/{token}")
async def follow_link(request: Request, token: str, kernel: ThisKernel) -> Response:
    """Sign in, once."""
    browser = request.cookies.get(ASKED_COOKIE, "")
    async with kernel.reading() as db:
        owner = await links.owner_of_link(db, hash_of(token), hash_of(browser), kernel.clock.now())
    opened = None
    if owner is not None:
        therapist_id = owner
        opened = await kernel.perform(
            str(owner),
            lambda tx: signing_in.sign_in(tx, therapist_id, token, browser),
            actor=f"therapist:{therapist_id}",
        )
    if owner is None or opened is None:
        return page(request, "portal/link.html", 404, token=token, good=False)
    await _end_this(request, kernel)
    response = RedirectResponse("/portal", 303)
    key = frame_of(request).session_key
    cookies = session_cookies(key, opened, kernel.clock.now(), cookie=THERAPIST_COOKIE, seen=THERAPIST_SEEN_COOKIE)
    for name, value in cookies.items():
        set_cookie(response, name, value)
    clear_cookie(response, ASKED_COOKIE)
    remember_browser(request, response, owner)
    return response


@router.get("/sign-out")
async def sign_out_page(request: Request, visitor: Signed) -> Response:
    """Ask first: a link must not sign anybody out."""
    return page(request, "portal/sign_out.html", visitor=visitor)


@router.post("/sign-out")
async def sign_out(request: Request, kernel: ThisKernel) -> Response:
    """End this session and have the browser forget our pages."""
    await _end_this(request, kernel)
    return _signed_out()


@router.get("/sign-ins")
async def sign_ins_page(request: Request, kernel: ThisKernel, visitor: Signed) -> Response:
    """Where one is signed in."""
    async with kernel.reading() as db:
        opened = await opened_at(db, visitor.therapist_id, kernel.clock.now())
    return page(request, "portal/sign_ins.html", visitor=visitor, opened=opened)


class Ending(BaseModel):
    """Which sign-in ends."""

    session: str = Field(max_length=64)


@router.post("/sign-ins/end")
async def end_one(request: Request, kernel: ThisKernel, visitor: Signed) -> Response:
    """End one of one's own sign-ins."""
    form = await read_form(request, Ending)
    chosen = form.model.session if form.model else ""
    ended = await kernel.perform(
        str(visitor.therapist_id),
        lambda tx: signing_in.sign_out(tx, visitor.therapist_id, chosen),
        actor=visitor.actor,
    )
    if not ended:
        raise NotFound("session-unknown", "That is not open any more.")
    return _signed_out() if chosen == visitor.session_hash else RedirectResponse("/portal/sign-ins", 303)


@router.post("/sign-ins/end-all")
async def end_all(kernel: ThisKernel, visitor: Signed) -> Response:
    """Sign out everywhere, here too."""
    await kernel.perform(
        str(visitor.therapist_id),
        lambda tx: signing_in.sign_out_everywhere(tx, visitor.therapist_id),
        actor=visitor.actor,
    )
    return _signed_out()


async def _end_this(request: Request, kernel: ThisKernel) -> None:
    session = await therapist_session_of(request)
    if session is not None:
        await kernel.perform(
            str(session.therapist_id),
            lambda tx: signing_in.sign_out(tx, session.therapist_id, session.session_hash),
            actor=f"therapist:{session.therapist_id}",
        )


def _signed_out() -> Response:
    response = RedirectResponse("/portal/sign-in?signed-out", 303)
    clear_cookie(response, THERAPIST_COOKIE)
    clear_cookie(response, THERAPIST_SEEN_COOKIE)
    response.headers["Clear-Site-Data"] = '"cache", "storage"'
    return response


def _ask(request: Request, form: Form[Asking], status: int = 200) -> Response:
    return page(request, "portal/ask.html", status, form=form, signed_out="signed-out" in request.query_params)
