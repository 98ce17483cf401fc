"""The waiting list: for what people wait, since when, when somebody looks again; and putting a client on hold."""

from datetime import UTC, date, datetime, time
from itertools import groupby
from typing import Annotated, ClassVar, get_args
from uuid import UUID

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel
from starlette.responses import RedirectResponse, Response

from services.matching import store
from services.matching.domain.vocabulary import WaitReason
from services.matching.domain.working_days import LONDON
from services.matching.handlers import holding
from services.matching.web.words import LOOKUPS, short
from shared.kernel.errors import Unprocessable
from shared.kernel.ids import ReferralId
from shared.messaging.kernel import Kernel
from shared.web import Staff, kernel_of, page, read_form, signed_in

router = APIRouter()
ThisKernel = Annotated[Kernel, Depends(kernel_of)]
Coordinator = Annotated[Staff, Depends(signed_in("coordinator"))]
WOKEN_BY: dict[WaitReason, str] = {
    "nobody-near": "a therapist near enough, or a wider radius",
    "no-such-skill": "a therapist with the right skills",
    "no-free-place": "a free place",
    "no-money": "money coming in or back",
    "not-shared": "the client's agreement",
    "everyone-asked": "a therapist who was not asked yet",
    "next-run": "the next match run",
    "client-not-ready": "the day that was set, or staff",
    "safeguarding": "the end of the concern",
}


class HoldUntil(BaseModel):
    """Until when a client is not ready."""

    words: ClassVar[dict[str, str]] = {"until": "Choose the day on which we look again."}

    until: date


@router.get("/matches/waiting")
async def waiting_list(request: Request, kernel: ThisKernel, _staff: Coordinator, reason: str = "") -> Response:
    """Everyone who waits, by reason, the most urgent and longest waiting first."""
    async with kernel.reading() as db:
        rows = await store.waiting_list(db)
    by_reason = {code: list(group) for code, group in groupby(rows, key=lambda row: row["reason"])}
    groups = [(code, by_reason[code]) for code in get_args(WaitReason) if code in by_reason]
    return page(
        request,
        "matches/waiting_list.html",
        groups=[group for group in groups if reason in ("", group[0])],
        counts=[(code, len(found)) for code, found in groups],
        reason=reason if reason in by_reason else "",
        count=len(rows),
        woken_by=WOKEN_BY,
        now=kernel.clock.now(),
        short=short,
        words=LOOKUPS,
    )


@router.post("/matches/waiting/{referral_id}/hold")
async def hold(request: Request, referral_id: UUID, kernel: ThisKernel, staff: Coordinator) -> Response:
    """Note that a client is not ready before a day."""
    form = await read_form(request, HoldUntil)
    if form.model is None:
        raise Unprocessable("day-missing", " ".join(form.errors.values()))
    until = datetime.combine(form.model.until, time(8), LONDON).astimezone(UTC)
    await kernel.perform(
        str(referral_id), lambda tx: holding.put_on_hold(tx, ReferralId(referral_id), until), actor=staff.actor
    )
    return RedirectResponse(f"/matches/waiting/{referral_id}", 303)


@router.post("/matches/waiting/{referral_id}/ready")
async def ready(referral_id: UUID, kernel: ThisKernel, staff: Coordinator) -> Response:
    """Note that a client is ready, and look at once."""
    await kernel.perform(
        str(referral_id), lambda tx: holding.take_off_hold(tx, ReferralId(referral_id)), actor=staff.actor
    )
    return RedirectResponse("/matches/waiting", 303)
