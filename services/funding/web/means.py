"""What a client lives on, behind a link: a few questions a page, to be left and come back to."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from starlette.responses import RedirectResponse, Response

from services.funding.domain.means import OPEN, MeansTest
from services.funding.domain.means_questions import asked_in, next_step, steps_for
from services.funding.domain.policy import Policy
from services.funding.handlers.means import Incomplete, save_answers, work_out
from services.funding.handlers.means_outcomes import hear_too_hard
from services.funding.store import means
from services.funding.web.means_forms import Manageable, Nothing, filled_in, refused_form, sent_answers
from services.funding.web.means_words import answers_in_words, outcome_of
from shared.kernel.errors import Conflict, NotFound
from shared.messaging.kernel import Kernel
from shared.web import Form, blank_form, kernel_of, page, read_form

router = APIRouter()
ThisKernel = Annotated[Kernel, Depends(kernel_of)]
CLIENT = "client"


@router.api_route("/q/{token}", methods=["GET", "HEAD"])
async def welcome_page(request: Request, token: str, kernel: ThisKernel) -> Response:
    """What this is and who reads it; or what came of it, and for some weeks also how, once everything was answered."""
    test = await _found(kernel, token)
    if test.state == "done":
        return await _outcome(request, kernel, token, test, blank_form(Manageable))
    if test.state not in OPEN:
        return page(request, "means/over.html")
    return page(request, "means/welcome.html", token=token, test=test, following=_going_on(test))


@router.api_route("/q/{token}/check", methods=["GET", "HEAD"])
async def check_page(request: Request, token: str, kernel: ThisKernel) -> Response:
    """Every answer, to be changed or sent."""
    test = await _found(kernel, token)
    if test.state not in OPEN or _going_on(test) != "check":
        return RedirectResponse(f"/q/{token}" if test.state not in OPEN else f"/q/{token}/{_going_on(test)}", 303)
    return page(request, "means/check.html", token=token, steps=answers_in_words(test.answers or {}))


@router.post("/q/{token}/check")
async def send(token: str, kernel: ThisKernel) -> Response:
    """Work it out; sent twice, it is worked out once."""
    test = await _found(kernel, token)
    await kernel.perform(str(test.referral_id), lambda tx: work_out(tx, test.means_test_id), actor=CLIENT)
    return RedirectResponse(f"/q/{token}", 303)


@router.post("/q/{token}/hard")
async def too_hard(request: Request, token: str, kernel: ThisKernel) -> Response:
    """It is too hard: somebody looks at it, and meanwhile what they say they can manage counts."""
    test = await _found(kernel, token)
    form = await read_form(request, Manageable)
    if form.model is None:
        return await _outcome(request, kernel, token, test, form, 422)
    amount = form.model.amount
    try:
        await kernel.perform(
            str(test.referral_id), lambda tx: hear_too_hard(tx, test.means_test_id, amount), actor=CLIENT
        )
    except Conflict as refusal:
        if test.state != "done":
            return RedirectResponse(f"/q/{token}", 303)
        return await _outcome(request, kernel, token, test, form.refused(manageable=refusal.sentence), 409)
    return RedirectResponse(f"/q/{token}", 303)


@router.api_route("/q/{token}/{at}", methods=["GET", "HEAD"])
async def question_page(request: Request, token: str, at: int, kernel: ThisKernel) -> Response:
    """A few questions, with what was answered before."""
    test = await _found(kernel, token)
    if test.state not in OPEN:
        return RedirectResponse(f"/q/{token}", 303)
    return _shown(request, token, test, at, filled_in(test.answers or {}))


@router.post("/q/{token}/{at}")
async def answer(request: Request, token: str, at: int, kernel: ThisKernel) -> Response:
    """Take in one page and go on to the next."""
    test = await _found(kernel, token)
    answers = await sent_answers(request)
    result = await kernel.perform(
        str(test.referral_id), lambda tx: save_answers(tx, test.means_test_id, at, answers), actor=CLIENT
    )
    if isinstance(result, Incomplete):
        return _shown(request, token, test, at, refused_form(answers, result.problems), 422)
    return RedirectResponse(f"/q/{token}/{_going_on(await _found(kernel, token))}", 303)


def _shown(request: Request, token: str, test: MeansTest, at: int, form: Form[Nothing], status: int = 200) -> Response:
    known = test.answers or {}
    steps = steps_for(known)
    if not 1 <= at <= len(steps):
        raise NotFound("page-unknown", "There is no such page.")
    return page(
        request,
        "means/step.html",
        status,
        token=token,
        at=at,
        steps=len(steps),
        step=steps[at - 1],
        questions=asked_in(steps[at - 1], known),
        form=form,
        back=_back(token, at, known),
    )


def _back(token: str, at: int, known: Mapping[str, str]) -> str:
    if next_step(known) is None:
        return f"/q/{token}/check"
    return f"/q/{token}/{at - 1}" if at > 1 else f"/q/{token}"


def _going_on(test: MeansTest) -> str:
    following = next_step(test.answers or {})
    return "check" if following is None else str(following)


async def _outcome(
    request: Request, kernel: Kernel, token: str, test: MeansTest, form: Form[Manageable], status: int = 200
) -> Response:
    outcome = await outcome_of(kernel, test)
    if outcome is None or test.completed_at is None:
        return page(request, "means/over.html")
    policy: Policy = kernel.settings.policy
    if kernel.clock.now() - test.completed_at > timedelta(days=policy.means_days):
        outcome = replace(outcome, how=None)
    return page(request, "means/outcome.html", status, token=token, outcome=outcome, form=form)


async def _found(kernel: Kernel, token: str) -> MeansTest:
    async with kernel.reading() as db:
        test = await means.means_test_by_token(db, kernel.keys, token)
    if test is None:
        raise NotFound(
            "link-unknown", "This link leads nowhere. It may be incomplete: open it from the mail once more."
        )
    return test
