"""Signing in, and the wait until every service has heard of it; only notifications has these pages."""

from datetime import timedelta
from typing import ClassVar, cast
from uuid import UUID

import structlog
from fastapi import APIRouter
from pydantic import BaseModel, Field, SecretStr
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from shared.messaging.transaction import Transaction
from shared.web import accounts, store
from shared.web.cookies import session_cookies, set_cookie
from shared.web.failures import failure_response
from shared.web.forms import Form, blank_form, read_form
from shared.web.pages import page
from shared.web.passwords import LONGEST_PASSWORD, Right, check_password
from shared.web.requests import frame_of, kernel_of
from shared.web.returning import safe_return
from shared.web.sessions import session_of
from shared.web.sign_out import end_session_of
from shared.web.throttle import SignInThrottle

log = structlog.get_logger("stopso.web")

FIRST_PAGE = "/board"
NEWS_TAKES = timedelta(seconds=20)
"""How long the other services may take to hear of a sign-in before we stop trying by ourselves."""


class SignInForm(BaseModel):
    """What the sign-in page asks for."""

    words: ClassVar[dict[str, str]] = {
        "name": "Enter your e-mail address or sign-in name.",
        "password": "Enter your password.",
        "password.value_error": "Enter your password.",
    }

    name: str = Field(max_length=200)
    password: SecretStr = Field(max_length=LONGEST_PASSWORD)


router = APIRouter()


@router.get("/sign-in")
async def sign_in_page(request: Request) -> Response:
    """The form, or, for somebody whose sign-in another service has yet to hear of, a moment's patience."""
    session = await session_of(request)
    target = _target(request, request.query_params.get("return", ""))
    if session is None:
        return _form_page(request, blank_form(SignInForm), target)
    if target is None:
        return RedirectResponse(FIRST_PAGE, 303)
    waited = kernel_of(request).clock.now() - session.opened_at
    return page(request, "sign_in/moment.html", target=target, again=waited < NEWS_TAKES)


@router.post("/sign-in")
async def sign_in(request: Request) -> Response:
    """Open a session, or show the form again; an unknown name and a wrong password look and take the same."""
    form = await read_form(request, SignInForm)
    typed_target = (await request.form()).get("return", "")
    target = _target(request, typed_target if isinstance(typed_target, str) else "")
    if form.model is None:
        return _form_page(request, form, target, 422)
    name = accounts.sign_in_name(form.model.name)
    if not _throttle(request).admits(name, request.client.host if request.client else ""):
        log.warning("sign-in.throttled")
        return failure_response(request, 429)
    token = await _try(request, name, form.model.password.get_secret_value())
    if token is None:
        log.info("sign-in.refused")
        wrong = form.refused(name="That name and password do not belong together. Please try again.")
        return _form_page(request, wrong, target, 422)
    _throttle(request).forget(name)
    before = await session_of(request, even_idle=True)
    if before is not None:
        await end_session_of(request, before.staff, before.session_hash)
    response = RedirectResponse(target or FIRST_PAGE, 303)
    for cookie, value in session_cookies(frame_of(request).session_key, token, kernel_of(request).clock.now()).items():
        set_cookie(response, cookie, value)
    return response


async def _try(request: Request, name: str, password: str) -> str | None:
    kernel = kernel_of(request)
    async with kernel.reading() as db:
        account = await store.account_named(db, name)
    usable = account if account and account.kind == "staff" and not account.disabled else None
    checked = await check_password(usable.password_hash if usable else None, password)
    if usable is None or not isinstance(checked, Right):
        return None
    account_id: UUID = usable.account_id

    async def open_session(tx: Transaction) -> str | None:
        return await accounts.open_session(tx, account_id, checked)

    return await kernel.perform(str(account_id), open_session, actor=f"staff:{account_id}")


def _throttle(request: Request) -> SignInThrottle:
    state = request.app.state
    if not hasattr(state, "sign_in_throttle"):
        state.sign_in_throttle = SignInThrottle()
    return cast("SignInThrottle", state.sign_in_throttle)


def _target(request: Request, address: str) -> str | None:
    return safe_return(address, frame_of(request).origins)


def _form_page(request: Request, form: Form[SignInForm], target: str | None, status: int = 200) -> Response:
    signed_out = "signed-out" in request.query_params
    return page(request, "sign_in/sign_in.html", status, form=form, target=target or "", signed_out=signed_out)
