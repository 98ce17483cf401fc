"""An applicant's own page, found by the link in the letter: status, documents and referees; reading changes nothing."""

from typing import Annotated, ClassVar
from uuid import UUID

from fastapi import APIRouter, Depends
from pydantic import BaseModel
from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from services.matching.domain.application_answers import referee_problems
from services.matching.domain.applications import (
    OPEN,
    Application,
    DocumentKind,
    owed_by_applicant,
    waiting_references,
    wanted_documents,
)
from services.matching.domain.references import Role
from services.matching.handlers import applications, documents
from services.matching.handlers.documents import NotTaken
from services.matching.store import applications as store
from services.matching.store.documents import content_of
from services.matching.web.application_words import WORDS, described
from services.matching.web.limits import count
from shared.kernel.errors import NotFound
from shared.messaging.kernel import Kernel
from shared.web import Form, blank_form, kernel_of, page
from shared.web.forms import check_form
from shared.web.headers import NOTHING_AT_ALL, POLICY

router = APIRouter()
ThisKernel = Annotated[Kernel, Depends(kernel_of)]
ACTOR = "applicant"
EXTENSIONS = {"application/pdf": "pdf", "image/jpeg": "jpg", "image/png": "png"}
UPLOADS = (r"/apply/[A-Za-z0-9_-]{43}/documents",)
"""The only paths to which files may be sent."""


class Sending(BaseModel):
    """What the document is."""

    words: ClassVar[dict[str, str]] = {"kind": "Choose what this document shows."}

    kind: DocumentKind


class Naming(BaseModel):
    """Who is asked instead."""

    role: Role
    name: str = ""
    email: str = ""


class Leaving(BaseModel):
    """That somebody really wants to take an application back."""

    words: ClassVar[dict[str, str]] = {"sure": "Tick this if you are sure."}

    sure: bool


@router.api_route("/apply/{token}", methods=["GET", "HEAD"])
async def application_page(request: Request, token: str, kernel: ThisKernel) -> Response:
    """Where the application stands and what is wanted; opening the link changes nothing."""
    return await _shown(request, token, kernel)


@router.post("/apply/{token}/documents")
async def send_document(request: Request, token: str, kernel: ThisKernel) -> Response:
    """Take a document, or say in a sentence why not."""
    form, content = await _sent(request)
    await count(request, "document")
    application = await _found(kernel, token)
    if not content:
        form = form.refused(document="Choose a file.")
    if form.model is None:
        return await _shown(request, token, kernel, form=form, status=422)
    taken = await documents.take_document(kernel, application.application_id, form.model.kind, content, actor=ACTOR)
    if isinstance(taken, NotTaken):
        return await _shown(request, token, kernel, form=form.refused(document=taken.sentence), status=422)
    return RedirectResponse(f"/apply/{token}#documents", 303)


@router.get("/apply/{token}/documents/{document_id}")
async def own_document(token: str, document_id: UUID, kernel: ThisKernel) -> Response:
    """What was sent, as we keep it."""
    return await document_response(kernel, await _found(kernel, token), document_id)


@router.post("/apply/{token}/documents/{document_id}/remove")
async def take_back(token: str, document_id: UUID, kernel: ThisKernel) -> Response:
    """Take back a document that nobody has ticked."""
    application_id = (await _found(kernel, token)).application_id
    await kernel.perform(
        str(application_id), lambda tx: documents.take_back(tx, application_id, document_id), actor=ACTOR
    )
    return RedirectResponse(f"/apply/{token}#documents", 303)


@router.post("/apply/{token}/referee")
async def name_referee(request: Request, token: str, kernel: ThisKernel) -> Response:
    """Ask the same person once more, or somebody else."""
    await count(request, "reference")
    application = await _found(kernel, token)
    form = check_form(await request.form(), Naming)
    if form.model is None:
        return await _shown(request, token, kernel, naming=form, status=422)
    role, name, email = form.model.role, form.model.name, form.model.email
    problems = referee_problems(application, role, name, email)
    if problems:
        return await _shown(request, token, kernel, naming=form.refused(**problems), status=422)
    application_id = application.application_id
    refused = await kernel.perform(
        str(application_id),
        lambda tx: applications.name_referee(tx, application_id, role, name=name, email=email, actor="applicant"),
        actor=ACTOR,
    )
    if refused:
        return await _shown(request, token, kernel, naming=form.refused(name=refused), status=409)
    return RedirectResponse(f"/apply/{token}#referees", 303)


@router.post("/apply/{token}/withdraw")
async def withdraw(request: Request, token: str, kernel: ThisKernel) -> Response:
    """Take the application back."""
    application_id = (await _found(kernel, token)).application_id
    form = check_form(await request.form(), Leaving)
    if form.model is None or not form.model.sure:
        return await _shown(request, token, kernel, leaving=form.refused(sure=Leaving.words["sure"]), status=422)
    await kernel.perform(str(application_id), lambda tx: applications.withdraw(tx, application_id), actor=ACTOR)
    return RedirectResponse(f"/apply/{token}", 303)


async def document_response(kernel: Kernel, application: Application, document_id: UUID) -> Response:
    """A document as an attachment that no browser opens as a page of ours."""
    document = next((one for one in application.documents if one.document_id == document_id), None)
    async with kernel.reading() as db:
        content = await content_of(db, kernel.keys, application.application_id, document_id) if document else None
    if document is None or content is None:
        raise NotFound("document-unknown", "There is no such document.")
    name = f"{document.kind}-{str(document_id)[-8:]}.{EXTENSIONS[document.media_type]}"
    return Response(
        content,
        media_type=document.media_type,
        headers={"Content-Disposition": f'attachment; filename="{name}"', POLICY: NOTHING_AT_ALL},
    )


async def _sent(request: Request) -> tuple[Form[Sending], bytes]:
    async with request.form() as sent:
        file = sent.get("document")
        return check_form(sent, Sending), await file.read() if isinstance(file, UploadFile) else b""


async def _found(kernel: Kernel, token: str) -> Application:
    async with kernel.reading() as db:
        application = await store.application_by_token(db, kernel.keys, token)
    if application is None:
        raise NotFound(
            "application-unknown", "This link leads nowhere. It may be incomplete: open it from the letter once more."
        )
    return application


async def _shown(
    request: Request,
    token: str,
    kernel: Kernel,
    *,
    form: Form[Sending] | None = None,
    naming: Form[Naming] | None = None,
    leaving: Form[Leaving] | None = None,
    status: int = 200,
) -> Response:
    application = await _found(kernel, token)
    return page(
        request,
        "applications/application.html",
        status,
        token=token,
        application=application,
        open=application.state in OPEN,
        wanted=wanted_documents(application),
        waiting=waiting_references(application),
        owed=owed_by_applicant(application),
        sections=described(application),
        form=form or blank_form(Sending),
        naming=naming or blank_form(Naming),
        leaving=leaving or blank_form(Leaving),
        errors=form or naming or leaving or blank_form(Sending),
        words=WORDS,
    )
