"""The two pages to take one's time over: a concern about somebody's safety, and the end of a therapy."""

from typing import ClassVar, Literal
from uuid import UUID

from fastapi import APIRouter, Request
from pydantic import BaseModel, Field
from starlette.responses import RedirectResponse, Response

from services.matching.domain.cases import Match
from services.matching.domain.sessions import held, without_result
from services.matching.handlers import therapy
from services.matching.handlers.therapy import asking
from services.matching.store import sessions
from services.matching.web.portal.access import PortalVisitor, Signed, ThisKernel, own_match
from services.matching.web.portal.words import SESSION_STATES
from services.matching.web.words import short
from shared.kernel.errors import Conflict
from shared.kernel.ids import SessionId
from shared.messaging.kernel import Kernel
from shared.web import Form, blank_form, page, read_form

router = APIRouter(prefix="/portal/clients")


class Concern(BaseModel):
    """What the therapist is worried about, and in which session it came up."""

    words: ClassVar[dict[str, str]] = {
        "what": "Write what worries you: who may be in danger, and why now. A sentence or two are enough.",
    }

    what: str = Field(min_length=10, max_length=4000)
    session: UUID | None = None


class Ending(BaseModel):
    """How the therapy ended."""

    words: ClassVar[dict[str, str]] = {
        "outcome": "Choose how the therapy ended.",
        "report": "Write a few sentences about how it went.",
    }

    outcome: Literal["completed", "ended-early"]
    report: str = Field(min_length=20, max_length=4000)


@router.get("/{match_id}/concern")
async def concern_page(request: Request, match_id: UUID, kernel: ThisKernel, visitor: Signed) -> Response:
    """What happens when a concern is raised, and the form."""
    match = await own_match(kernel, match_id, visitor)
    return await _concern(request, kernel, visitor, match, blank_form(Concern))


@router.post("/{match_id}/concern")
async def raise_concern(request: Request, match_id: UUID, kernel: ThisKernel, visitor: Signed) -> Response:
    """Tell safeguarding staff at once."""
    match = await own_match(kernel, match_id, visitor)
    form = await read_form(request, Concern)
    if form.model is None:
        return await _concern(request, kernel, visitor, match, form, 422)
    what, session = form.model.what, form.model.session
    await kernel.perform(
        str(match.referral_id),
        lambda tx: asking.raise_concern(tx, match.match_id, what, SessionId(session) if session else None),
        actor=visitor.actor,
    )
    return RedirectResponse(f"/portal/clients/{match_id}?concern-told", 303)


@router.get("/{match_id}/end")
async def end_page(request: Request, match_id: UUID, kernel: ThisKernel, visitor: Signed) -> Response:
    """How to end a therapy."""
    match = await own_match(kernel, match_id, visitor)
    if match.state != "in-therapy":
        return RedirectResponse(f"/portal/clients/{match_id}", 303)
    return await _end(request, kernel, visitor, match, blank_form(Ending))


@router.post("/{match_id}/end")
async def end(request: Request, match_id: UUID, kernel: ThisKernel, visitor: Signed) -> Response:
    """End a therapy, once every session of the past has its result."""
    match = await own_match(kernel, match_id, visitor)
    form = await read_form(request, Ending)
    if form.model is None:
        return await _end(request, kernel, visitor, match, form, 422)
    async with kernel.reading() as db:
        open_ones = without_result(await sessions.sessions_of(db, match.match_id), kernel.clock.now())
    if open_ones:
        raise Conflict("sessions-without-result", "Please say first how every session went whose time has come.")
    outcome, report = form.model.outcome, form.model.report
    await kernel.perform(
        str(match.referral_id),
        lambda tx: therapy.end(tx, match.match_id, outcome, actor="therapist", report=report),
        actor=visitor.actor,
    )
    return RedirectResponse(f"/portal/clients/{match_id}", 303)


async def _concern(
    request: Request, kernel: Kernel, visitor: PortalVisitor, match: Match, form: Form[Concern], status: int = 200
) -> Response:
    async with kernel.reading() as db:
        present = await sessions.sessions_of(db, match.match_id)
    begun = [one for one in reversed(present) if one.starts_at <= kernel.clock.now() and one.state != "rescheduled"]
    return page(
        request,
        "portal/concern.html",
        status,
        visitor=visitor,
        match=match,
        form=form,
        sessions=begun,
        states=SESSION_STATES,
        short=short,
    )


async def _end(
    request: Request, kernel: Kernel, visitor: PortalVisitor, match: Match, form: Form[Ending], status: int = 200
) -> Response:
    async with kernel.reading() as db:
        present = await sessions.sessions_of(db, match.match_id)
    now = kernel.clock.now()
    return page(
        request,
        "portal/end.html",
        status,
        visitor=visitor,
        match=match,
        form=form,
        held=held(present),
        due=without_result(present, now),
        ahead=[one for one in present if one.state == "booked" and one.starts_at > now],
        short=short,
    )
