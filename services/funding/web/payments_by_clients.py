"""What clients add to sessions, for staff: sums by award, whose means to look at again, and noting what was paid."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Request
from starlette.responses import RedirectResponse, Response

from services.funding.domain.days import day_of
from services.funding.domain.invoices import policy_on
from services.funding.domain.payments_by_clients import ClientsPart, is_to_be_asked_again, sums_of
from services.funding.handlers.payments_by_clients import note_by_staff
from services.funding.store import invoices, payments_by_clients
from services.funding.web.invoice_words import NOTED
from services.funding.web.own_payments import PREFIX, noted_in
from services.funding.web.words import short
from shared.kernel.errors import NotFound, Unprocessable
from shared.kernel.ids import AwardId
from shared.messaging.kernel import Kernel
from shared.web import Staff, kernel_of, page, signed_in

router = APIRouter()
ThisKernel = Annotated[Kernel, Depends(kernel_of)]
Reader = Annotated[Staff, Depends(signed_in("finance", "coordinator"))]


@router.get("/contributions")
async def contributions_page(request: Request, kernel: ThisKernel, _staff: Reader, show: str = "") -> Response:
    """What clients were to add and what became of it, by award; first those whose means are to be looked at again."""
    async with kernel.reading() as db:
        parts = await payments_by_clients.all_parts(db)
        policy = policy_on(await invoices.invoice_policies(db), day_of(kernel.clock.now()))
    by_award: dict[AwardId, list[ClientsPart]] = {}
    for part in parts:
        by_award.setdefault(part.award_id, []).append(part)
    rows = [
        (award_id, sums, is_to_be_asked_again(sums, policy.unpaid_until_asked))
        for award_id, sums in ((award_id, sums_of(own)) for award_id, own in by_award.items())
    ]
    rows.sort(key=lambda row: (not row[2], -row[1].not_paid, row[0]))
    flagged = [row for row in rows if row[2]]
    return page(
        request,
        "payments/contributions.html",
        rows=flagged if show == "again" else rows,
        flagged=len(flagged),
        together=sums_of(parts),
        show="again" if show == "again" else "",
        limit=policy.unpaid_until_asked,
        short=short,
    )


@router.get("/contributions/{award_id}")
async def award_page(request: Request, award_id: UUID, kernel: ThisKernel, _staff: Reader) -> Response:
    """Every session under an award to which the client adds something."""
    return await _shown(request, kernel, AwardId(award_id))


@router.post("/contributions/{award_id}")
async def note_for_therapist(request: Request, award_id: UUID, kernel: ThisKernel, staff: Reader) -> Response:
    """Note what became of the client's part; boxes left open change nothing."""
    try:
        noted = noted_in(await request.form())
        await kernel.perform(str(award_id), lambda tx: note_by_staff(tx, AwardId(award_id), noted), actor=staff.actor)
    except Unprocessable as refusal:
        return await _shown(request, kernel, AwardId(award_id), refusal.sentence, 422)
    return RedirectResponse(f"/contributions/{award_id}", 303)


async def _shown(request: Request, kernel: Kernel, award_id: AwardId, refused: str = "", status: int = 200) -> Response:
    async with kernel.reading() as db:
        parts = await payments_by_clients.parts_of_award(db, award_id)
        policy = policy_on(await invoices.invoice_policies(db), day_of(kernel.clock.now()))
    if not parts:
        raise NotFound("award-unknown", "There is no such award, or its client adds nothing.")
    sums = sums_of(parts)
    return page(
        request,
        "payments/contribution.html",
        status,
        award_id=award_id,
        parts=parts,
        sums=sums,
        again=is_to_be_asked_again(sums, policy.unpaid_until_asked),
        refused=refused,
        noted=NOTED,
        prefix=PREFIX,
        short=short,
    )
