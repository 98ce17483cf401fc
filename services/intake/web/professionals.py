"""Professionals refer somebody they work with, without an account: who they are, what is needed, and a code back."""

from typing import Annotated

from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import Response

from services.intake.handlers import drafting
from services.intake.handlers.drafting import Gone, lock_of
from services.intake.web import components, wording
from services.intake.web.form import DONE, NOT_KEPT, begin_draft, draft_behind, to
from services.intake.web.public import PublicRoute, visit_hash_of, visit_token_of
from services.intake.web.whole import ForSomebody
from shared.messaging.kernel import Kernel
from shared.web import Form, blank_form, kernel_of, page, read_form

router = APIRouter(prefix="/referral/professionals", route_class=PublicRoute)

Held = Annotated[Kernel, Depends(kernel_of)]
HERE = "/referral/professionals/form"


@router.get("")
async def for_professionals(request: Request) -> Response:
    """How somebody refers a person they work with."""
    return page(request, "intake/professionals.html")


@router.post("")
async def begin(request: Request, kernel: Held) -> Response:
    """Begin a form."""
    response = to(HERE)
    await begin_draft(response, request, kernel)
    return response


@router.get("/form")
async def empty_form(request: Request, kernel: Held) -> Response:
    """The whole form on one page; nothing of it is kept before it is sent."""
    draft = await draft_behind(request, kernel)
    if draft is None:
        return to(NOT_KEPT)
    return to(DONE) if draft.submitted else _show(request, blank_form(ForSomebody, where="near"))


@router.post("/form")
async def refer(request: Request, kernel: Held) -> Response:
    """Take in the referral; sent twice, it is one."""
    draft = await draft_behind(request, kernel)
    if draft is None:
        return to(NOT_KEPT)
    form: Form[ForSomebody] = await read_form(request, ForSomebody)
    if form.model is None:
        return _show(request, form, 422)
    asked, visit_hash, token = form.model.submission("web"), visit_hash_of(request), visit_token_of(request)
    sent = await kernel.perform(
        lock_of(visit_hash), lambda tx: drafting.send(visit_hash, token, asked, tx), actor="client"
    )
    return to(NOT_KEPT if isinstance(sent, Gone) else DONE)


def _show(request: Request, form: Form[ForSomebody], status: int = 200) -> Response:
    return page(request, "intake/professional_form.html", status, form=form, components=components, wording=wording)
