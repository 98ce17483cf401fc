"""An offer's page, found by the link in the mail: reading changes nothing, only a person's press of a button does."""

from collections.abc import Awaitable, Callable
from typing import Annotated, Any, ClassVar

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel
from starlette.responses import RedirectResponse, Response

from services.matching import store
from services.matching.domain.cases import Case, Match, Offer, parts_of_fee
from services.matching.domain.declines import DECLINES
from services.matching.domain.matches import UNANSWERED
from services.matching.domain.vocabulary import DeclineReason
from services.matching.handlers import answers, declining
from services.matching.handlers.answers import Answer, TooLate
from services.matching.web.words import LOOKUPS
from shared.db import Connection
from shared.kernel.errors import NotFound
from shared.messaging.kernel import Kernel
from shared.messaging.transaction import Transaction
from shared.web import Form, blank_form, kernel_of, page, read_form

router = APIRouter()
ThisKernel = Annotated[Kernel, Depends(kernel_of)]


class Declining(BaseModel):
    """Why the therapist declines."""

    words: ClassVar[dict[str, str]] = {"reason": "Choose the reason that fits best."}

    reason: DeclineReason


@router.api_route("/offers/{token}", methods=["GET", "HEAD"])
async def offer_page(request: Request, token: str, kernel: ThisKernel) -> Response:
    """What is asked, and until when; mail scanners that open the link change nothing."""
    return await _shown(request, token, kernel)


@router.post("/offers/{token}/seen")
async def seen(request: Request, token: str, kernel: ThisKernel) -> Response:
    """A person says that they are thinking about it."""
    return await _answered(request, token, kernel, lambda tx, offer: answers.acknowledge(tx, offer.offer_id))


@router.post("/offers/{token}/accept")
async def accept(request: Request, token: str, kernel: ThisKernel) -> Response:
    """Take the client."""
    return await _answered(request, token, kernel, lambda tx, offer: answers.accept(tx, offer.offer_id))


@router.post("/offers/{token}/decline")
async def decline(request: Request, token: str, kernel: ThisKernel) -> Response:
    """Pass the client on, with a reason."""
    form = await read_form(request, Declining)
    if form.model is None:
        return await _shown(request, token, kernel, no=form, status=422)
    reason = form.model.reason
    return await _answered(request, token, kernel, lambda tx, offer: answers.decline(tx, offer.offer_id, reason))


@router.post("/offers/{token}/give-up")
async def give_up(request: Request, token: str, kernel: ThisKernel) -> Response:
    """Give a client back before therapy has begun, with a reason."""
    form = await read_form(request, Declining)
    if form.model is None:
        return await _shown(request, token, kernel, no=form, status=422)
    reason = form.model.reason
    async with kernel.reading() as db:
        offer, match, _ = await _found(db, kernel, token)
    actor = f"therapist:{offer.therapist_id}"
    await kernel.perform(
        str(match.referral_id),
        lambda tx: declining.give_up(tx, offer.offer_id, reason, by="therapist"),
        actor=actor,
    )
    return RedirectResponse(f"/offers/{token}", 303)


async def _answered(
    request: Request, token: str, kernel: Kernel, answer: Callable[[Transaction, Offer], Awaitable[Answer]]
) -> Response:
    async with kernel.reading() as db:
        offer, match, _ = await _found(db, kernel, token)
    actor = f"therapist:{offer.therapist_id}"
    result = await kernel.perform(str(match.referral_id), lambda tx: answer(tx, offer), actor=actor)
    if isinstance(result, TooLate):
        return await _shown(request, token, kernel, status=409, too_late=True)
    return RedirectResponse(f"/offers/{token}", 303)


async def _shown(
    request: Request,
    token: str,
    kernel: Kernel,
    *,
    no: Form[Declining] | None = None,
    too_late: bool = False,
    status: int = 200,
) -> Response:
    async with kernel.reading() as db:
        offer, match, case = await _found(db, kernel, token)
    asked = what_is_asked(offer, match, case, no)
    return page(request, "offers/offer.html", status, token=token, too_late=too_late, **asked)


def what_is_asked(offer: Offer, match: Match, case: Case, no: Form[Declining] | None) -> dict[str, Any]:
    """What a page about an offer shows, wherever it is read; `no` is a refusal that was sent and is not complete."""
    parts = parts_of_fee(match, offer.session_fee)
    return {
        "offer": offer,
        "match": match,
        "case": case,
        "open": offer.state in UNANSWERED,
        "charity_part": parts.charity,
        "own_part": parts.client,
        "declines": DECLINES,
        "form": no or blank_form(Declining),
        "wants_to_decline": no is not None,
        "words": LOOKUPS,
    }


async def _found(db: Connection, kernel: Kernel, token: str) -> tuple[Offer, Match, Case]:
    offer = await store.offer_by_token(db, token)
    match = await store.match_by_id(db, offer.match_id) if offer else None
    case = await store.case_of(db, kernel.keys, match.referral_id) if match else None
    if offer is None or match is None or case is None:
        raise NotFound(
            "offer-unknown", "This link leads nowhere. It may be incomplete: open it from the mail once more."
        )
    return offer, match, case
