"""A therapist's own papers and supervision: what holds until when, how to renew it, and the log they write."""

from datetime import date
from typing import ClassVar
from uuid import UUID

from fastapi import APIRouter, Request
from pydantic import BaseModel
from starlette.responses import RedirectResponse, Response

from services.matching import store
from services.matching.domain.london import london_day
from services.matching.domain.supervision import signed_minutes
from services.matching.handlers import supervision
from services.matching.store.accreditation import accreditation_of
from services.matching.store.supervision import log_of, supervisors_of
from services.matching.web.portal.access import PortalVisitor, Signed, ThisKernel
from services.matching.web.words import LINE_STATES
from shared.kernel.errors import NotFound
from shared.messaging.kernel import Kernel
from shared.web import Form, blank_form, page, read_form

router = APIRouter(prefix="/portal/papers")
MONTHS_SHOWN, MEETINGS_SHOWN = 6, 12


class Meeting(BaseModel):
    """A meeting with one's supervisor."""

    words: ClassVar[dict[str, str]] = {
        "supervisor": "Choose who supervised you.",
        "held_on": "Enter the day of the meeting.",
        "minutes": "Enter its length in minutes, like 60.",
    }

    supervisor: UUID
    held_on: date
    minutes: int


@router.get("")
async def papers_page(request: Request, kernel: ThisKernel, visitor: Signed) -> Response:
    """What we have seen of one's papers; somebody whose membership lapsed needs it most."""
    return await _shown(request, kernel, visitor, blank_form(Meeting))


@router.post("/supervision")
async def enter_supervision(request: Request, kernel: ThisKernel, visitor: Signed) -> Response:
    """Write a meeting into the log, for the supervisor to sign."""
    form = await read_form(request, Meeting)
    model = form.model
    if model is not None:
        result = await kernel.perform(
            str(visitor.therapist_id),
            lambda tx: supervision.enter_supervision(
                tx, visitor.therapist_id, model.supervisor, held_on=model.held_on, minutes=model.minutes
            ),
            actor=visitor.actor,
        )
        if not isinstance(result, tuple):
            return RedirectResponse("/portal/papers#supervision", 303)
        form = form.refused(**{wrong.field: wrong.sentence for wrong in result})
    return await _shown(request, kernel, visitor, form, status=422)


async def _shown(
    request: Request, kernel: Kernel, visitor: PortalVisitor, form: Form[Meeting], status: int = 200
) -> Response:
    async with kernel.reading() as db:
        therapist = await store.therapist_by_id(db, kernel.keys, visitor.therapist_id)
        lines = await accreditation_of(db, kernel.keys, visitor.therapist_id, london_day(kernel.clock.now()))
        supervisors = await supervisors_of(db, kernel.keys, visitor.therapist_id)
        log = await log_of(db, visitor.therapist_id)
    if therapist is None:
        raise NotFound("therapist-unknown", "There is no such therapist.")
    return page(
        request,
        "portal/papers.html",
        status,
        visitor=visitor,
        number=therapist.entry.registration_number,
        lines=lines,
        line_states=LINE_STATES,
        supervisors={str(one.supervisor_id): one.name for one in supervisors},
        log=sorted(log, key=lambda one: one.held_on, reverse=True)[:MEETINGS_SHOWN],
        signed=sorted(signed_minutes(log).items(), reverse=True)[:MONTHS_SHOWN],
        form=form,
    )
