"""Awards for finance and coordinators: all of them, why each was decided so, and who waits although kept."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from services.funding.domain.awards import STATES
from services.funding.domain.clearing import sum_to_clear
from services.funding.domain.days import day_of
from services.funding.domain.explanation import VERDICT_WORDS, reason_for
from services.funding.store import funds, pages
from services.funding.web.words import LOOKUPS, short
from shared.kernel.errors import NotFound
from shared.kernel.money import Pence
from shared.messaging.kernel import Kernel
from shared.web import Staff, kernel_of, page, signed_in

router = APIRouter()
ThisKernel = Annotated[Kernel, Depends(kernel_of)]
Reader = Annotated[Staff, Depends(signed_in("finance", "coordinator"))]
SHOWN = 200


@router.get("/awards")
async def awards_page(request: Request, kernel: ThisKernel, _staff: Reader, show: str = "") -> Response:
    """Awards by state, the latest first."""
    states = [show] if show in STATES else []
    async with kernel.reading() as db:
        rows = await pages.awards_listed(db, states=states, review=show == "review", limit=SHOWN)
        counts = await pages.award_counts(db)
    return page(
        request,
        "awards/list.html",
        awards=rows,
        counts=counts,
        show=show if states or show == "review" else "",
        shown=SHOWN,
        words=LOOKUPS,
        short=short,
    )


@router.get("/awards/unfunded")
async def unfunded_page(request: Request, kernel: ThisKernel, _staff: Reader) -> Response:
    """Everybody who is kept although no fund can pay, in the order in which money will reach them."""
    async with kernel.reading() as db:
        waiting = await pages.waiting_listed(db, {"money"})
        others = await pages.waiting_listed(db, {"consent", "profile"})
        cases = await pages.cases_waiting(db, kernel.keys, waiting)
        kept = await funds.funds_kept(db)
    now = kernel.clock.now()
    return page(
        request,
        "awards/unfunded.html",
        waiting=waiting,
        others=others,
        to_clear=sum_to_clear(cases, [one.fund for one in kept], day_of(now)),
        needed=Pence(sum(case.needed for case in cases)),
        now=now,
        words=LOOKUPS,
        short=short,
    )


@router.get("/awards/{award_id}")
async def award_page(request: Request, award_id: UUID, kernel: ThisKernel, _staff: Reader) -> Response:
    """One award, which funds pay for it, and why just these."""
    async with kernel.reading() as db:
        award = await pages.award_shown(db, award_id)
        if award is None:
            raise NotFound("award-unknown", "There is no such award.")
        paid = await pages.paid_by(db, award_id)
        sessions = await pages.sessions_shown(db, award_id)
    considered = [(one, reason_for(one["verdict"], one["reasons"])) for one in award["explanation"]]
    return page(
        request,
        "awards/award.html",
        award=award,
        paid=paid,
        sessions=sessions,
        considered=considered,
        verdicts=VERDICT_WORDS,
        words=LOOKUPS,
        short=short,
    )
