"""What if: a form that asks, and an answer that changes nothing, whoever reads it how often."""

from dataclasses import dataclass, replace
from typing import Annotated, get_args
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request
from pydantic import BaseModel, Field
from starlette.responses import Response

from services.matching import store
from services.matching.domain.hypotheses import NEW_THERAPIST, Hypothesis
from services.matching.domain.pairing import Candidate
from services.matching.domain.scoring import METHODS, Weights
from services.matching.domain.vocabulary import AgeBand, ClientGroup, LegalStage
from services.matching.handlers.supposing import suppose
from services.matching.web.words import LOOKUPS, short
from shared.db import Connection
from shared.kernel.errors import NotFound
from shared.kernel.ids import TherapistId
from shared.kernel.money import Pence
from shared.messaging.kernel import Kernel
from shared.web import Staff, kernel_of, page, signed_in

router = APIRouter()
ThisKernel = Annotated[Kernel, Depends(kernel_of)]
Coordinator = Annotated[Staff, Depends(signed_in("coordinator"))]
Percent = Annotated[int, Field(ge=0, le=100)]
SHOWN = 50


class Supposed(BaseModel):
    """What somebody supposes; all of it in the address, so that it can be shown to a colleague."""

    therapist: str = Field("", max_length=36)
    wider_km: int = Field(0, ge=0, le=500)
    more_places: int = Field(0, ge=0, le=50)
    new_area: str = Field("", max_length=5)
    new_group: str = Field("", max_length=20)
    new_places: int = Field(3, ge=1, le=50)
    new_radius: int = Field(40, ge=1, le=500)
    new_fee: int = Field(60, ge=0, le=300)
    distance: Percent | None = None
    affordable: Percent | None = None
    free_places: Percent | None = None
    specialism: Percent | None = None
    preferences: Percent | None = None
    results: Percent | None = None


@dataclass(frozen=True, slots=True)
class Problem:
    """Why something cannot be supposed."""

    sentence: str


@router.get("/matches/what-if")
async def supposing_page(
    request: Request, kernel: ThisKernel, _staff: Coordinator, supposed: Annotated[Supposed, Query()]
) -> Response:
    """Everyone who waits, placed as it is and as supposed; a GET that reads and never writes."""
    async with kernel.reading() as db:
        weights = await _weights(db, kernel)
        hypothesis = await _hypothesis(db, supposed, weights)
        compared = None
        if isinstance(hypothesis, Hypothesis) and not hypothesis.supposes_nothing:
            compared = await suppose(db, kernel.keys, hypothesis, weights, kernel.clock.now())
        register = await store.all_therapists(db, kernel.keys)
    names = {one.therapist_id: one.entry.name for one in register} | {NEW_THERAPIST: "The new therapist"}
    return page(
        request,
        "matches/what_if.html",
        supposed=supposed,
        problem=hypothesis if isinstance(hypothesis, Problem) else None,
        compared=compared,
        names=names,
        register=sorted(register, key=lambda one: one.entry.name),
        weights=weights,
        methods=[method for method in METHODS if getattr(weights, method.weight)],
        of_hundred=lambda points: round(100 * points / weights.whole) if points is not None else None,
        shown=SHOWN,
        short=short,
        words=LOOKUPS,
    )


async def _weights(db: Connection, kernel: Kernel) -> Weights:
    weights = await store.weights_of(db, kernel.settings.policy.weights_version)
    if weights is None:
        raise NotFound("weights-not-published", "The weights that are set have not been published yet.")
    return weights


async def _hypothesis(db: Connection, supposed: Supposed, weights: Weights) -> Hypothesis | Problem:
    newcomer = await _newcomer(db, supposed) if supposed.new_area else None
    if isinstance(newcomer, Problem):
        return newcomer
    try:
        therapist_id = TherapistId(UUID(supposed.therapist)) if supposed.therapist else None
    except ValueError:
        return Problem("There is no such therapist.")
    return Hypothesis(
        therapist_id=therapist_id,
        wider_km=supposed.wider_km,
        more_places=supposed.more_places,
        newcomer=newcomer,
        weights=_other_weights(supposed, weights),
    )


def _other_weights(supposed: Supposed, weights: Weights) -> Weights | None:
    given = {method.weight: getattr(supposed, method.weight, None) for method in METHODS}
    changed = {name: value for name, value in given.items() if value is not None and value != getattr(weights, name)}
    return replace(weights, version=0, **changed) if changed else None


async def _newcomer(db: Connection, supposed: Supposed) -> Candidate | Problem:
    point = await store.point_of(db, supposed.new_area.strip().upper())
    if point is None:
        return Problem("This outward code is not known. Give the first half of a postcode, like TQ13.")
    groups: tuple[ClientGroup, ...] = tuple(
        group for group in get_args(ClientGroup) if supposed.new_group in ("", group)
    )
    return Candidate(
        therapist_id=NEW_THERAPIST,
        standing="active",
        client_groups=groups,
        age_bands=get_args(AgeBand),
        legal_stages=get_args(LegalStage),
        child_clearance=True,
        point=point,
        radius_km=supposed.new_radius,
        online=False,
        gender="woman",
        languages=("en",),
        step_free_access=True,
        session_fee=Pence(supposed.new_fee * 100),
        capacity_maximum=supposed.new_places,
        capacity_available=supposed.new_places,
    )
