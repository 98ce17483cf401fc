"""The public application form: a section a page, answers kept in a draft, checked, sent once, and confirmed."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from services.matching.domain.application_answers import SECTIONS, SEVERAL, unanswered
from services.matching.domain.applications import Answers
from services.matching.domain.registration import Problem
from services.matching.handlers import application_drafts as drafting
from services.matching.handlers.application_drafts import Gone, Refused, lock_of
from services.matching.store.application_drafts import ApplicationDraft, draft_of
from services.matching.web.application_words import FIELDS, SECTION_TITLES, rows_of
from services.matching.web.limits import count
from shared.kernel.errors import NotFound
from shared.messaging.kernel import Kernel
from shared.web import Form, begin_visit, kernel_of, page, visit_of, wipe
from shared.web.forms import tidy

router = APIRouter()
ThisKernel = Annotated[Kernel, Depends(kernel_of)]
NAMES = tuple(SECTIONS)


def to(address: str) -> RedirectResponse:
    """Go on with a page of our own."""
    return RedirectResponse(address, 303)


@router.get("/apply")
async def start(request: Request, kernel: ThisKernel) -> Response:
    """What is asked, what happens then, and the way in."""
    draft = await _draft(request, kernel)
    return page(request, "applications/start.html", begun=bool(draft and draft.answers))


@router.post("/apply")
async def begin(request: Request, kernel: ThisKernel) -> Response:
    """Begin, or go on where this visit stopped."""
    await count(request, "begin")
    draft = await _draft(request, kernel)
    missing = unanswered(draft.answers) if draft and not draft.sent else NAMES[0]
    response = to(f"/apply/section/{missing}" if missing else "/apply/check")
    visit_hash = visit_of(request) or begin_visit(response)
    await kernel.perform(lock_of(visit_hash), lambda tx: drafting.begin(tx, visit_hash), actor="applicant")
    return response


@router.get("/apply/section/{section}")
async def section_page(request: Request, section: str, kernel: ThisKernel) -> Response:
    """One section, with what was answered before."""
    draft = await _draft(request, kernel)
    if section not in SECTIONS:
        raise NotFound("page-unknown", "There is nothing at this address.")
    if draft is None or draft.sent:
        return to("/apply/sent" if draft else "/apply/ended")
    return _show(request, section, draft, Form(None, draft.answers.get(section, {})))


@router.post("/apply/section/{section}")
async def section_answered(request: Request, section: str, kernel: ThisKernel) -> Response:
    """Keep one section's answers and go on."""
    await count(request, "answer")
    draft = await _draft(request, kernel)
    if section not in SECTIONS:
        raise NotFound("page-unknown", "There is nothing at this address.")
    if draft is None:
        return to("/apply/ended")
    visit_hash, given = draft.visit_hash, await _given(request, section)
    kept = await kernel.perform(
        lock_of(visit_hash), lambda tx: drafting.keep(tx, visit_hash, section, given), actor="applicant"
    )
    match kept:
        case Gone():
            return to("/apply/ended")
        case Refused(problems=problems):
            return _show(request, section, draft, _form(given, problems), status=422)
        case ApplicationDraft(sent=True):
            return to("/apply/sent")
        case ApplicationDraft(answers=answers):
            missing = unanswered(answers)
            return to(f"/apply/section/{missing}" if missing else "/apply/check")


@router.get("/apply/check")
async def check(request: Request, kernel: ThisKernel) -> Response:
    """Everything on one page before it is sent."""
    draft = await _draft(request, kernel)
    if draft is None or draft.sent:
        return to("/apply/sent" if draft else "/apply/ended")
    missing = unanswered(draft.answers)
    if missing:
        return to(f"/apply/section/{missing}")
    return page(request, "applications/check.html", sections=_listed(draft))


@router.post("/apply/check")
async def send(request: Request, kernel: ThisKernel) -> Response:
    """Send it. A second press, another window or going back and sending again leads to the same confirmation."""
    await count(request, "send")
    draft = await _draft(request, kernel)
    if draft is None:
        return to("/apply/ended")
    visit_hash = draft.visit_hash
    sent = await kernel.perform(lock_of(visit_hash), lambda tx: drafting.send(tx, visit_hash), actor="applicant")
    match sent:
        case Gone():
            return to("/apply/ended")
        case Refused(section=section, problems=problems):
            form = _form(draft.answers.get(section, {}), problems)
            return _show(request, section, draft, form, status=422 if problems else 200)
        case ApplicationDraft():
            return to("/apply/sent")


@router.get("/apply/sent")
async def sent(request: Request, kernel: ThisKernel) -> Response:
    """What happens next; the link goes by mail and is not shown here."""
    draft = await _draft(request, kernel)
    if draft is None or not draft.sent:
        return to("/apply/check" if draft else "/apply/ended")
    return page(request, "applications/sent.html")


@router.post("/apply/finish")
async def finish(request: Request, kernel: ThisKernel) -> Response:
    """Stop here: nothing of this visit is left, here or in the browser."""
    visit_hash = visit_of(request)
    if visit_hash:
        await kernel.perform(lock_of(visit_hash), lambda tx: drafting.wipe(tx, visit_hash), actor="applicant")
    response = to("/apply/ended")
    wipe(response)
    return response


@router.get("/apply/ended")
async def ended(request: Request) -> Response:
    """Nothing is kept here, or not any more."""
    return page(request, "applications/ended.html")


async def _draft(request: Request, kernel: Kernel) -> ApplicationDraft | None:
    visit_hash = visit_of(request)
    if visit_hash is None:
        return None
    async with kernel.reading() as db:
        return await draft_of(db, kernel.keys, visit_hash, kernel.clock.now())


async def _given(request: Request, section: str) -> Answers:
    sent = await request.form()
    typed = {
        name: tuple(tidy(each)[:300] for each in sent.getlist(name) if isinstance(each, str))
        for name in SECTIONS[section]
    }
    return {name: values if name in SEVERAL else values[-1:] for name, values in typed.items()}


def _form(answers: Answers, problems: tuple[Problem, ...]) -> Form[Any]:
    return Form(None, answers, {problem.column: problem.sentence for problem in problems})


def _listed(draft: ApplicationDraft) -> list[tuple[str, str, object]]:
    return [(name, SECTION_TITLES[name], rows_of(name, draft.answers[name])) for name in NAMES]


def _show(request: Request, section: str, draft: ApplicationDraft, form: Form[Any], *, status: int = 200) -> Response:
    nth = NAMES.index(section)
    return page(
        request,
        "applications/section.html",
        status,
        section=section,
        title=SECTION_TITLES[section],
        fields={name: FIELDS[name] for name in SECTIONS[section]},
        form=form,
        step=nth + 1,
        steps=len(NAMES),
        back="/apply/check"
        if unanswered(draft.answers) is None
        else f"/apply/section/{NAMES[nth - 1]}"
        if nth
        else "/apply",
    )
