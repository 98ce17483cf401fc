"""Offers in the portal: the same question as behind the link in the mail, and the same answers."""

from collections.abc import Awaitable, Callable
from uuid import UUID

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from services.matching import store
from services.matching.domain.cases import Case, Match, Offer
from services.matching.handlers import answers
from services.matching.handlers.answers import Answer, TooLate
from services.matching.web.offers import Declining, what_is_asked
from services.matching.web.portal.access import Entitled, PortalVisitor, ThisKernel
from services.matching.web.words import short
from shared.kernel.errors import NotFound
from shared.kernel.ids import OfferId
from shared.messaging.kernel import Kernel
from shared.messaging.transaction import Transaction
from shared.web import Form, page, read_form

router = APIRouter(prefix="/portal/offers")


@router.get("/{offer_id}")
async def offer_page(request: Request, offer_id: UUID, kernel: ThisKernel, visitor: Entitled) -> Response:
    """What is asked, and until when."""
    return await _shown(request, offer_id, kernel, visitor)


@router.post("/{offer_id}/seen")
async def seen(request: Request, offer_id: UUID, kernel: ThisKernel, visitor: Entitled) -> Response:
    """Say that one is thinking about it."""
    return await _answered(request, offer_id, kernel, visitor, answers.acknowledge)


@router.post("/{offer_id}/accept")
async def accept(request: Request, offer_id: UUID, kernel: ThisKernel, visitor: Entitled) -> Response:
    """Take the client."""
    return await _answered(request, offer_id, kernel, visitor, answers.accept)


@router.post("/{offer_id}/decline")
async def decline(request: Request, offer_id: UUID, kernel: ThisKernel, visitor: Entitled) -> Response:
    """Pass the client on, with a reason."""
    form = await read_form(request, Declining)
    if form.model is None:
        return await _shown(request, offer_id, kernel, visitor, declining=form, status=422)
    reason = form.model.reason
    return await _answered(request, offer_id, kernel, visitor, lambda tx, offer: answers.decline(tx, offer, reason))


async def _answered(
    request: Request,
    offer_id: UUID,
    kernel: Kernel,
    visitor: PortalVisitor,
    answer: Callable[[Transaction, OfferId], Awaitable[Answer]],
) -> Response:
    offer, match, _ = await _own(kernel, offer_id, visitor)
    result = await kernel.perform(str(match.referral_id), lambda tx: answer(tx, offer.offer_id), actor=visitor.actor)
    if isinstance(result, TooLate):
        return await _shown(request, offer_id, kernel, visitor, too_late=True, status=409)
    return RedirectResponse(f"/portal/offers/{offer_id}", 303)


async def _shown(
    request: Request,
    offer_id: UUID,
    kernel: Kernel,
    visitor: PortalVisitor,
    *,
    declining: Form[Declining] | None = None,
    too_late: bool = False,
    status: int = 200,
) -> Response:
    offer, match, case = await _own(kernel, offer_id, visitor)
    if match.state in ("accepted", "in-therapy") and offer.state == "accepted":
        return RedirectResponse(f"/portal/clients/{match.match_id}", 303)
    asked = what_is_asked(offer, match, case, declining)
    return page(request, "portal/offer.html", status, visitor=visitor, too_late=too_late, short=short, **asked)


async def _own(kernel: Kernel, offer_id: UUID, visitor: PortalVisitor) -> tuple[Offer, Match, Case]:
    async with kernel.reading() as db:
        offer = await store.offer_by_id(db, OfferId(offer_id))
        match = await store.match_by_id(db, offer.match_id) if offer else None
        case = await store.case_of(db, kernel.keys, match.referral_id) if match else None
    if offer is None or match is None or case is None or offer.therapist_id != visitor.therapist_id:
        raise NotFound("offer-unknown", "There is no such request among yours.")
    return offer, match, case
