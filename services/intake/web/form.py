"""The public form: one question a page, answers kept in a draft, checked, sent once, and confirmed."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from services.intake.domain.answers import Submission
from services.intake.domain.receipts import grouped
from services.intake.handlers import drafting
from services.intake.handlers.drafting import KEPT_FOR, Gone, lock_of
from services.intake.handlers.returning import is_a_referrers
from services.intake.store.drafts import Draft, draft_of
from services.intake.store.referrals import referral_of
from services.intake.web import apart, components, questions, summary, wording
from services.intake.web.answering import Answer
from services.intake.web.public import PublicRoute, visit_hash_of, visit_token_of
from services.intake.web.questions import BY_SLUG, Question
from shared.kernel.errors import NotFound
from shared.messaging.kernel import Kernel
from shared.messaging.transaction import Transaction
from shared.web import Form, begin_visit, kernel_of, page, read_form, wipe

router = APIRouter(prefix="/referral", route_class=PublicRoute)

Held = Annotated[Kernel, Depends(kernel_of)]
Changing = Annotated[bool, Query()]

NOT_KEPT = "/referral/ended"
CHECK = "/referral/check"
DONE = "/referral/done"


def to(address: str) -> RedirectResponse:
    """Go on with a page of our own."""
    return RedirectResponse(address, 303)


async def draft_behind(request: Request, kernel: Kernel) -> Draft | None:
    """The draft of this visit, if it has one."""
    async with kernel.reading() as db:
        return await draft_of(db, kernel.keys, visit_hash_of(request), kernel.clock.now())


@router.get("/leaving")
async def how_leaving_works(request: Request, kernel: Held) -> Response:
    """Page 2: how Exit works, before anything is asked."""
    draft = await draft_behind(request, kernel)
    if draft is None:
        return to(NOT_KEPT)
    return page(request, "intake/leaving.html", minutes=_minutes())


@router.get("/ended")
async def ended(request: Request) -> Response:
    """Nothing is kept here, or not any more."""
    response = page(request, "intake/ended.html")
    wipe(response)
    return response


@router.get("/check")
async def check(request: Request, kernel: Held) -> Response:
    """Page 13: everything on one page, with what is sensitive folded away."""
    draft = await draft_behind(request, kernel)
    if draft is None:
        return to(NOT_KEPT)
    if draft.submitted:
        return to(DONE)
    missing = questions.first_unanswered(draft.answers)
    if missing is not None:
        return to(f"/referral/{missing.slug}")
    return page(request, "intake/check.html", rows=summary.rows_of(draft.answers), minutes=_minutes())


@router.post("/check")
async def send(request: Request, kernel: Held) -> Response:
    """Send it. A second press, another window or going back and sending again leads to the same confirmation."""
    draft = await draft_behind(request, kernel)
    if draft is None:
        return to(NOT_KEPT)
    if draft.submitted:
        return to(DONE)
    match questions.submission_of(draft.answers):
        case Question(slug=slug):
            return to(f"/referral/{slug}")
        case Submission() as asked:
            visit_hash, token = visit_hash_of(request), visit_token_of(request)
            sent = await kernel.perform(
                lock_of(visit_hash), lambda tx: drafting.send(visit_hash, token, asked, tx), actor="client"
            )
            return to(NOT_KEPT if isinstance(sent, Gone) else DONE)


@router.get("/done")
async def done(request: Request, kernel: Held) -> Response:
    """Page 14: the receipt, and what happens next."""
    draft = await draft_behind(request, kernel)
    if draft is None or not draft.submitted:
        return to(CHECK if draft else NOT_KEPT)
    async with kernel.reading() as db:
        receipt = await drafting.receipt_again(db, kernel.keys, visit_token_of(request), draft.referral_id)
        referral = await referral_of(db, draft.referral_id)
    if receipt is None or referral is None:
        return to(NOT_KEPT)
    return page(request, "intake/done.html", receipt=grouped(receipt), by_referrer=is_a_referrers(referral))


@router.post("/finish")
async def finish(request: Request, kernel: Held) -> Response:
    """Close and clear: nothing of this visit is left, here or in the browser."""
    await _wipe_draft(request, kernel)
    return to(NOT_KEPT)


@router.post("/stay")
async def stay(request: Request, kernel: Held) -> Response:
    """Somebody is still there: keep the answers for another while."""
    visit_hash = visit_hash_of(request)
    kept = await kernel.perform(lock_of(visit_hash), lambda tx: drafting.keep_longer(visit_hash, tx), actor="client")
    return Response(status_code=204 if kept else 410)


@router.get("/{slug}")
async def question_page(request: Request, slug: str, kernel: Held, change: Changing = False) -> Response:
    """One question, with what was answered before."""
    question = _question(slug)
    draft = await draft_behind(request, kernel)
    if draft is None:
        return to(NOT_KEPT)
    if draft.submitted:
        return to(DONE)
    if not question.applies(draft.answers):
        return to(CHECK)
    return _show(request, question, draft, questions.form_of(question, draft.answers), change=change)


@router.post("/{slug}")
async def question_answered(request: Request, slug: str, kernel: Held, change: Changing = False) -> Response:
    """Keep one page's answers and go on."""
    question = _question(slug)
    draft = await draft_behind(request, kernel)
    if draft is None:
        return to(NOT_KEPT)
    form: Form[Answer] = await read_form(request, question.model)
    if form.model is None:
        return _show(request, question, draft, form, change=change, status=422)
    if slug == "who" and form.text("asker") == "professional":
        return to("/referral/professionals")
    kept = await _keep(kernel, visit_hash_of(request), slug, form.model)
    if isinstance(kept, Gone):
        return to(NOT_KEPT)
    return to(_following(question, kept, change=change))


async def _keep(kernel: Kernel, visit_hash: str, slug: str, given: Answer) -> Draft | Gone:
    async def keep(tx: Transaction) -> Draft | Gone:
        if isinstance(given, apart.Apart):
            return await drafting.keep_apart(visit_hash, given.links(), tx, anew=given.take_away == "yes")
        return await drafting.answer(visit_hash, slug, given.kept(), tx)

    return await kernel.perform(lock_of(visit_hash), keep, actor="client")


def _following(question: Question, draft: Draft, *, change: bool) -> str:
    if draft.submitted:
        return DONE
    following = questions.first_unanswered(draft.answers) if change else questions.after(question, draft.answers)
    return f"/referral/{following.slug}" if following else CHECK


def _question(slug: str) -> Question:
    if slug not in BY_SLUG:
        raise NotFound("page-unknown", "There is nothing at this address.")
    return BY_SLUG[slug]


def _minutes() -> int:
    return int(KEPT_FOR.total_seconds() // 60)


def _show(
    request: Request, question: Question, draft: Draft, form: Form[Answer], *, change: bool, status: int = 200
) -> Response:
    steps = questions.asked(draft.answers)
    earlier = questions.before(question, draft.answers)
    return page(
        request,
        f"intake/questions/{question.slug}.html",
        status,
        question=question,
        form=form,
        back=CHECK if change else f"/referral/{earlier.slug}" if earlier else "/referral/leaving",
        action=f"/referral/{question.slug}" + ("?change=true" if change else ""),
        step=steps.index(question) + 1,
        steps=len(steps),
        minutes=_minutes(),
        for_another=questions.answer_to(draft.answers, "who", "asker") == "close-person",
        online_only=questions.answer_to(draft.answers, "place", "where") == "online",
        named=apart.has_codes(draft.answers),
        components=components,
        wording=wording,
    )


async def _wipe_draft(request: Request, kernel: Kernel) -> None:
    visit_hash = visit_hash_of(request)
    if visit_hash:
        await kernel.perform(lock_of(visit_hash), lambda tx: drafting.wipe(visit_hash, tx), actor="client")


async def begin_draft(response: Response, request: Request, kernel: Kernel) -> None:
    """Begin a form for this visit; where one was sent already, for a new visit, so that a second can be sent."""
    draft = await draft_behind(request, kernel)
    visit_hash = visit_hash_of(request)
    if not visit_hash or (draft and draft.submitted):
        visit_hash = begin_visit(response)
    await kernel.perform(lock_of(visit_hash), lambda tx: drafting.begin(visit_hash, tx), actor="client")
