"""The register of therapists, for registrars and coordinators only."""

from typing import Annotated, ClassVar
from uuid import UUID

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel, Field
from starlette.responses import RedirectResponse, Response

from services.matching import store
from services.matching.domain.capacity import MOST_PLACES, Refused
from services.matching.domain.standings import STANDING_MOVES, STANDINGS, Standing
from services.matching.domain.therapists import Therapist
from services.matching.domain.transitions import ActorKind
from services.matching.handlers import therapists as handlers
from services.matching.web.words import LOOKUPS
from shared.kernel.errors import NotFound
from shared.kernel.ids import TherapistId
from shared.messaging.kernel import Kernel
from shared.web import Form, Staff, blank_form, kernel_of, page, read_form, signed_in

router = APIRouter()
ThisKernel = Annotated[Kernel, Depends(kernel_of)]
Registrar = Annotated[Staff, Depends(signed_in("registrar", "coordinator"))]
SHOWN = 200


class Places(BaseModel):
    """What a therapist says about their places."""

    words: ClassVar[dict[str, str]] = {
        "maximum": f"Enter places in all, from 0 to {MOST_PLACES}.",
        "available": f"Enter free places, from 0 to {MOST_PLACES}.",
    }

    maximum: int = Field(ge=0, le=MOST_PLACES)
    available: int = Field(ge=0, le=MOST_PLACES)


class Move(BaseModel):
    """Which standing the therapist gets."""

    standing: Standing


@router.get("/therapists")
async def therapists_page(
    request: Request, kernel: ThisKernel, staff: Registrar, q: str = "", standing: str = ""
) -> Response:
    """The register, searched by name, number or area."""
    async with kernel.reading() as db:
        everyone = await store.all_therapists(db, kernel.keys)
    found = [one for one in everyone if _fits(one, q.strip().casefold(), standing)]
    return page(
        request,
        "therapists/list.html",
        therapists=found[:SHOWN],
        count=len(found),
        total=len(everyone),
        free=sum(one.entry.capacity_available for one in found if one.standing == "active"),
        q=q[:100],
        standing=standing if standing in STANDINGS else "",
        actions={one.therapist_id: _actions(one, staff) for one in found[:SHOWN]},
        words=LOOKUPS,
    )


@router.get("/therapists/{therapist_id}")
async def therapist_page(request: Request, therapist_id: UUID, kernel: ThisKernel, staff: Registrar) -> Response:
    """One therapist: what they offer, their places, their open cases, and what may be done."""
    return await _shown(request, kernel, staff, TherapistId(therapist_id))


@router.post("/therapists/{therapist_id}/places")
async def change_places(request: Request, therapist_id: UUID, kernel: ThisKernel, staff: Registrar) -> Response:
    """Write how many places there are."""
    form = await read_form(request, Places)
    model = form.model
    if model is not None:
        result = await kernel.perform(
            str(therapist_id),
            lambda tx: handlers.change_capacity(
                tx, TherapistId(therapist_id), maximum=model.maximum, available=model.available
            ),
            actor=staff.actor,
        )
        if not isinstance(result, Refused):
            return RedirectResponse(f"/therapists/{therapist_id}", 303)
        field = "maximum" if result.code == "capacity-below-open-cases" else "available"
        form = form.refused(**{field: result.sentence})
    return await _shown(request, kernel, staff, TherapistId(therapist_id), form=form, status=422)


@router.post("/therapists/{therapist_id}/standing")
async def change_standing(request: Request, therapist_id: UUID, kernel: ThisKernel, staff: Registrar) -> Response:
    """Move the standing, as far as this person may."""
    form = await read_form(request, Move)
    if form.model is None:
        return await _shown(request, kernel, staff, TherapistId(therapist_id), status=422)
    standing = form.model.standing
    await kernel.perform(
        str(therapist_id),
        lambda tx: handlers.change_standing(tx, TherapistId(therapist_id), standing, actors=capacities_of(staff)),
        actor=staff.actor,
    )
    return RedirectResponse(f"/therapists/{therapist_id}", 303)


def capacities_of(staff: Staff) -> frozenset[ActorKind]:
    """In which capacities this person may act here."""
    kinds: tuple[ActorKind, ...] = ("coordinator", "registrar")
    return frozenset(kind for kind in kinds if kind in staff.roles)


def _actions(therapist: Therapist, staff: Staff) -> list[Standing]:
    allowed = STANDING_MOVES.open_to(therapist.standing, capacities_of(staff))
    return [standing for standing in STANDINGS if standing in allowed]


def _fits(therapist: Therapist, text: str, standing: str) -> bool:
    entry = therapist.entry
    searched = f"{entry.name} {entry.registration_number} {entry.outward_code}".casefold()
    return text in searched and standing in ("", therapist.standing)


async def _shown(
    request: Request,
    kernel: Kernel,
    staff: Staff,
    therapist_id: TherapistId,
    *,
    form: Form[Places] | None = None,
    status: int = 200,
) -> Response:
    async with kernel.reading() as db:
        therapist = await store.therapist_by_id(db, kernel.keys, therapist_id)
        if therapist is None:
            raise NotFound("therapist-unknown", "There is no such therapist.")
        cases = await store.open_cases_of(db, therapist_id)
    places = {"maximum": str(therapist.capacity.maximum), "available": str(therapist.capacity.available)}
    return page(
        request,
        "therapists/therapist.html",
        status,
        therapist=therapist,
        cases=cases,
        form=form or blank_form(Places, **places),
        actions=_actions(therapist, staff),
        coordinator=staff.may("coordinator"),
        words=LOOKUPS,
    )
