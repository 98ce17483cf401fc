"""Therapies and their sessions, for coordinators: a list, one of them, corrections, and how many are planned."""

from typing import Annotated, Any, ClassVar
from uuid import UUID

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel, Field
from starlette.responses import RedirectResponse, Response

from services.matching import store
from services.matching.domain.capacity import Refused
from services.matching.domain.cases import Match
from services.matching.domain.sessions import RESULTS, Result, held, used
from services.matching.handlers.therapy import asking, corrections
from services.matching.handlers.therapy.asking import MOST_SESSIONS
from services.matching.store import episodes, sessions
from services.matching.web.portal.words import RESULTS as RESULT_WORDS
from services.matching.web.portal.words import SESSION_STATES
from services.matching.web.words import LOOKUPS, short
from shared.kernel.errors import Conflict, NotFound
from shared.kernel.ids import MatchId, SessionId
from shared.messaging.kernel import Kernel
from shared.web import Form, Staff, blank_form, kernel_of, page, read_form, signed_in

router = APIRouter(prefix="/episodes")
ThisKernel = Annotated[Kernel, Depends(kernel_of)]
Coordinator = Annotated[Staff, Depends(signed_in("coordinator"))]
SHOWN = 200
LISTS = {"running": "Running", "wants-more": "More sessions asked for", "over": "Ended"}


class Correction(BaseModel):
    """What really happened in a session, and how that is known."""

    words: ClassVar[dict[str, str]] = {
        "result": "Choose what happened.",
        "reason": "Say in a few words why it is put right; the reason is kept.",
    }

    result: Result
    reason: str = Field(min_length=10, max_length=500)


class Planned(BaseModel):
    """How many sessions are planned in all."""

    words: ClassVar[dict[str, str]] = {"planned": f"Enter a number from 1 to {MOST_SESSIONS}."}

    planned: int = Field(ge=1, le=MOST_SESSIONS)


@router.get("")
async def episodes_page(
    request: Request, kernel: ThisKernel, _staff: Coordinator, show: str = "running", therapist: str = ""
) -> Response:
    """Therapies by how they stand, perhaps of one therapist by the end of their id."""
    chosen = show if show in LISTS else "running"
    typed = therapist.strip().lower()[:36]
    async with kernel.reading() as db:
        rows = await episodes.episode_rows(db, show=chosen, therapist=typed, limit=SHOWN)
    return page(
        request,
        "episodes/list.html",
        rows=rows,
        show=chosen,
        lists=LISTS,
        therapist=typed,
        short=short,
        words=LOOKUPS,
    )


@router.get("/{match_id}")
async def episode_page(request: Request, match_id: UUID, kernel: ThisKernel, _staff: Coordinator) -> Response:
    """One therapy with its sessions."""
    return await _shown(request, kernel, await _known(kernel, match_id))


@router.post("/{match_id}/sessions/{session_id}")
async def correct(
    request: Request, match_id: UUID, session_id: UUID, kernel: ThisKernel, staff: Coordinator
) -> Response:
    """Put a session right."""
    match = await _known(kernel, match_id)
    form = await read_form(request, Correction)
    doing = str(session_id)
    if form.model is None:
        return await _shown(request, kernel, match, form=form, doing=doing, status=422)
    result, reason = form.model.result, form.model.reason
    done = await kernel.perform(
        str(match.referral_id),
        lambda tx: corrections.correct(tx, match.match_id, SessionId(session_id), result, reason),
        actor=staff.actor,
    )
    if isinstance(done, Refused):
        refused = form.refused(result=done.sentence)
        return await _shown(request, kernel, match, form=refused, doing=doing, status=422)
    return RedirectResponse(f"/episodes/{match_id}", 303)


@router.post("/{match_id}/planned")
async def plan(request: Request, match_id: UUID, kernel: ThisKernel, staff: Coordinator) -> Response:
    """Decide how many sessions are planned, and with that answer who asked for more."""
    match = await _known(kernel, match_id)
    form = await read_form(request, Planned)
    if form.model is None:
        return await _shown(request, kernel, match, form=form, doing="planned", status=422)
    planned = form.model.planned
    try:
        await kernel.perform(
            str(match.referral_id), lambda tx: asking.plan_sessions(tx, match.match_id, planned), actor=staff.actor
        )
    except Conflict as refusal:
        refused = form.refused(planned=refusal.sentence)
        return await _shown(request, kernel, match, form=refused, doing="planned", status=422)
    return RedirectResponse(f"/episodes/{match_id}", 303)


async def _known(kernel: Kernel, match_id: UUID) -> Match:
    async with kernel.reading() as db:
        match = await store.match_by_id(db, MatchId(match_id))
    if match is None:
        raise NotFound("match-unknown", "There is no such therapy.")
    return match


async def _shown(
    request: Request,
    kernel: Kernel,
    match: Match,
    *,
    form: Form[Any] | None = None,
    doing: str = "",
    status: int = 200,
) -> Response:
    async with kernel.reading() as db:
        present = await sessions.sessions_of(db, match.match_id)
        episode = await episodes.episode_of(db, kernel.keys, match)
        corrected = await sessions.corrections_of(db, kernel.keys, match)
        names = await store.names_of(db, kernel.keys, {match.therapist_id})
    return page(
        request,
        "episodes/episode.html",
        status,
        match=match,
        episode=episode,
        sessions=present,
        corrections=corrected,
        name=names.get(match.therapist_id, "Erased"),
        held=held(present),
        used=used(present),
        form=form or blank_form(Planned, planned=str(match.sessions_planned)),
        doing=doing,
        states=SESSION_STATES,
        results=RESULT_WORDS,
        correctable=RESULTS,
        short=short,
        words=LOOKUPS,
    )
