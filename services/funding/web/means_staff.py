"""Means tests for coordinators and finance: who is asked, who finds it too hard, and one client's tests."""

from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel
from starlette.responses import RedirectResponse, Response

from services.funding.domain.days import day_of
from services.funding.domain.means import OPEN
from services.funding.domain.referrals import Referral
from services.funding.handlers.means import ask_for_means
from services.funding.handlers.recomputing import Became, use_result
from services.funding.store import means, means_policies, referrals
from services.funding.store.means_pages import SHOWS, Show, awards_shown, means_counts, means_listed
from services.funding.web.approval_words import count_approvals
from services.funding.web.means_words import EVIDENCE, STATES
from services.funding.web.words import LOOKUPS, short
from shared.kernel.errors import Conflict, NotFound, Unprocessable
from shared.kernel.ids import ReferralId
from shared.messaging.kernel import Kernel
from shared.web import Staff, kernel_of, page, read_form, signed_in

router = APIRouter(dependencies=[Depends(count_approvals)])
ThisKernel = Annotated[Kernel, Depends(kernel_of)]
Clerk = Annotated[Staff, Depends(signed_in("coordinator", "finance"))]
SHOWN = 200
BECAME: dict[Became, str] = {
    "decided-anew": "was decided anew",
    "asked-for-more": "is to be made larger; its page says whether others have to agree",
    "stays-with-the-offer": "stays as it is: a therapist was told the amount of before, and after an acceptance more "
    "can be asked for",
    "stays-as-it-is": "stays as it is: nobody pays more while their sessions go on",
}


class Way(BaseModel):
    """By a letter with a link, or here on this page."""

    way: Literal["letter", "here"]


@router.get("/means")
async def means_page(request: Request, kernel: ThisKernel, _staff: Clerk, show: str = "") -> Response:
    """Who is asked and what came of it; ids only."""
    async with kernel.reading() as db:
        counts = await means_counts(db)
        chosen: Show = next((one for one in SHOWS if one == show), "hard" if counts["hard"] else "open")
        rows = await means_listed(db, chosen, SHOWN)
        policy = await means_policies.means_policy_on(db, day_of(kernel.clock.now()))
    return page(
        request,
        "means/list.html",
        rows=rows,
        show=chosen,
        counts=counts,
        policy=policy,
        states=STATES,
        evidence=EVIDENCE,
        short=short,
        shown=SHOWN,
    )


@router.get("/means/referrals/{referral_id}")
async def referral_page(request: Request, referral_id: UUID, kernel: ThisKernel, _staff: Clerk) -> Response:
    """The tests of one client, what counts now, and asking them."""
    return await _shown(request, kernel, ReferralId(referral_id))


@router.post("/means/referrals/{referral_id}/ask")
async def ask(request: Request, referral_id: UUID, kernel: ThisKernel, staff: Clerk) -> Response:
    """Send the client a link, or begin to fill it in with them."""
    form = await read_form(request, Way)
    if form.model is None:
        raise Unprocessable("way-missing", "Choose how to ask.")
    write, key = form.model.way == "letter", ReferralId(referral_id)
    try:
        test = await kernel.perform(str(key), lambda tx: ask_for_means(tx, key, write=write), actor=staff.actor)
    except Conflict as refusal:
        return await _shown(request, kernel, key, refusal=refusal.sentence, status=409)
    return RedirectResponse(f"/means/referrals/{referral_id}?sent=yes" if write else f"/means/{test}", 303)


@router.post("/means/referrals/{referral_id}/use")
async def use(request: Request, referral_id: UUID, kernel: ThisKernel, staff: Clerk) -> Response:
    """Use the result for awards that were decided before."""
    key = ReferralId(referral_id)
    try:
        used = await kernel.perform(str(key), lambda tx: use_result(tx, key), actor=staff.actor)
    except (Conflict, Unprocessable) as refusal:
        return await _shown(request, kernel, key, refusal=refusal.sentence, status=409)
    return await _shown(
        request, kernel, key, said=[f"Award {short(one.award_id)} {BECAME[one.became]}." for one in used]
    )


async def _shown(
    request: Request,
    kernel: Kernel,
    referral_id: ReferralId,
    *,
    refusal: str = "",
    said: list[str] | None = None,
    status: int = 200,
) -> Response:
    now = kernel.clock.now()
    async with kernel.reading() as db:
        referral = await referrals.referral_of(db, kernel.keys, referral_id)
        if referral is None:
            raise NotFound("referral-unknown", "There is no such referral here.")
        tests = await means.means_tests_of(db, kernel.keys, referral_id)
        in_force = await means.result_in_force(db, kernel.keys, referral_id, day_of(now))
        live = await awards_shown(db, referral_id)
        policy = await means_policies.means_policy_on(db, day_of(now))
    return page(
        request,
        "means/referral.html",
        status,
        referral=referral,
        tests=tests,
        open_test=next((one for one in tests if one.state in OPEN), None),
        in_force=in_force,
        awards=live,
        cannot=_why_not(referral, thresholds=policy is not None),
        refusal=refusal,
        said=said or [],
        sent=request.query_params.get("sent") == "yes",
        states=STATES,
        evidence=EVIDENCE,
        words=LOOKUPS,
        short=short,
    )


def _why_not(referral: Referral, *, thresholds: bool) -> str:
    if referral.profile is None:
        return "This referral is closed, so nothing is asked."
    if not referral.subsidy_agreed:
        return "This client has not agreed to be helped with money, so nothing is asked."
    return "" if thresholds else "No thresholds hold today, so nothing can be worked out."
