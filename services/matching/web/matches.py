"""Matches, their explanations and the waiting list, for coordinators."""

from itertools import groupby
from typing import Annotated, Any, ClassVar, Literal, get_args
from uuid import UUID

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel
from starlette.responses import RedirectResponse, Response

from services.matching import store
from services.matching.domain.declines import DECLINES
from services.matching.domain.explanation import Stored
from services.matching.domain.matches import MATCH_MOVES, MATCH_STATES, MatchState
from services.matching.domain.vocabulary import WaitReason
from services.matching.handlers import therapy
from services.matching.web.explanations import Laid, laid_out
from services.matching.web.words import LOOKUPS, short
from shared.db import Connection
from shared.kernel.errors import NotFound
from shared.kernel.ids import MatchId, ReferralId
from shared.messaging.kernel import Kernel
from shared.messaging.transaction import Transaction
from shared.web import Form, Staff, kernel_of, page, read_form, signed_in

router = APIRouter()
ThisKernel = Annotated[Kernel, Depends(kernel_of)]
Coordinator = Annotated[Staff, Depends(signed_in("coordinator"))]
SHOWN = 200
UNDER_WAY: tuple[MatchState, ...] = ("proposed", "waiting-for-funds", "offered", "accepted", "in-therapy")


class Move(BaseModel):
    """What is done with a match."""

    words: ClassVar[dict[str, str]] = {"to": "Choose one of the actions shown."}

    to: Literal["in-therapy", "completed", "ended-early", "withdrawn"]


@router.get("/matches")
async def matches_page(request: Request, kernel: ThisKernel, _staff: Coordinator, show: str = "under-way") -> Response:
    """Matches by state, and everyone who waits by reason."""
    chosen = [show] if show in MATCH_STATES else [] if show == "all" else list(UNDER_WAY)
    async with kernel.reading() as db:
        rows = await store.latest_matches(db, states=chosen, limit=SHOWN)
        names = await store.names_of(db, kernel.keys, {row["therapist_id"] for row in rows})
        waiting = await store.waiting_list(db)
        attention = await store.attention_wanted(db)
    by_reason = {reason: list(group) for reason, group in groupby(waiting, key=lambda row: row["reason"])}
    return page(
        request,
        "matches/list.html",
        matches=rows,
        names=names,
        waiting=[(reason, by_reason[reason]) for reason in get_args(WaitReason) if reason in by_reason],
        waiting_count=len(waiting),
        attention=attention,
        show=show if show in (*MATCH_STATES, "all") else "under-way",
        states=MATCH_STATES,
        now=kernel.clock.now(),
        short=short,
        words=LOOKUPS,
    )


@router.get("/matches/waiting/{referral_id}")
async def waiting_page(request: Request, referral_id: UUID, kernel: ThisKernel, _staff: Coordinator) -> Response:
    """Why nobody fits somebody who waits, and the smallest changes that would help."""
    async with kernel.reading() as db:
        waiting = await store.waiting_of(db, ReferralId(referral_id))
        if waiting is None:
            raise NotFound("not-waiting", "This referral is not on the waiting list any more.")
        stored = await store.latest_explanation(db, kernel.keys, ReferralId(referral_id))
        laid = await _laid(db, kernel, stored)
    return page(request, "matches/waiting.html", waiting=waiting, laid=laid, short=short, words=LOOKUPS)


@router.get("/matches/{match_id}")
async def match_page(request: Request, match_id: UUID, kernel: ThisKernel, _staff: Coordinator) -> Response:
    """A match, why it was made, and what may be done with it."""
    return await shown_match(request, kernel, match_id)


async def shown_match(
    request: Request, kernel: Kernel, match_id: UUID, *, sent: Form[Any] | None = None, place: str = ""
) -> Response:
    """The page of a match; where a form was `sent` that cannot be used, with it at its `place` and what is wrong."""
    async with kernel.reading() as db:
        match = await store.match_by_id(db, MatchId(match_id))
        if match is None:
            raise NotFound("match-unknown", "There is no such match.")
        offers = await store.offers_of_match(db, match.match_id)
        asked = {match.therapist_id, *(offer.therapist_id for offer in offers)}
        names = await store.names_of(db, kernel.keys, asked)
        notes = await store.notes_of_match(db, kernel.keys, match.match_id, match.referral_id)
        attention = await store.attention_wanted(db, match.match_id)
        stored = await store.explanation_of_match(db, kernel.keys, match.match_id)
        laid = await _laid(db, kernel, stored)
    return page(
        request,
        "matches/match.html",
        422 if sent else 200,
        match=match,
        sent=sent,
        place=place,
        offer=next((offer for offer in offers if offer.therapist_id == match.therapist_id), None),
        offers=offers,
        names=names,
        notes=notes,
        attention=attention,
        declines=DECLINES,
        name=names.get(match.therapist_id, "Erased"),
        laid=laid,
        actions=_actions(match.state),
        short=short,
        words=LOOKUPS,
    )


@router.post("/matches/{match_id}")
async def move_match(request: Request, match_id: UUID, kernel: ThisKernel, staff: Coordinator) -> Response:
    """Do one of the actions that the page showed; refused where the match has moved on."""
    form = await read_form(request, Move)
    if form.model is None:
        return await match_page(request, match_id, kernel, staff)
    to = form.model.to
    async with kernel.reading() as db:
        match = await store.match_by_id(db, MatchId(match_id))
    if match is None:
        raise NotFound("match-unknown", "There is no such match.")
    await kernel.perform(str(match.referral_id), lambda tx: _move(tx, match.match_id, to), actor=staff.actor)
    return RedirectResponse(f"/matches/{match_id}", 303)


async def _move(
    tx: Transaction, match_id: MatchId, to: Literal["in-therapy", "completed", "ended-early", "withdrawn"]
) -> None:
    match to:
        case "in-therapy":
            await therapy.start(tx, match_id, actor="coordinator")
        case "completed" | "ended-early":
            await therapy.end(tx, match_id, to, actor="coordinator")
        case "withdrawn":
            await therapy.withdraw(tx, match_id)


def _actions(state: MatchState) -> list[str]:
    """What the page offers as one press of a button; whatever needs a reason has a form of its own."""
    simple = MATCH_MOVES.open_to(state, ["coordinator"]) & set(get_args(Move.model_fields["to"].annotation))
    return sorted(simple - {"withdrawn"} if state == "in-therapy" else simple)


async def _laid(db: Connection, kernel: Kernel, stored: Stored | None) -> Laid | None:
    if stored is None:
        return None
    asked = {one.candidate.therapist_id for one in stored.explanation.choice.considered}
    return laid_out(stored, await store.names_of(db, kernel.keys, asked))
