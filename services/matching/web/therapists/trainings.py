"""The charity's trainings: what was held, and how many therapists came."""

from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from services.matching.handlers import training
from services.matching.store.training import trainings
from services.matching.web.therapists.access import Reader, Registrar, ThisKernel
from services.matching.web.therapists.forms import NewTraining
from shared.messaging.kernel import Kernel
from shared.web import Form, Staff, blank_form, page, read_form

router = APIRouter(prefix="/therapists/trainings")


@router.get("")
async def trainings_page(request: Request, kernel: ThisKernel, staff: Reader) -> Response:
    """Every training of late."""
    return await _shown(request, kernel, staff, blank_form(NewTraining))


@router.post("")
async def add_training(request: Request, kernel: ThisKernel, staff: Registrar) -> Response:
    """Keep a training that was held, or will be."""
    form = await read_form(request, NewTraining)
    model = form.model
    if model is not None:
        added = await kernel.perform(
            "trainings",
            lambda tx: training.add_training(tx, model.title, model.held_on, model.days),
            actor=staff.actor,
        )
        if added:
            return RedirectResponse("/therapists/trainings", 303)
        form = form.refused(title="A training of this name on this day is in the list already.")
    return await _shown(request, kernel, staff, form, status=422)


async def _shown(request: Request, kernel: Kernel, staff: Staff, form: Form[Any], *, status: int = 200) -> Response:
    async with kernel.reading() as db:
        held = await trainings(db)
    return page(
        request, "therapists/trainings.html", status, trainings=held, form=form, registrar=staff.may("registrar")
    )
