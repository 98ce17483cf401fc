"""Signing in by a link in a mail, and out again. Reading changes nothing; only the press of a button does."""

from fastapi import APIRouter, Request
from pydantic import BaseModel, Field
from starlette.responses import RedirectResponse, Response

from services.matching.handlers import signing_in
from services.matching.store import signing_in as links
from services.matching.web.portal.access import Signed, ThisKernel
from shared.kernel.errors import NotFound
from shared.kernel.ids import TherapistId
from shared.messaging.kernel import Kernel
from shared.web import page, read_form, sign_in_links
from shared.web.cookies import ASKED_COOKIE, KNOWN_COOKIE, THERAPIST_COOKIE, THERAPIST_SEEN_COOKIE, hash_of
from shared.web.therapist_store import opened_at
from shared.web.therapists import therapist_session_of

PORTAL = sign_in_links.Portal(
    "portal", cookie=THERAPIST_COOKIE, seen=THERAPIST_SEEN_COOKIE, asked=ASKED_COOKIE, known=KNOWN_COOKIE
)
router = APIRouter(prefix="/portal")


@router.get("/sign-in")
async def ask_page(request: Request) -> Response:
    """Ask for a link."""
    return sign_in_links.ask_page(request, PORTAL)


@router.post("/sign-in")
async def ask(request: Request) -> Response:
    """Send a link, if there is somebody to send it to."""
    return await sign_in_links.ask(request, PORTAL, links.therapists_written_to_at, signing_in.send_links)


@router.get("/sign-in/sent")
async def sent_page(request: Request) -> Response:
    """Where to look for the link, whether or not one was sent."""
    return sign_in_links.sent_page(request, PORTAL)


@router.api_route("/sign-in/{token}", methods=["GET", "HEAD"])
async def link_page(request: Request, token: str, kernel: ThisKernel) -> Response:
    """A button, for the browser that asked; mail scanners that open the link use nothing up."""
    owner = await _owner_of(kernel, token, PORTAL.browser_of(request))
    return sign_in_links.link_page(request, PORTAL, token, good=owner is not None)


@router.post("/sign-in/{token}")
async def follow_link(request: Request, token: str, kernel: ThisKernel) -> Response:
    """Sign in, once."""
    browser = PORTAL.browser_of(request)
    owner = await _owner_of(kernel, token, browser)
    if owner is None:
        return sign_in_links.link_page(request, PORTAL, token, good=False)
    opened = await kernel.perform(
        str(owner), lambda tx: signing_in.sign_in(tx, owner, token, browser), actor=f"therapist:{owner}"
    )
    if opened is None:
        return sign_in_links.link_page(request, PORTAL, token, good=False)
    await _end_this(request, kernel)
    return sign_in_links.signed_in_to(request, PORTAL, owner, opened)


@router.get("/sign-out")
async def sign_out_page(request: Request, visitor: Signed) -> Response:
    """Ask first: a link must not sign anybody out."""
    return page(request, "portal/sign_out.html", visitor=visitor)


@router.post("/sign-out")
async def sign_out(request: Request, kernel: ThisKernel) -> Response:
    """End this session and have the browser forget our pages."""
    await _end_this(request, kernel)
    return sign_in_links.signed_out_of(PORTAL)


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
    return (
        sign_in_links.signed_out_of(PORTAL)
        if chosen == visitor.session_hash
        else RedirectResponse("/portal/sign-ins", 303)
    )


@router.post("/sign-ins/end-all")
async def end_all(kernel: ThisKernel, visitor: Signed) -> Response:
    """Sign out everywhere, here too."""
    await kernel.perform(
        str(visitor.therapist_id),
        lambda tx: signing_in.sign_out_everywhere(tx, visitor.therapist_id),
        actor=visitor.actor,
    )
    return sign_in_links.signed_out_of(PORTAL)


async def _end_this(request: Request, kernel: ThisKernel) -> None:
    session = await therapist_session_of(request)
    if session is not None:
        await kernel.perform(
            str(session.therapist_id),
            lambda tx: signing_in.sign_out(tx, session.therapist_id, session.session_hash),
            actor=f"therapist:{session.therapist_id}",
        )


async def _owner_of(kernel: Kernel, token: str, browser: str) -> TherapistId | None:
    async with kernel.reading() as db:
        return await links.owner_of_link(db, hash_of(token), hash_of(browser), kernel.clock.now())
