"""A therapist's own profile: places, pauses and fee, as far as they may change them by themselves."""

from datetime import date
from decimal import Decimal
from typing import Any, ClassVar

from fastapi import APIRouter, Request
from pydantic import BaseModel, Field
from starlette.responses import RedirectResponse, Response

from services.matching import store
from services.matching.domain.capacity import MOST_PLACES, Refused
from services.matching.domain.fees import Fee, FeeRefused, next_fee
from services.matching.domain.london import london_day
from services.matching.domain.standings import Standing
from services.matching.handlers import fees as fee_changes
from services.matching.handlers import therapists
from services.matching.handlers.therapists import Why
from services.matching.store import fees
from services.matching.web.portal.access import Entitled, PortalVisitor, Signed, ThisKernel
from services.matching.web.words import LOOKUPS
from shared.kernel.errors import NotFound
from shared.kernel.money import Pence
from shared.messaging.kernel import Kernel
from shared.web import Form, blank_form, page, read_form

router = APIRouter(prefix="/portal/profile")


class Places(BaseModel):
    """How many places there are, and how many of them are free."""

    words: ClassVar[dict[str, str]] = {
        "maximum": f"Enter places in all, from 0 to {MOST_PLACES}.",
        "available": f"Enter free places, from 0 to {MOST_PLACES}.",
    }

    maximum: int = Field(ge=0, le=MOST_PLACES)
    available: int = Field(ge=0, le=MOST_PLACES)


class Pause(BaseModel):
    """Until when nothing new is sent."""

    words: ClassVar[dict[str, str]] = {"until": "Enter the day on which you are back, or leave it empty."}

    until: date | None = None


class NewFee(BaseModel):
    """What a session costs from a day on."""

    words: ClassVar[dict[str, str]] = {
        "session_fee": "Enter the fee for a session in pounds, like 60 or 62.50.",
        "valid_from": "Enter the day from which it holds.",
    }

    session_fee: Decimal = Field(ge=0, le=1000, decimal_places=2)
    valid_from: date


@router.get("")
async def profile_page(request: Request, kernel: ThisKernel, visitor: Signed) -> Response:
    """What is known of one's own practice."""
    return await _shown(request, kernel, visitor)


@router.post("/places")
async def change_places(request: Request, kernel: ThisKernel, visitor: Entitled) -> Response:
    """Say how many places there are."""
    form = await read_form(request, Places)
    model = form.model
    if model is None:
        return await _shown(request, kernel, visitor, form=form, doing="places", status=422)
    result = await kernel.perform(
        str(visitor.therapist_id),
        lambda tx: therapists.change_capacity(
            tx, visitor.therapist_id, maximum=model.maximum, available=model.available
        ),
        actor=visitor.actor,
    )
    if isinstance(result, Refused):
        field = "maximum" if result.code == "capacity-below-open-cases" else "available"
        return await _shown(
            request, kernel, visitor, form=form.refused(**{field: result.sentence}), doing="places", status=422
        )
    return RedirectResponse("/portal/profile", 303)


@router.post("/pause")
async def pause(request: Request, kernel: ThisKernel, visitor: Entitled) -> Response:
    """Be asked for nobody new, perhaps until a day."""
    form = await read_form(request, Pause)
    if form.model is None:
        return await _shown(request, kernel, visitor, form=form, doing="pause", status=422)
    return await _moved(request, kernel, visitor, "paused", form, Why(until=form.model.until))


@router.post("/back")
async def come_back(request: Request, kernel: ThisKernel, visitor: Entitled) -> Response:
    """Be asked again."""
    return await _moved(request, kernel, visitor, "active", blank_form(Pause), Why())


@router.post("/fee")
async def change_fee(request: Request, kernel: ThisKernel, visitor: Entitled) -> Response:
    """Say what a session costs from a day on; what was agreed before stays as it is."""
    form = await read_form(request, NewFee)
    if form.model is None:
        return await _shown(request, kernel, visitor, form=form, doing="fee", status=422)
    async with kernel.reading() as db:
        therapist = await store.therapist_by_id(db, kernel.keys, visitor.therapist_id)
    concession = therapist.entry.concession_fee if therapist else None
    fee = Fee(form.model.valid_from, Pence(int(form.model.session_fee * 100)), concession)
    result = await kernel.perform(
        str(visitor.therapist_id),
        lambda tx: fee_changes.set_fee(tx, visitor.therapist_id, fee),
        actor=visitor.actor,
    )
    if isinstance(result, FeeRefused):
        field = result.field if result.field in NewFee.model_fields else "session_fee"
        return await _shown(
            request, kernel, visitor, form=form.refused(**{field: result.sentence}), doing="fee", status=422
        )
    return RedirectResponse("/portal/profile", 303)


async def _moved(
    request: Request, kernel: Kernel, visitor: PortalVisitor, to: Standing, form: Form[Pause], why: Why
) -> Response:
    result = await kernel.perform(
        str(visitor.therapist_id),
        lambda tx: therapists.change_standing(tx, visitor.therapist_id, to, actors=frozenset({"therapist"}), why=why),
        actor=visitor.actor,
    )
    if isinstance(result, Refused):
        return await _shown(
            request, kernel, visitor, form=form.refused(until=result.sentence), doing="pause", status=422
        )
    return RedirectResponse("/portal/profile", 303)


async def _shown(
    request: Request,
    kernel: Kernel,
    visitor: PortalVisitor,
    *,
    form: Form[Any] | None = None,
    doing: str = "",
    status: int = 200,
) -> Response:
    async with kernel.reading() as db:
        therapist = await store.therapist_by_id(db, kernel.keys, visitor.therapist_id)
        coming = next_fee(await fees.fees_of(db, visitor.therapist_id), london_day(kernel.clock.now()))
    if therapist is None:
        raise NotFound("therapist-unknown", "There is no such therapist.")
    places = {"maximum": str(therapist.capacity.maximum), "available": str(therapist.capacity.available)}
    return page(
        request,
        "portal/profile.html",
        status,
        visitor=visitor,
        therapist=therapist,
        coming=coming,
        form=form or blank_form(Pause),
        places=form if form is not None and doing == "places" else blank_form(Places, **places),
        doing=doing,
        words=LOOKUPS,
    )
