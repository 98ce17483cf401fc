"""The published weights, every version of them, and how each part of a score is found."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from services.matching import store
from services.matching.domain.rules import RULES
from services.matching.domain.scoring import METHODS
from services.matching.web.words import LOOKUPS
from shared.messaging.kernel import Kernel
from shared.web import Staff, kernel_of, page, signed_in

router = APIRouter()
ThisKernel = Annotated[Kernel, Depends(kernel_of)]
AnyStaff = Annotated[Staff, Depends(signed_in())]


@router.get("/matches/weights")
async def weights_page(request: Request, kernel: ThisKernel, _staff: AnyStaff) -> Response:
    """For everybody on the staff: what counts how much, since when, and every rule that comes before."""
    async with kernel.reading() as db:
        published = await store.published_weights(db)
    return page(
        request,
        "matches/weights.html",
        published=[(weights, at, sum(getattr(weights, one.weight) for one in METHODS)) for weights, at in published],
        methods=METHODS,
        rules=RULES,
        used=kernel.settings.policy.weights_version,
        words=LOOKUPS,
    )
