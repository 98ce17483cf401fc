"""What waits for somebody to approve it, the oldest first, and their yes or no."""

from typing import Annotated, ClassVar, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel, Field
from starlette.responses import RedirectResponse, Response

from services.funding.domain.approvals import OBSTACLE_WORDS, NotEntitled, Obstacle, entitlement, policy_on
from services.funding.domain.days import day_of
from services.funding.handlers.approving import Changed, Refused, approve, refuse
from services.funding.store import approval_pages, approvals
from services.funding.web.approval_words import APPROVALS, KINDS, PROPOSAL_STATES, by_whom, count_approvals
from services.funding.web.words import LOOKUPS, short
from shared.kernel.errors import Conflict, NotFound, Unprocessable
from shared.messaging.kernel import Kernel
from shared.web import Form, Staff, blank_form, kernel_of, page, read_form, signed_in
from shared.web.refusals import NotAllowed

router = APIRouter(dependencies=[Depends(count_approvals)])
ThisKernel = Annotated[Kernel, Depends(kernel_of)]
Clerk = Annotated[Staff, Depends(signed_in("finance", "coordinator", "admin"))]
"""Who may see the list; who may decide is for the policy to say."""
Said = Literal["agreed", "next", "refused"]
SAID: dict[Said, str] = {
    "agreed": "Approved. The others are told now.",
    "next": "Noted. Somebody else has to approve it too before anything is promised.",
    "refused": "Not agreed. The money is free again, and the award's page says what happens next.",
}


class Yes(BaseModel):
    """At which level somebody agrees, as the page showed it to them."""

    level: int = Field(ge=1, le=20)


class No(Yes):
    """Why somebody does not agree."""

    words: ClassVar[dict[str, str]] = {"reason": "Say why not, in up to 500 characters."}

    reason: str = Field(min_length=1, max_length=500)


@router.get(APPROVALS)
async def approvals_page(request: Request, kernel: ThisKernel, staff: Clerk, said: str = "") -> Response:
    """Everything that waits, with what this person may decide."""
    sentence = next((text for code, text in SAID.items() if code == said), "")
    return await _listed(request, kernel, staff, blank_form(No), sentence=sentence)


@router.post("/awards/approvals/{proposal_id}/approve")
async def agree(request: Request, proposal_id: UUID, kernel: ThisKernel, staff: Clerk) -> Response:
    """Agree at one level."""
    form = await read_form(request, Yes)
    if form.model is None:
        raise Unprocessable("level-missing", "Open the list of approvals again and decide there.")
    level, key = form.model.level, await _key(kernel, proposal_id)
    answer = await kernel.perform(key, lambda tx: approve(tx, proposal_id, level, staff.roles), actor=staff.actor)
    match answer:
        case NotEntitled():
            raise NotAllowed(answer.code, answer.sentence)
        case Changed():
            raise Conflict("changed-since", _changed(answer.obstacles))
        case _:
            return RedirectResponse(f"{APPROVALS}?said={'agreed' if answer.wanted is None else 'next'}", 303)


@router.post("/awards/approvals/{proposal_id}/refuse")
async def decline(request: Request, proposal_id: UUID, kernel: ThisKernel, staff: Clerk) -> Response:
    """Do not agree; the reason is kept with the award."""
    form = await read_form(request, No)
    if form.model is None:
        return await _listed(request, kernel, staff, form, status=422, at=proposal_id)
    said, key = form.model, await _key(kernel, proposal_id)
    answer = await kernel.perform(
        key, lambda tx: refuse(tx, proposal_id, said.level, staff.roles, said.reason), actor=staff.actor
    )
    match answer:
        case NotEntitled():
            raise NotAllowed(answer.code, answer.sentence)
        case Refused():
            return RedirectResponse(f"{APPROVALS}?said=refused", 303)


async def _key(kernel: Kernel, proposal_id: UUID) -> str:
    async with kernel.reading() as db:
        referral_id = await approvals.referral_of_proposal(db, proposal_id)
    if referral_id is None:
        raise NotFound("proposal-unknown", "There is nothing of this kind to approve.")
    return str(referral_id)


def _changed(obstacles: tuple[Obstacle, ...]) -> str:
    why = ", and ".join(OBSTACLE_WORDS[one] for one in obstacles)
    return f"It was not approved, because {why}. The money went back, and the award was looked at anew."


async def _listed(
    request: Request,
    kernel: Kernel,
    staff: Staff,
    form: Form[No],
    *,
    status: int = 200,
    at: UUID | None = None,
    sentence: str = "",
) -> Response:
    async with kernel.reading() as db:
        waiting = await approval_pages.proposals_shown(db, kernel.keys)
        prepared = {one.referral_id: await approvals.prepared_by(db, one.referral_id) for one in waiting}
        policy = policy_on(await approvals.approval_policies(db), day_of(kernel.clock.now()))
    shown = [
        (
            one,
            entitlement(
                one.proposal,
                staff.roles,
                staff.actor,
                prepared=prepared[one.referral_id],
                decided=[said.actor for said in one.decided],
            ),
        )
        for one in waiting
    ]
    return page(
        request,
        "awards/approvals.html",
        status,
        shown=shown,
        policy=policy,
        form=form,
        at=at,
        said=sentence,
        now=kernel.clock.now(),
        by_whom=by_whom,
        kinds=KINDS,
        states=PROPOSAL_STATES,
        words=LOOKUPS,
        short=short,
    )
