"""The first page with its doors, and the way out that leaves nothing behind."""

from typing import Annotated

from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import Response

from services.intake.handlers import drafting, returning
from services.intake.handlers.drafting import lock_of
from services.intake.web.form import begin_draft, draft_behind, to
from services.intake.web.limits import settings_of
from services.intake.web.public import PublicRoute, away, visit_hash_of
from shared.messaging.kernel import Kernel
from shared.messaging.transaction import Transaction
from shared.web import begin_visit, kernel_of, page

router = APIRouter(route_class=PublicRoute)
way_out = APIRouter()

Held = Annotated[Kernel, Depends(kernel_of)]


@router.get("/")
@router.get("/start")
async def start(request: Request, kernel: Held) -> Response:
    """Page 1: two doors in plain words, the phone number, and what to do in danger."""
    draft = await draft_behind(request, kernel)
    return page(request, "intake/start.html", going_on=bool(draft and not draft.submitted))


@router.post("/start")
async def go_in(request: Request, kernel: Held) -> Response:
    """Begin a form."""
    response = to("/referral/leaving")
    await begin_draft(response, request, kernel)
    return response


@way_out.get("/exit")
async def leave_at_once(request: Request, kernel: Held) -> Response:
    """Wipe everything about this visit and leave; afterwards the Back button finds nothing."""
    visit_hash = visit_hash_of(request)

    async def wipe_all(tx: Transaction) -> None:
        await drafting.wipe(visit_hash, tx)
        await returning.go_away(visit_hash, tx)

    if visit_hash:
        await kernel.perform(lock_of(visit_hash), wipe_all, actor="client")
    return away(kernel.clock.now(), settings_of(request).exit_leads_to)


@way_out.post("/start/again")
async def come_in_again() -> Response:
    """From the empty page back to the first one, on purpose."""
    response = to("/start")
    begin_visit(response)
    return response
