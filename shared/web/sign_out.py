"""Signing out, and one's open sessions; only notifications has these pages."""

from typing import Annotated

from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from shared.kernel.errors import NotFound
from shared.messaging.transaction import Transaction
from shared.web import accounts, store
from shared.web.cookies import SEEN_COOKIE, STAFF_COOKIE, clear_cookie, hash_of
from shared.web.pages import page
from shared.web.requests import kernel_of
from shared.web.sessions import session_of, signed_in
from shared.web.staff import Staff

Signed = Annotated[Staff, Depends(signed_in())]

router = APIRouter()


@router.get("/sign-out")
async def sign_out_page(request: Request) -> Response:
    """Ask first: a link must not sign anybody out."""
    await session_of(request)
    return page(request, "sign_in/sign_out.html")


@router.post("/sign-out")
async def sign_out(request: Request) -> Response:
    """End the session everywhere and have the browser forget our pages."""
    session = await session_of(request, even_idle=True)
    if session is not None:
        await end_session_of(request, session.staff, session.session_hash)
    return _signed_out()


@router.get("/sign-in/sessions")
async def sessions_page(request: Request, staff: Signed) -> Response:
    """Where one is signed in."""
    kernel = kernel_of(request)
    async with kernel.reading() as db:
        sessions = await store.sessions_of(db, staff.staff_id, kernel.clock.now())
    return page(request, "sign_in/sessions.html", sessions=sessions, this=_this_session(request))


@router.post("/sign-in/sessions/end")
async def end_session(request: Request, staff: Signed) -> Response:
    """End one of one's own sessions."""
    chosen = (await request.form()).get("session", "")
    if not isinstance(chosen, str) or not await end_session_of(request, staff, chosen):
        raise NotFound("session-unknown", "That session is not open any more.")
    return _signed_out() if chosen == _this_session(request) else RedirectResponse("/sign-in/sessions", 303)


@router.post("/sign-in/sessions/end-others")
async def end_other_sessions(request: Request, staff: Signed) -> Response:
    """End all of one's sessions but this one."""

    async def close(tx: Transaction) -> int:
        return await accounts.close_sessions(tx, staff.staff_id, but=_this_session(request))

    await kernel_of(request).perform(str(staff.staff_id), close, actor=staff.actor)
    return RedirectResponse("/sign-in/sessions", 303)


async def end_session_of(request: Request, staff: Staff, session_hash: str) -> bool:
    """End one session of this person everywhere; False if it was not open."""

    async def close(tx: Transaction) -> bool:
        return await accounts.close_session(tx, staff.staff_id, session_hash)

    return await kernel_of(request).perform(str(staff.staff_id), close, actor=staff.actor)


def _this_session(request: Request) -> str:
    return hash_of(request.cookies.get(STAFF_COOKIE, ""))


def _signed_out() -> Response:
    response = RedirectResponse("/sign-in?signed-out", 303)
    clear_cookie(response, STAFF_COOKIE)
    clear_cookie(response, SEEN_COOKIE)
    response.headers["Clear-Site-Data"] = '"cache", "storage"'
    return response
