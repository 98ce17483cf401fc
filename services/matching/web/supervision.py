"""A supervisor's page, found by the link in the mail: reading changes nothing, only a press of a button signs."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from starlette.responses import RedirectResponse, Response

from services.matching import store
from services.matching.domain.supervision import Supervision, initials
from services.matching.handlers.supervision import answer_supervision
from services.matching.store.supervision import supervision_by_token
from shared.kernel.errors import NotFound
from shared.messaging.kernel import Kernel
from shared.web import kernel_of, page

router = APIRouter(prefix="/supervision/{token}")
ThisKernel = Annotated[Kernel, Depends(kernel_of)]


@router.api_route("", methods=["GET", "HEAD"])
async def supervision_page(request: Request, token: str, kernel: ThisKernel) -> Response:
    """What there is to sign; initials are enough for the supervisor, and for nobody else."""
    return await _shown(request, token, kernel)


@router.post("/sign")
async def sign(request: Request, token: str, kernel: ThisKernel) -> Response:
    """The meeting was held as it says."""
    return await _answered(request, token, kernel, signed=True)


@router.post("/refuse")
async def refuse(request: Request, token: str, kernel: ThisKernel) -> Response:
    """The meeting was not held like that."""
    return await _answered(request, token, kernel, signed=False)


async def _answered(request: Request, token: str, kernel: Kernel, *, signed: bool) -> Response:
    entry = await _found(kernel, token)
    answered = await kernel.perform(
        str(entry.therapist_id),
        lambda tx: answer_supervision(tx, entry, signed=signed),
        actor=f"supervisor:{entry.supervisor_id}",
    )
    if answered:
        return RedirectResponse(f"/supervision/{token}", 303)
    return await _shown(request, token, kernel, status=409)


async def _shown(request: Request, token: str, kernel: Kernel, *, status: int = 200) -> Response:
    entry = await _found(kernel, token)
    who = ""
    if entry.state == "to-sign":
        async with kernel.reading() as db:
            names = await store.names_of(db, kernel.keys, [entry.therapist_id])
        who = initials(names.get(entry.therapist_id, ""))
    return page(request, "supervision/supervision.html", status, token=token, entry=entry, who=who)


async def _found(kernel: Kernel, token: str) -> Supervision:
    async with kernel.reading() as db:
        entry = await supervision_by_token(db, token)
    if entry is None:
        raise NotFound(
            "supervision-unknown",
            "This link leads nowhere. The meeting was written in anew, or the link is incomplete: open the last mail.",
        )
    return entry
