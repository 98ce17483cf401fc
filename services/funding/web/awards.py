"""Awards for finance and coordinators: all of them, and why each was decided so."""

from collections.abc import Iterable, Mapping
from typing import Annotated, Any, ClassVar, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel
from starlette.responses import Response

from services.funding.domain.awards import STATES
from services.funding.domain.explanation import VERDICT_WORDS, reason_for
from services.funding.handlers.drawing import PAYS
from services.funding.store import approval_pages, pages
from services.funding.web.approval_words import KINDS, PROPOSAL_STATES, by_whom, count_approvals
from services.funding.web.words import LOOKUPS, short
from shared.kernel.errors import NotFound
from shared.messaging.kernel import Kernel
from shared.web import Form, Staff, blank_form, kernel_of, page, signed_in

router = APIRouter(dependencies=[Depends(count_approvals)])
ThisKernel = Annotated[Kernel, Depends(kernel_of)]
Reader = Annotated[Staff, Depends(signed_in("finance", "coordinator"))]
SHOWN = 200
Noted = Literal["granted", "to-approve", "waiting", "anew"]
NOTED: dict[Noted, str] = {
    "granted": "The award is larger now.",
    "to-approve": "The money is kept. Somebody else has to approve it before it is promised.",
    "waiting": "No fund can pay for more now. It waits, and is looked at when money comes in.",
    "anew": "It was put forward again.",
}


class Anew(BaseModel):
    """With how many sessions an award is put forward again."""

    words: ClassVar[dict[str, str]] = {"sessions": "Enter a whole number of sessions."}

    sessions: int


@router.get("/awards")
async def awards_page(request: Request, kernel: ThisKernel, _staff: Reader, show: str = "") -> Response:
    """Awards by state, the latest first."""
    states = [show] if show in STATES else []
    async with kernel.reading() as db:
        rows = await pages.awards_listed(db, states=states, review=show == "review", limit=SHOWN)
        counts = await pages.award_counts(db)
        to_approve = await approval_pages.count_to_approve(db)
    return page(
        request,
        "awards/list.html",
        awards=rows,
        counts=counts,
        to_approve=to_approve,
        show=show if states or show == "review" else "",
        shown=SHOWN,
        words=LOOKUPS,
        short=short,
    )


@router.get("/awards/{award_id}")
async def award_page(request: Request, award_id: UUID, kernel: ThisKernel, _staff: Reader, noted: str = "") -> Response:
    """One award, which funds pay for it, and why just these."""
    sentence = next((text for code, text in NOTED.items() if code == noted), "")
    return await award_shown(request, kernel, award_id, None, sentence=sentence)


async def award_shown(
    request: Request, kernel: Kernel, award_id: UUID, form: Form[Anew] | None, *, status: int = 200, sentence: str = ""
) -> Response:
    """The page of an award; with `form` where what was typed on it has to be corrected."""
    async with kernel.reading() as db:
        award = await pages.award_shown(db, award_id)
        if award is None:
            raise NotFound("award-unknown", "There is no such award.")
        paid = await pages.paid_by(db, award_id)
        sessions = await pages.sessions_shown(db, award_id)
        proposals = (await approval_pages.proposals_shown(db, kernel.keys, award_id))[::-1]
    explained = [(one, _because(one.explanation)) for one in proposals if one.proposal.kind == "top-up"]
    return page(
        request,
        "awards/award.html",
        status,
        award=award,
        paid=paid,
        sessions=sessions,
        considered=_because(award["explanation"]),
        explained=explained,
        proposals=proposals,
        runs=award["state"] in PAYS,
        may_change_fund=award["state"] in ("reserved", "to-approve") or award["waits_for"] == "another-look",
        form=form or blank_form(Anew, sessions=str(award["sessions"])),
        noted=sentence,
        by_whom=by_whom,
        kinds=KINDS,
        proposal_states=PROPOSAL_STATES,
        verdicts=VERDICT_WORDS,
        words=LOOKUPS,
        short=short,
    )


def _because(explanation: Iterable[Mapping[str, Any]]) -> list[tuple[Mapping[str, Any], str]]:
    return [(one, reason_for(one["verdict"], one["reasons"])) for one in explanation]
