"""Events that this service could not handle: by cause, with replay and drop; bodies are never shown."""

from typing import Annotated, ClassVar
from uuid import UUID

from fastapi import APIRouter, Depends
from pydantic import BaseModel, Field
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from services.notifications.handlers import dead_letters
from services.notifications.web.desk import staff_page
from shared.web import Form, Staff, blank_form, kernel_of, read_form, signed_in

router = APIRouter()

KEEPS_THEM = signed_in("admin")


class DropForm(BaseModel):
    """Why a dead letter can be dropped."""

    words: ClassVar[dict[str, str]] = {"reason": "Say in a few words why it can be dropped; the reason is kept."}

    reason: str = Field(min_length=dead_letters.SHORTEST_REASON, max_length=500)


@router.get("/dead-letters")
async def letters_page(request: Request, staff: Annotated[Staff, Depends(KEEPS_THEM)]) -> Response:
    """What has died here, grouped by cause."""
    return await _page(request, staff, blank_form(DropForm))


@router.post("/dead-letters/{event_id}/replay")
async def replay(request: Request, event_id: UUID, staff: Annotated[Staff, Depends(KEEPS_THEM)]) -> Response:
    """Try one again, and what waits behind it."""
    await dead_letters.replay(kernel_of(request), event_id, staff.actor)
    return RedirectResponse("/dead-letters", 303)


@router.post("/dead-letters/{event_id}/drop")
async def drop(request: Request, event_id: UUID, staff: Annotated[Staff, Depends(KEEPS_THEM)]) -> Response:
    """Remove one for good, for a reason."""
    form = await read_form(request, DropForm)
    if form.model is None:
        return await _page(request, staff, form, refused=event_id, status=422)
    await dead_letters.drop(kernel_of(request), event_id, form.model.reason, staff.actor)
    return RedirectResponse("/dead-letters", 303)


async def _page(
    request: Request, staff: Staff, form: Form[DropForm], *, refused: UUID | None = None, status: int = 200
) -> Response:
    found = await dead_letters.overview(kernel_of(request))
    return await staff_page(
        request,
        staff,
        "dead_letters/letters.html",
        status,
        causes=found.causes,
        letters=found.letters,
        form=form,
        refused=refused,
    )
