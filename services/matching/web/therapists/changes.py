"""What staff change of a therapist: standing, places, fee, and that somebody has checked the entry."""

from decimal import Decimal
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from services.matching import store
from services.matching.domain.capacity import Refused
from services.matching.domain.fees import Fee, FeeRefused
from services.matching.domain.standings import Standing
from services.matching.handlers import fees as fee_changes
from services.matching.handlers import therapists as handlers
from services.matching.handlers.therapists import Why
from services.matching.handlers.verifying import verify_entry
from services.matching.web.therapists.access import Reader, Registrar, ThisKernel, actions_for, capacities_of
from services.matching.web.therapists.forms import Move, NewFee, Places
from services.matching.web.therapists.record import shown
from shared.kernel.errors import NotFound
from shared.kernel.ids import TherapistId
from shared.kernel.money import Pence
from shared.web import Form, read_form

router = APIRouter(prefix="/therapists/{therapist_id}")
NEEDS_A_REASON: frozenset[Standing] = frozenset({"lapsed", "suspended", "removed", "left"})


@router.post("/places")
async def change_places(request: Request, therapist_id: UUID, kernel: ThisKernel, staff: Reader) -> Response:
    """Write down what the therapist says about their places."""
    one, form = TherapistId(therapist_id), await read_form(request, Places)
    model = form.model
    if model is not None:
        result = await kernel.perform(
            str(one),
            lambda tx: handlers.change_capacity(tx, one, maximum=model.maximum, available=model.available),
            actor=staff.actor,
        )
        if not isinstance(result, Refused):
            return back_to(one, "places-heading")
        field = "maximum" if result.code == "capacity-below-open-cases" else "available"
        form = form.refused(**{field: result.sentence})
    return await shown(request, kernel, staff, one, wrong=("places", form), status=422)


@router.post("/standing")
async def change_standing(request: Request, therapist_id: UUID, kernel: ThisKernel, staff: Reader) -> Response:
    """Move the standing, as far as this person may."""
    one, form = TherapistId(therapist_id), await read_form(request, Move)
    model = form.model
    if model is not None:
        async with kernel.reading() as db:
            therapist = await store.therapist_by_id(db, kernel.keys, one)
        if therapist is None:
            raise NotFound("therapist-unknown", "There is no such therapist.")
        if model.standing in NEEDS_A_REASON and not model.reason and model.standing in actions_for(therapist, staff):
            form = form.refused(reason="Say why: whoever looks at this later will want to know.")
            return await shown(request, kernel, staff, one, wrong=("move", form), status=422)
        why = Why(who=staff.display_name, reason=model.reason, until=model.until)
        refused = await kernel.perform(
            str(one),
            lambda tx: handlers.change_standing(tx, one, model.standing, actors=capacities_of(staff), why=why),
            actor=staff.actor,
        )
        if refused is None:
            return back_to(one, "standing-heading")
        form = form.refused(**{"until" if refused.code == "pause-is-over" else "standing": refused.sentence})
    return await shown(request, kernel, staff, one, wrong=("move", form), status=422)


@router.post("/fee")
async def change_fee(request: Request, therapist_id: UUID, kernel: ThisKernel, staff: Registrar) -> Response:
    """Keep what a session costs from a day on."""
    one, form = TherapistId(therapist_id), await read_form(request, NewFee)
    model = form.model
    if model is not None:
        concession = None if model.concession_fee is None else _pence(model.concession_fee)
        fee = Fee(model.valid_from, _pence(model.session_fee), concession)
        result = await kernel.perform(str(one), lambda tx: fee_changes.set_fee(tx, one, fee), actor=staff.actor)
        if not isinstance(result, FeeRefused):
            return back_to(one, "fees-heading")
        form = form.refused(**{result.field: result.sentence})
    return await shown(request, kernel, staff, one, wrong=("fee", form), status=422)


@router.post("/verified")
async def verified(therapist_id: UUID, kernel: ThisKernel, staff: Registrar) -> Response:
    """Note that this person has checked the entry today."""
    one = TherapistId(therapist_id)
    await kernel.perform(str(one), lambda tx: verify_entry(tx, one, who=staff.display_name), actor=staff.actor)
    return back_to(one, "offers-heading")


def back_to(therapist_id: TherapistId, part: str) -> RedirectResponse:
    """The therapist's page, at the part that was changed."""
    return RedirectResponse(f"/therapists/{therapist_id}#{part}", 303)


def refused_where(form: Form[Any], wrong: tuple[Any, ...], names: dict[str, str]) -> Form[Any]:
    """The form with what a rule found wrong, beside the box of that answer."""
    return form.refused(**{names.get(one.field, one.field): one.sentence for one in wrong})


def _pence(amount: Decimal) -> Pence:
    return Pence(int(amount * 100))
