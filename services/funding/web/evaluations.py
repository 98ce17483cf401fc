"""A few questions behind a link: one form a page, to be left and come back to; reading changes nothing."""

from collections.abc import Mapping
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel
from starlette.responses import RedirectResponse, Response

from services.funding.domain.evaluations import OPEN, Evaluation
from services.funding.domain.questionnaires import Questionnaire
from services.funding.handlers.answering import Incomplete, send_form
from services.funding.store import evaluations, questionnaires
from shared.db import Connection
from shared.kernel.errors import NotFound
from shared.messaging.kernel import Kernel
from shared.web import Form, blank_form, kernel_of, page
from shared.web.forms import tidy

router = APIRouter()
ThisKernel = Annotated[Kernel, Depends(kernel_of)]
FIELD = "q-"
SKIP = "skip"


class Nothing(BaseModel):
    """The questions are data, so no field is known beforehand."""


@router.api_route("/evaluations/{token}", methods=["GET", "HEAD"])
async def welcome_page(request: Request, token: str, kernel: ThisKernel) -> Response:
    """What this is, how long it takes and who reads it; or thanks, once everything was answered."""
    async with kernel.reading() as db:
        evaluation = await _found(db, kernel, token)
    template = "evaluations/welcome.html" if evaluation.state in OPEN else "evaluations/over.html"
    return page(request, template, evaluation=evaluation, token=token)


@router.api_route("/evaluations/{token}/{at}", methods=["GET", "HEAD"])
async def form_page(request: Request, token: str, at: int, kernel: ThisKernel) -> Response:
    """One form, with what was answered before."""
    async with kernel.reading() as db:
        evaluation = await _found(db, kernel, token)
        if evaluation.state not in OPEN:
            return RedirectResponse(f"/evaluations/{token}", 303)
        asked = await form_at(db, evaluation, at)
    return _shown(request, token, evaluation, at, asked, filled_in(evaluation, asked))


@router.post("/evaluations/{token}/{at}")
async def answer(request: Request, token: str, at: int, kernel: ThisKernel) -> Response:
    """Take in one form and go on to the next."""
    async with kernel.reading() as db:
        evaluation = await _found(db, kernel, token)
        asked = await form_at(db, evaluation, at)
    answers, skip = await sent_answers(request, asked)
    actor = "client" if evaluation.respondent == "client" else f"therapist:{evaluation.therapist_id}"
    result = await kernel.perform(
        str(evaluation.referral_id),
        lambda tx: send_form(tx, evaluation.evaluation_id, at, answers, skip=skip),
        actor=actor,
    )
    if isinstance(result, Incomplete):
        refused = refused_form(asked, answers, result.problems)
        return _shown(request, token, evaluation, at, asked, refused, 422)
    following = getattr(result, "following", None)
    return RedirectResponse(f"/evaluations/{token}/{following}" if following else f"/evaluations/{token}", 303)


async def form_at(db: Connection, evaluation: Evaluation, at: int) -> Questionnaire:
    """The form in this place, counted from 1; raises NotFound."""
    if not 1 <= at <= len(evaluation.parts):
        raise NotFound("page-unknown", "There is no such page.")
    return await questionnaires.questionnaire(db, evaluation.parts[at - 1])


async def sent_answers(request: Request, asked: Questionnaire, prefix: str = FIELD) -> tuple[dict[str, str], bool]:
    """What was chosen for each question, and whether gaps are meant."""
    sent = await request.form()
    typed = {one.key: sent.get(f"{prefix}{one.key}") for one in asked.questions}
    chosen = {key: tidy(value)[:40] for key, value in typed.items() if isinstance(value, str) and tidy(value)}
    return chosen, bool(sent.get(SKIP))


def filled_in(evaluation: Evaluation, asked: Questionnaire, prefix: str = FIELD) -> Form[Nothing]:
    """The form with what was answered so far."""
    known = (evaluation.answers or {}).get(asked.code, {})
    return blank_form(Nothing, **{f"{prefix}{key}": value for key, value in known.items()})


def refused_form(
    asked: Questionnaire, answers: Mapping[str, str], problems: Mapping[str, str], prefix: str = FIELD
) -> Form[Nothing]:
    """The form with what was sent, and a sentence beside each question that needs an answer, in their order."""
    known = {f"{prefix}{key}": (value,) for key, value in answers.items()}
    errors = {f"{prefix}{one.key}": problems[one.key] for one in asked.questions if one.key in problems}
    return Form(None, known, errors)


def _shown(
    request: Request,
    token: str,
    evaluation: Evaluation,
    at: int,
    asked: Questionnaire,
    form: Form[Nothing],
    status: int = 200,
) -> Response:
    return page(
        request,
        "evaluations/form.html",
        status,
        token=token,
        evaluation=evaluation,
        at=at,
        asked=asked,
        form=form,
    )


async def _found(db: Connection, kernel: Kernel, token: str) -> Evaluation:
    evaluation = await evaluations.evaluation_by_token(db, kernel.keys, token)
    if evaluation is None:
        raise NotFound(
            "evaluation-unknown", "This link leads nowhere. It may be incomplete: open it from the mail once more."
        )
    return evaluation
