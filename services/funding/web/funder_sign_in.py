"""Funders sign in by a link in a mail, and out again. Reading changes nothing; only the press of a button does."""

from collections.abc import Sequence
from uuid import UUID

from fastapi import APIRouter, Request
from starlette.responses import Response

from services.funding.handlers import funder_sign_in
from services.funding.store import funder_sessions as links
from services.funding.store.funder_contacts import contacts_written_to_at
from services.funding.web.funder_access import SignedFunder, ThisKernel, funder_visitor_of
from shared.db import Connection
from shared.messaging.kernel import Kernel
from shared.privacy import Keyring
from shared.web import page, sign_in_links
from shared.web.cookies import FUNDER_ASKED_COOKIE, FUNDER_COOKIE, FUNDER_KNOWN_COOKIE, FUNDER_SEEN_COOKIE, hash_of

PORTAL = sign_in_links.Portal(
    "funder", cookie=FUNDER_COOKIE, seen=FUNDER_SEEN_COOKIE, asked=FUNDER_ASKED_COOKIE, known=FUNDER_KNOWN_COOKIE
)
router = APIRouter(prefix="/funder")


@router.get("/sign-in")
async def ask_page(request: Request) -> Response:
    """Ask for a link."""
    return sign_in_links.ask_page(request, PORTAL)


@router.post("/sign-in")
async def ask(request: Request) -> Response:
    """Send a link, if there is somebody to send it to."""
    return await sign_in_links.ask(request, PORTAL, _contacts_at, funder_sign_in.send_links)


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
        str(owner), lambda tx: funder_sign_in.sign_in(tx, owner, token, browser), actor=f"funder:{owner}"
    )
    if opened is None:
        return sign_in_links.link_page(request, PORTAL, token, good=False)
    await _end_this(request, kernel)
    return sign_in_links.signed_in_to(request, PORTAL, owner, opened)


@router.get("/sign-out")
async def sign_out_page(request: Request, visitor: SignedFunder) -> Response:
    """Ask first: a link must not sign anybody out."""
    return page(request, "funder/sign_out.html", visitor=visitor)


@router.post("/sign-out")
async def sign_out(request: Request, kernel: ThisKernel) -> Response:
    """End this session and have the browser forget our pages."""
    await _end_this(request, kernel)
    return sign_in_links.signed_out_of(PORTAL)


async def _end_this(request: Request, kernel: ThisKernel) -> None:
    visitor = await funder_visitor_of(request, kernel)
    if visitor is not None:
        hash_now = visitor.session_hash
        await kernel.perform(
            str(visitor.contact.contact_id), lambda tx: funder_sign_in.sign_out(tx, hash_now), actor=visitor.actor
        )


async def _owner_of(kernel: Kernel, token: str, browser: str) -> UUID | None:
    async with kernel.reading() as db:
        return await links.owner_of_link(db, hash_of(token), hash_of(browser), kernel.clock.now())


async def _contacts_at(db: Connection, keys: Keyring, email: str) -> Sequence[UUID]:
    return [contact_id for contact_id, _ in await contacts_written_to_at(db, keys, email)]
