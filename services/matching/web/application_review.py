"""Applications for registrars: what came in, what was checked by whom, and the decision."""

from typing import Annotated, ClassVar
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, Field
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from services.matching.domain.applications import (
    APPLICATION_MOVES,
    CLOSED,
    OPEN,
    Application,
    DocumentKind,
    Step,
    below_usual,
    can_tick,
    in_the_way,
    needed_documents,
    needed_steps,
    owed_by_applicant,
    waiting_references,
    wanted_documents,
)
from services.matching.handlers import application_review as handlers
from services.matching.handlers.application_review import NotYet, Reviewer
from services.matching.store import applications as store
from services.matching.web.application_page import document_response
from services.matching.web.application_words import WORDS, described
from shared.kernel.errors import NotFound
from shared.messaging.kernel import Kernel
from shared.web import Form, Staff, blank_form, kernel_of, page, read_form, signed_in

router = APIRouter(prefix="/therapists/applications", dependencies=[Depends(signed_in("registrar"))])
ThisKernel = Annotated[Kernel, Depends(kernel_of)]
Registrar = Annotated[Staff, Depends(signed_in("registrar"))]
Closed = Annotated[bool, Query()]
SHOWN = 200


class Ticked(BaseModel):
    """A step that is done."""

    words: ClassVar[dict[str, str]] = {"note": "Please shorten the note to 2,000 characters."}

    step: Step
    note: str = Field("", max_length=2000)


class Wanted(BaseModel):
    """Documents that are asked for."""

    words: ClassVar[dict[str, str]] = {"kinds": "Choose at least one document."}

    kinds: tuple[DocumentKind, ...] = Field(min_length=1)


class Approval(BaseModel):
    """A yes, with words if there are any."""

    words: ClassVar[dict[str, str]] = {"words_to_them": "Please shorten this to 1,000 characters."}

    words_to_them: str = Field("", max_length=1000)


class Refusal(BaseModel):
    """A no, which needs a reason."""

    words: ClassVar[dict[str, str]] = {
        "reason": "Say why, in words that the applicant will read.",
        "reason.string_too_long": "Please shorten this to 1,000 characters.",
    }

    reason: str = Field(min_length=1, max_length=1000)


@router.get("")
async def applications_page(request: Request, kernel: ThisKernel, closed: Closed = False) -> Response:
    """Open applications, those first on which nothing has happened for longest; or those that are closed."""
    states = CLOSED if closed else OPEN
    async with kernel.reading() as db:
        found = await store.applications_in(db, kernel.keys, states, most=SHOWN)
    return page(
        request,
        "applications/list.html",
        applications=found,
        closed=closed,
        theirs={one.application_id for one in found if owed_by_applicant(one)},
        steps={one.application_id: len(needed_steps(one)) for one in found},
        wanted={one.application_id: len(wanted_documents(one)) for one in found},
        waiting={one.application_id: len(waiting_references(one)) for one in found},
        words=WORDS,
    )


@router.get("/{application_id}")
async def application_page(request: Request, application_id: UUID, kernel: ThisKernel) -> Response:
    """One application: answers, documents, references, steps and decision."""
    return await _shown(request, kernel, application_id)


@router.get("/{application_id}/documents/{document_id}")
async def document(application_id: UUID, document_id: UUID, kernel: ThisKernel) -> Response:
    """A document, to be saved and read."""
    return await document_response(kernel, await _found(kernel, application_id), document_id)


@router.post("/{application_id}/begin")
async def begin(application_id: UUID, kernel: ThisKernel, staff: Registrar) -> Response:
    """Look at it before everything has come."""
    await kernel.perform(str(application_id), lambda tx: handlers.begin_review(tx, application_id), actor=staff.actor)
    return _back(application_id)


@router.post("/{application_id}/steps")
async def tick(request: Request, application_id: UUID, kernel: ThisKernel, staff: Registrar) -> Response:
    """Tick a step, with a note."""
    form = await read_form(request, Ticked)
    if form.model is None:
        return await _shown(request, kernel, application_id, ticked=form, status=422)
    step, note, reviewer = form.model.step, form.model.note, Reviewer(staff.staff_id, staff.display_name)
    refused = await kernel.perform(
        str(application_id), lambda tx: handlers.tick(tx, application_id, step, note, reviewer), actor=staff.actor
    )
    if refused is not None:
        return await _shown(
            request, kernel, application_id, ticked=form.refused(steps=refused.sentences[0]), status=409
        )
    return _back(application_id, "steps")


@router.post("/{application_id}/documents")
async def want_documents(request: Request, application_id: UUID, kernel: ThisKernel, staff: Registrar) -> Response:
    """Ask for documents by letter."""
    form = await read_form(request, Wanted)
    if form.model is None:
        return await _shown(request, kernel, application_id, wanting=form, status=422)
    kinds = form.model.kinds
    await kernel.perform(
        str(application_id), lambda tx: handlers.want_documents(tx, application_id, kinds), actor=staff.actor
    )
    return _back(application_id, "documents")


@router.post("/{application_id}/approve")
async def approve(request: Request, application_id: UUID, kernel: ThisKernel, staff: Registrar) -> Response:
    """Take the applicant into the register."""
    form = await read_form(request, Approval)
    if form.model is None:
        return await _shown(request, kernel, application_id, approval=form, status=422)
    reason = form.model.words_to_them
    result = await kernel.perform(
        str(application_id), lambda tx: handlers.approve(tx, application_id, reason), actor=staff.actor
    )
    if isinstance(result, NotYet):
        form = form.refused(words_to_them=" ".join(result.sentences))
        return await _shown(request, kernel, application_id, approval=form, status=409)
    return _back(application_id)


@router.post("/{application_id}/refuse")
async def refuse(request: Request, application_id: UUID, kernel: ThisKernel, staff: Registrar) -> Response:
    """Say no, with a reason."""
    form = await read_form(request, Refusal)
    if form.model is None:
        return await _shown(request, kernel, application_id, refusal=form, status=422)
    reason = form.model.reason
    await kernel.perform(str(application_id), lambda tx: handlers.refuse(tx, application_id, reason), actor=staff.actor)
    return _back(application_id)


def _back(application_id: UUID, part: str = "") -> Response:
    return RedirectResponse(f"/therapists/applications/{application_id}" + (f"#{part}" if part else ""), 303)


async def _found(kernel: Kernel, application_id: UUID) -> Application:
    async with kernel.reading() as db:
        application = await store.application_by_id(db, kernel.keys, application_id)
    if application is None:
        raise NotFound("application-unknown", "There is no such application.")
    return application


async def _shown(
    request: Request,
    kernel: Kernel,
    application_id: UUID,
    *,
    ticked: Form[Ticked] | None = None,
    wanting: Form[Wanted] | None = None,
    approval: Form[Approval] | None = None,
    refusal: Form[Refusal] | None = None,
    status: int = 200,
) -> Response:
    application = await _found(kernel, application_id)
    steps = needed_steps(application)
    return page(
        request,
        "applications/review.html",
        status,
        application=application,
        open=application.state in OPEN,
        moves=APPLICATION_MOVES.open_to(application.state, {"registrar"}),
        needed=needed_documents(application),
        wanted=wanted_documents(application),
        waiting=waiting_references(application),
        steps=steps,
        ticks={tick.step: tick for tick in application.ticks},
        cannot={step: can_tick(application, step) for step in steps},
        in_the_way=in_the_way(application),
        warnings=below_usual(application, kernel.settings.applications),
        sections=described(application),
        form=ticked or wanting or approval or refusal or blank_form(Ticked),
        wanting=wanting or blank_form(Wanted),
        approval=approval or blank_form(Approval),
        refusal=refusal or blank_form(Refusal),
        words=WORDS,
    )
