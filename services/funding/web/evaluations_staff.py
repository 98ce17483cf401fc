"""Evaluations for coordinators: who has been asked, who has not answered, and asking on the phone."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Request
from starlette.responses import RedirectResponse, Response

from services.funding.domain.evaluations import OPEN, Evaluation
from services.funding.handlers.answering import Incomplete, Over, send_form
from services.funding.store import evaluations, questionnaires
from services.funding.web.evaluations import Nothing, filled_in, refused_form, sent_answers
from services.funding.web.words import MOMENTS, short
from shared.kernel.errors import NotFound
from shared.kernel.ids import AdministrationId
from shared.messaging.kernel import Kernel
from shared.web import Form, Staff, kernel_of, page, signed_in

router = APIRouter()
ThisKernel = Annotated[Kernel, Depends(kernel_of)]
Reader = Annotated[Staff, Depends(signed_in("coordinator"))]
SHOWN = 200
SHOWS = {"open": ("due", "begun"), "done": ("done",), "closed": ("closed",)}


@router.get("/evaluations/staff")
async def evaluations_page(request: Request, kernel: ThisKernel, _staff: Reader, show: str = "open") -> Response:
    """Who is asked, what is open for longest first; ids only."""
    chosen = show if show in SHOWS else "open"
    async with kernel.reading() as db:
        rows = await evaluations.evaluations_listed(db, SHOWS[chosen], SHOWN)
        counts = await evaluations.evaluation_counts(db)
    numbers = {name: sum(counts.get(state, 0) for state in states) for name, states in SHOWS.items()}
    return page(
        request,
        "evaluations/staff_list.html",
        rows=rows,
        show=chosen,
        numbers=numbers,
        moments=MOMENTS,
        short=short,
        shown=SHOWN,
    )


@router.get("/evaluations/staff/{evaluation_id}")
async def phone_page(request: Request, evaluation_id: UUID, kernel: ThisKernel, _staff: Reader) -> Response:
    """All forms of one filling, to be read aloud; what was answered before is filled in."""
    evaluation = await _found(kernel, evaluation_id)
    if evaluation.state not in OPEN:
        return page(request, "evaluations/staff_over.html", evaluation=evaluation, short=short, moments=MOMENTS)
    return await _shown(request, kernel, evaluation, {})


@router.post("/evaluations/staff/{evaluation_id}")
async def note_answers(request: Request, evaluation_id: UUID, kernel: ThisKernel, staff: Reader) -> Response:
    """Take in what was said on the phone, form by form; a form with a gap comes back, the others are kept."""
    evaluation = await _found(kernel, evaluation_id)
    refused: dict[str, Form[Nothing]] = {}
    for at, part in enumerate(evaluation.parts, 1):
        async with kernel.reading() as db:
            asked = await questionnaires.questionnaire(db, part)
        answers, skip = await sent_answers(request, asked, f"{part[0]}-")
        result = await kernel.perform(
            str(evaluation.referral_id),
            lambda tx, at=at, answers=answers, skip=skip: send_form(  # type: ignore[misc]
                tx, evaluation.evaluation_id, at, answers, skip=skip
            ),
            actor=staff.actor,
        )
        if isinstance(result, Incomplete):
            refused[part[0]] = refused_form(asked, answers, result.problems, f"{part[0]}-")
        elif isinstance(result, Over):
            break
    if refused:
        return await _shown(request, kernel, await _found(kernel, evaluation_id), refused, 422)
    return RedirectResponse(f"/evaluations/staff/{evaluation_id}", 303)


async def _shown(
    request: Request, kernel: Kernel, evaluation: Evaluation, refused: dict[str, Form[Nothing]], status: int = 200
) -> Response:
    async with kernel.reading() as db:
        asked = [await questionnaires.questionnaire(db, part) for part in evaluation.parts]
    forms = [(one, refused.get(one.code) or filled_in(evaluation, one, f"{one.code}-")) for one in asked]
    problems = {field: sentence for _, form in forms for field, sentence in form.errors.items()}
    return page(
        request,
        "evaluations/staff_form.html",
        status,
        evaluation=evaluation,
        forms=forms,
        problems=Form(None, {}, problems),
        moments=MOMENTS,
        short=short,
    )


async def _found(kernel: Kernel, evaluation_id: UUID) -> Evaluation:
    async with kernel.reading() as db:
        found = await evaluations.evaluation_by_id(db, kernel.keys, AdministrationId(evaluation_id))
    if found is None:
        raise NotFound("evaluation-unknown", "There is no such evaluation.")
    return found
