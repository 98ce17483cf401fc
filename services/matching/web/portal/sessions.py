"""Booking sessions, moving them, and saying how they went."""

from datetime import date, datetime, time
from typing import ClassVar
from uuid import UUID

from fastapi import APIRouter, Request
from pydantic import BaseModel
from starlette.responses import RedirectResponse, Response

from services.matching.domain.capacity import Refused
from services.matching.domain.cases import Match
from services.matching.domain.sessions import Result, london_moment
from services.matching.handlers.therapy import booking
from services.matching.web.portal.access import PortalVisitor, Signed, ThisKernel, own_match
from services.matching.web.portal.clients import shown
from shared.kernel.ids import SessionId
from shared.messaging.kernel import Kernel
from shared.web import Form, read_form

router = APIRouter(prefix="/portal/clients")
LEFT_OUT = "On that night the clocks go forward and this hour does not exist. Please choose another time."


class Booking(BaseModel):
    """When a session takes place, by London's clocks."""

    words: ClassVar[dict[str, str]] = {"day": "Enter the day.", "clock": "Enter the time, like 14:30."}

    day: date
    clock: time


class Recording(BaseModel):
    """How a session went."""

    words: ClassVar[dict[str, str]] = {"result": "Choose what happened."}

    result: Result


@router.post("/{match_id}/sessions")
async def book(request: Request, match_id: UUID, kernel: ThisKernel, visitor: Signed) -> Response:
    """Book a session."""
    match = await own_match(kernel, match_id, visitor)
    return await _book(request, kernel, visitor, match, moved=None)


@router.post("/{match_id}/sessions/{session_id}/move")
async def move(request: Request, match_id: UUID, session_id: UUID, kernel: ThisKernel, visitor: Signed) -> Response:
    """Put another time in the place of a booked one."""
    match = await own_match(kernel, match_id, visitor)
    return await _book(request, kernel, visitor, match, moved=SessionId(session_id))


@router.post("/{match_id}/sessions/{session_id}")
async def record(request: Request, match_id: UUID, session_id: UUID, kernel: ThisKernel, visitor: Signed) -> Response:
    """Say how a session went, or that it will not take place."""
    match = await own_match(kernel, match_id, visitor)
    form = await read_form(request, Recording)
    doing = f"record-{session_id}"
    if form.model is None:
        return await shown(request, kernel, visitor, match, form=form, doing=doing, status=422)
    result = form.model.result
    done = await kernel.perform(
        str(match.referral_id),
        lambda tx: booking.record(tx, match.match_id, SessionId(session_id), result, actor="therapist"),
        actor=visitor.actor,
    )
    if isinstance(done, Refused):
        refused = form.refused(result=done.sentence)
        return await shown(request, kernel, visitor, match, form=refused, doing=doing, status=422)
    return RedirectResponse(f"/portal/clients/{match_id}", 303)


async def _book(
    request: Request, kernel: Kernel, visitor: PortalVisitor, match: Match, *, moved: SessionId | None
) -> Response:
    form: Form[Booking] = await read_form(request, Booking)
    doing = f"move-{moved}" if moved else "book"
    starts_at: datetime | None = None
    if form.model is not None:
        starts_at = london_moment(form.model.day, form.model.clock)
        if starts_at is None:
            form = form.refused(clock=LEFT_OUT)
    if starts_at is None:
        return await shown(request, kernel, visitor, match, form=form, doing=doing, status=422)
    at = starts_at
    done = await kernel.perform(
        str(match.referral_id),
        lambda tx: booking.book(tx, match.match_id, at, actor="therapist", moved=moved),
        actor=visitor.actor,
    )
    if isinstance(done, Refused):
        return await shown(
            request, kernel, visitor, match, form=form.refused(day=done.sentence), doing=doing, status=422
        )
    return RedirectResponse(f"/portal/clients/{match.match_id}", 303)
