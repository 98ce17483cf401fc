"""One client of a therapist: how to reach them, their sessions, and what to do next."""

from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from fastapi import APIRouter, Request
from pydantic import BaseModel, Field
from starlette.responses import RedirectResponse, Response

from services.matching import store
from services.matching.domain.cases import Match
from services.matching.domain.declines import DECLINES
from services.matching.domain.sessions import AFTER_ITS_START, held, used, without_result
from services.matching.handlers import declining, therapy
from services.matching.handlers.therapy import asking, contact
from services.matching.store import episodes, sessions
from services.matching.web.offers import Declining
from services.matching.web.portal.access import PortalVisitor, Signed, ThisKernel, own_match
from services.matching.web.portal.words import CONTACT_REFUSALS, REACH_BY, RESULTS, SAFE_HOURS, SESSION_STATES
from services.matching.web.words import LOOKUPS, short
from shared.events.asks import ClientContact
from shared.kernel.errors import NotFound
from shared.messaging.kernel import Kernel
from shared.web import Form, blank_form, page, read_form

router = APIRouter(prefix="/portal/clients")


class Wanting(BaseModel):
    """Why more sessions are needed."""

    words: ClassVar[dict[str, str]] = {"reason": "Say in a sentence or two why more sessions are needed."}

    reason: str = Field(min_length=10, max_length=1000)


@router.get("/{match_id}")
async def client_page(request: Request, match_id: UUID, kernel: ThisKernel, visitor: Signed) -> Response:
    """Everything about one client but who it is."""
    return await shown(request, kernel, visitor, await own_match(kernel, match_id, visitor))


@router.post("/{match_id}/contact")
async def show_contact(request: Request, match_id: UUID, kernel: ThisKernel, visitor: Signed) -> Response:
    """Show how to reach the client, for a minute; intake writes down that it was shown."""
    match = await own_match(kernel, match_id, visitor)
    found = await contact.reveal(kernel, match.match_id, visitor.therapist_id)
    return await shown(request, kernel, visitor, match, found=found)


@router.post("/{match_id}/contact-made")
async def contact_made(match_id: UUID, kernel: ThisKernel, visitor: Signed) -> Response:
    """Note that the client was reached."""
    match = await own_match(kernel, match_id, visitor)
    await kernel.perform(
        str(match.referral_id), lambda tx: contact.contact_made(tx, match.match_id), actor=visitor.actor
    )
    return RedirectResponse(f"/portal/clients/{match_id}", 303)


@router.post("/{match_id}/reviewed")
async def reviewed(match_id: UUID, kernel: ThisKernel, visitor: Signed) -> Response:
    """Note that therapist and client have looked together at how it goes."""
    match = await own_match(kernel, match_id, visitor)
    await kernel.perform(str(match.referral_id), lambda tx: therapy.review(tx, match.match_id), actor=visitor.actor)
    return RedirectResponse(f"/portal/clients/{match_id}", 303)


@router.post("/{match_id}/more")
async def more(request: Request, match_id: UUID, kernel: ThisKernel, visitor: Signed) -> Response:
    """Ask the charity for more sessions."""
    match = await own_match(kernel, match_id, visitor)
    form = await read_form(request, Wanting)
    if form.model is None:
        return await shown(request, kernel, visitor, match, form=form, doing="more", status=422)
    reason = form.model.reason
    await kernel.perform(
        str(match.referral_id), lambda tx: asking.ask_for_more(tx, match.match_id, reason), actor=visitor.actor
    )
    return RedirectResponse(f"/portal/clients/{match_id}", 303)


@router.post("/{match_id}/give-up")
async def give_up(request: Request, match_id: UUID, kernel: ThisKernel, visitor: Signed) -> Response:
    """Give a client back before therapy has begun, with a reason."""
    match = await own_match(kernel, match_id, visitor)
    form = await read_form(request, Declining)
    if form.model is None:
        return await shown(request, kernel, visitor, match, form=form, doing="give-up", status=422)
    reason = form.model.reason
    async with kernel.reading() as db:
        offer = await store.offer_of_match(db, match.match_id)
    if offer is None:
        raise NotFound("offer-unknown", "There is no such request among yours.")
    await kernel.perform(
        str(match.referral_id),
        lambda tx: declining.give_up(tx, offer.offer_id, reason, by="therapist"),
        actor=visitor.actor,
    )
    return RedirectResponse("/portal", 303)


async def shown(
    request: Request,
    kernel: Kernel,
    visitor: PortalVisitor,
    match: Match,
    *,
    form: Form[Any] | None = None,
    doing: str = "",
    found: ClientContact | None = None,
    status: int = 200,
) -> Response:
    """The page of one client; `doing` names the form that comes back with a sentence beside a field."""
    now: datetime = kernel.clock.now()
    async with kernel.reading() as db:
        present = await sessions.sessions_of(db, match.match_id)
        episode = await episodes.episode_of(db, kernel.keys, match)
    headers = {"Refresh": f"{found.seconds}; url=/portal/clients/{match.match_id}"} if found else None
    return page(
        request,
        "portal/client.html",
        status,
        headers=headers,
        visitor=visitor,
        match=match,
        episode=episode,
        sessions=present,
        due=without_result(present, now),
        ahead=[one for one in present if one.state == "booked" and one.starts_at > now],
        past=[one for one in reversed(present) if one.state != "booked"],
        held=held(present),
        left=max(0, match.sessions_planned - used(present)),
        running=match.state in ("accepted", "in-therapy"),
        form=form or blank_form(Wanting),
        doing=doing,
        found=found,
        declines=DECLINES,
        refusals=CONTACT_REFUSALS,
        reach_by=REACH_BY,
        safe_hours=SAFE_HOURS,
        results=RESULTS,
        after_start=AFTER_ITS_START,
        states=SESSION_STATES,
        told="concern" if "concern-told" in request.query_params else "",
        short=short,
        words=LOOKUPS,
    )
