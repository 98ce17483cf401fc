"""One means test for staff: asked on the phone or read, a paper noted, and decided otherwise with a reason."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Request
from starlette.responses import RedirectResponse, Response

from services.funding.domain.means import OPEN, Evidence, MeansTest
from services.funding.domain.means_questions import STEPS
from services.funding.handlers.means import Incomplete, keep_for_later, work_out
from services.funding.handlers.means_outcomes import decide_share, note_evidence
from services.funding.store import means
from services.funding.web.means_forms import Decision, Nothing, Seen, filled_in, refused_form, sent_answers
from services.funding.web.means_staff import Clerk
from services.funding.web.means_words import EVIDENCE, STATES, answers_in_words, outcome_of
from services.funding.web.words import short
from shared.kernel.errors import Conflict, NotFound, Unprocessable
from shared.kernel.ids import MeansTestId
from shared.messaging.kernel import Kernel
from shared.web import Form, blank_form, kernel_of, page, read_form

router = APIRouter()
ThisKernel = Annotated[Kernel, Depends(kernel_of)]


@router.get("/means/{means_test_id}")
async def one_page(request: Request, means_test_id: UUID, kernel: ThisKernel, _staff: Clerk) -> Response:
    """Every question to be read aloud, with what was answered before; or what came of it."""
    test = await _found(kernel, means_test_id)
    if test.state in OPEN:
        return _form_shown(request, test, filled_in(test.answers or {}))
    return await _outcome_shown(request, kernel, test, blank_form(Decision))


@router.post("/means/{means_test_id}")
async def take_in(request: Request, means_test_id: UUID, kernel: ThisKernel, staff: Clerk) -> Response:
    """Work it out from what was said; or keep it for later, gaps and all."""
    test = await _found(kernel, means_test_id)
    answers, sent = await sent_answers(request), await request.form()
    if sent.get("later"):
        await kernel.perform(
            str(test.referral_id), lambda tx: keep_for_later(tx, test.means_test_id, answers), actor=staff.actor
        )
        return RedirectResponse(f"/means/referrals/{test.referral_id}", 303)
    evidence: Evidence = next((one for one in EVIDENCE if one == sent.get("evidence")), "none")
    result = await kernel.perform(
        str(test.referral_id), lambda tx: work_out(tx, test.means_test_id, answers, evidence), actor=staff.actor
    )
    if isinstance(result, Incomplete):
        return _form_shown(request, test, refused_form(answers, result.problems), evidence, 422)
    return RedirectResponse(f"/means/{means_test_id}", 303)


@router.post("/means/{means_test_id}/evidence")
async def evidence_seen(request: Request, means_test_id: UUID, kernel: ThisKernel, staff: Clerk) -> Response:
    """Note which paper was seen."""
    form = await read_form(request, Seen)
    if form.model is None:
        raise Unprocessable("evidence-missing", "Choose what was seen.")
    test, seen = await _found(kernel, means_test_id), form.model.evidence
    await kernel.perform(
        str(test.referral_id), lambda tx: note_evidence(tx, test.means_test_id, seen), actor=staff.actor
    )
    return RedirectResponse(f"/means/{means_test_id}", 303)


@router.post("/means/{means_test_id}/decide")
async def decide(request: Request, means_test_id: UUID, kernel: ThisKernel, staff: Clerk) -> Response:
    """Say what the client adds instead, or that it stays, and why."""
    form = await read_form(request, Decision)
    test = await _found(kernel, means_test_id)
    if form.model is None:
        return await _outcome_shown(request, kernel, test, form, 422)
    amount, reason = form.model.amount, form.model.reason
    try:
        await kernel.perform(
            str(test.referral_id), lambda tx: decide_share(tx, test.means_test_id, amount, reason), actor=staff.actor
        )
    except Conflict as refusal:
        return await _outcome_shown(request, kernel, test, form.refused(reason=refusal.sentence), 409)
    return RedirectResponse(f"/means/{means_test_id}", 303)


def _form_shown(
    request: Request, test: MeansTest, form: Form[Nothing], evidence: Evidence = "none", status: int = 200
) -> Response:
    return page(
        request,
        "means/phone.html",
        status,
        test=test,
        steps=STEPS,
        form=form,
        evidence=EVIDENCE,
        seen=evidence,
        short=short,
    )


async def _outcome_shown(
    request: Request, kernel: Kernel, test: MeansTest, form: Form[Decision], status: int = 200
) -> Response:
    return page(
        request,
        "means/test.html",
        status,
        test=test,
        outcome=await outcome_of(kernel, test),
        said=answers_in_words(test.answers or {}),
        form=form,
        states=STATES,
        evidence=EVIDENCE,
        short=short,
    )


async def _found(kernel: Kernel, means_test_id: UUID) -> MeansTest:
    async with kernel.reading() as db:
        test = await means.means_test_by_id(db, kernel.keys, MeansTestId(means_test_id))
    if test is None:
        raise NotFound("means-test-unknown", "There is no such means test.")
    return test
