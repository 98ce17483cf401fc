"""What coordinators do about offers and matches: for a therapist on the phone, for a client's wish, or on their own."""

from datetime import timedelta
from typing import Annotated, ClassVar, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel, Field
from starlette.responses import RedirectResponse, Response

from services.matching import store
from services.matching.domain.cases import Offer
from services.matching.domain.vocabulary import DeclineReason
from services.matching.handlers import desk
from services.matching.handlers.desk import ByPhone
from services.matching.web.matches import shown_match
from shared.kernel.errors import NotFound
from shared.kernel.ids import MatchId, OfferId
from shared.messaging.kernel import Kernel
from shared.web import Staff, kernel_of, read_form, signed_in

router = APIRouter()
ThisKernel = Annotated[Kernel, Depends(kernel_of)]
Coordinator = Annotated[Staff, Depends(signed_in("coordinator"))]
Why = Annotated[str, Field(min_length=1, max_length=500)]


class ForTherapist(BaseModel):
    """What a therapist said by phone."""

    words: ClassVar[dict[str, str]] = {
        "answer": "Choose what the therapist said.",
        "reason": "Choose the reason that fits best.",
        "why": "Write who called, and what was said, in at most 500 characters.",
    }

    answer: ByPhone
    reason: DeclineReason = "other"
    why: Why


class MoreTime(BaseModel):
    """How much longer a therapist may think."""

    words: ClassVar[dict[str, str]] = {"hours": "Choose one of the times.", "why": "Say why, in a few words."}

    hours: Literal["24", "48", "72", "168"]
    why: Why


class Because(BaseModel):
    """Why something is done."""

    words: ClassVar[dict[str, str]] = {"why": "Say why, in a few words."}

    why: Why


class Settling(BaseModel):
    """Whether a no stands."""

    words: ClassVar[dict[str, str]] = {"stands": "Choose one of the two.", "why": "Say why, in a few words."}

    stands: Literal["yes", "no"]
    why: Why


@router.post("/matches/offers/{offer_id}/answer")
async def answer_for(request: Request, offer_id: UUID, kernel: ThisKernel, staff: Coordinator) -> Response:
    """Write what a therapist said by phone."""
    offer, key = await _offer(kernel, offer_id)
    form = await read_form(request, ForTherapist)
    said = form.model
    if said is None:
        return await shown_match(request, kernel, offer.match_id, sent=form, place=f"answer-{offer_id}")
    await kernel.perform(
        key, lambda tx: desk.answer_for(tx, offer.offer_id, said.answer, said.why, said.reason), actor=staff.actor
    )
    return _back(offer.match_id)


@router.post("/matches/offers/{offer_id}/extend")
async def extend(request: Request, offer_id: UUID, kernel: ThisKernel, staff: Coordinator) -> Response:
    """Give a therapist more time."""
    offer, key = await _offer(kernel, offer_id)
    form = await read_form(request, MoreTime)
    more = form.model
    if more is None:
        return await shown_match(request, kernel, offer.match_id, sent=form, place=f"extend-{offer_id}")
    reply_by = max(offer.reply_by, kernel.clock.now()) + timedelta(hours=int(more.hours))
    await kernel.perform(key, lambda tx: desk.extend(tx, offer.offer_id, reply_by, more.why), actor=staff.actor)
    return _back(offer.match_id)


@router.post("/matches/offers/{offer_id}/withdraw")
async def withdraw_offer(request: Request, offer_id: UUID, kernel: ThisKernel, staff: Coordinator) -> Response:
    """Take one offer back."""
    offer, key = await _offer(kernel, offer_id)
    form = await read_form(request, Because)
    because = form.model
    if because is None:
        return await shown_match(request, kernel, offer.match_id, sent=form, place=f"withdraw-{offer_id}")
    await kernel.perform(key, lambda tx: desk.withdraw_offer(tx, offer.offer_id, because.why), actor=staff.actor)
    return _back(offer.match_id)


@router.post("/matches/offers/{offer_id}/settle")
async def settle_decline(request: Request, offer_id: UUID, kernel: ThisKernel, staff: Coordinator) -> Response:
    """Let a no stand, or ask the therapist to think again."""
    offer, key = await _offer(kernel, offer_id)
    form = await read_form(request, Settling)
    settling = form.model
    if settling is None:
        return await shown_match(request, kernel, offer.match_id, sent=form, place=f"settle-{offer_id}")
    stands = settling.stands == "yes"
    await kernel.perform(
        key, lambda tx: desk.settle_decline(tx, offer.offer_id, stands=stands, why=settling.why), actor=staff.actor
    )
    return _back(offer.match_id)


@router.post("/matches/{match_id}/another")
async def another(match_id: UUID, kernel: ThisKernel, staff: Coordinator) -> Response:
    """Find the client another therapist, because they wish it."""
    key = await _key(kernel, match_id)
    await kernel.perform(key, lambda tx: desk.ask_for_another(tx, MatchId(match_id)), actor=staff.actor)
    return _back(MatchId(match_id))


@router.post("/matches/{match_id}/seen-to")
async def seen_to(match_id: UUID, kernel: ThisKernel, staff: Coordinator) -> Response:
    """A coordinator has seen to what was shown about a match."""
    key = await _key(kernel, match_id)
    await kernel.perform(key, lambda tx: desk.settle(tx, MatchId(match_id)), actor=staff.actor)
    return _back(MatchId(match_id))


async def _offer(kernel: Kernel, offer_id: UUID) -> tuple[Offer, str]:
    async with kernel.reading() as db:
        offer = await store.offer_by_id(db, OfferId(offer_id))
    if offer is None:
        raise NotFound("offer-unknown", "There is no such offer.")
    return offer, await _key(kernel, offer.match_id)


async def _key(kernel: Kernel, match_id: UUID) -> str:
    async with kernel.reading() as db:
        match = await store.match_by_id(db, MatchId(match_id))
    if match is None:
        raise NotFound("match-unknown", "There is no such match.")
    return str(match.referral_id)


def _back(match_id: UUID) -> Response:
    return RedirectResponse(f"/matches/{match_id}", 303)
