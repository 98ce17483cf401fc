"""One referral: where it stands, everything that happened, and, with a reason, who it is about."""

from datetime import date
from itertools import groupby
from typing import Annotated, Any, ClassVar
from uuid import UUID

from fastapi import APIRouter, Depends
from pydantic import BaseModel, Field
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from services.notifications.domain import words
from services.notifications.domain.sentences import line_for
from services.notifications.domain.views import view_for
from services.notifications.handlers import desk
from services.notifications.store import board, delivery_log, timeline
from services.notifications.store.timeline import Happening
from services.notifications.web.desk import staff_page
from services.notifications.web.faces import face_of
from shared.events.asks import Identity
from shared.kernel.errors import NotFound, Unprocessable
from shared.kernel.ids import ReferralId
from shared.web import Staff, blank_form, kernel_of, read_form, signed_in
from shared.web.forms import Form

router = APIRouter()


class RevealForm(BaseModel):
    """Why somebody needs to see who a client is."""

    words: ClassVar[dict[str, str]] = {"reason": "Say in a few words why you need to see this."}

    reason: str = Field(min_length=desk.SHORTEST_REASON, max_length=500)


@router.get("/referrals")
async def find_referral(request: Request, staff: Annotated[Staff, Depends(signed_in())]) -> Response:
    """Go to a referral by its short id."""
    typed = request.query_params.get("id", "").strip().upper()[:40]
    async with kernel_of(request).reading() as db:
        found = await board.cards_called(db, typed) if typed else []
        cards = [card for one in found if (card := await board.card_of_referral(db, one)) is not None]
    if len(cards) == 1:
        return RedirectResponse(f"/referrals/{cards[0].referral_id}", 303)
    now = kernel_of(request).clock.now()
    faces = [face_of(card, view_for(staff.roles), now, kernel_of(request).keys) for card in cards]
    return await staff_page(
        request, staff, "referral/find.html", 404 if typed and not faces else 200, typed=typed, faces=faces
    )


@router.get("/referrals/{referral_id}")
async def referral_page(request: Request, referral_id: UUID, staff: Annotated[Staff, Depends(signed_in())]) -> Response:
    """The referral with its timeline."""
    return await _page(request, staff, referral_id, blank_form(RevealForm))


@router.post("/referrals/{referral_id}/reveal")
async def reveal(
    request: Request,
    referral_id: UUID,
    staff: Annotated[Staff, Depends(signed_in("coordinator", "triage", "safeguarding"))],
) -> Response:
    """Show who the client is, for a minute; intake writes down who asked and why."""
    form = await read_form(request, RevealForm)
    if form.model is None:
        return await _page(request, staff, referral_id, form, status=422)
    try:
        identity = await desk.reveal(kernel_of(request), ReferralId(referral_id), staff.staff_id, form.model.reason)
    except Unprocessable as refusal:
        return await _page(request, staff, referral_id, form.refused(reason=refusal.sentence), status=422)
    return await _page(request, staff, referral_id, blank_form(RevealForm), identity=identity)


async def _page(
    request: Request,
    staff: Staff,
    referral_id: UUID,
    form: Form[RevealForm],
    *,
    identity: Identity | None = None,
    status: int = 200,
) -> Response:
    view = view_for(staff.roles)
    kernel = kernel_of(request)
    async with kernel.reading() as db:
        card = await board.card_of_referral(db, referral_id)
        if card is None:
            raise NotFound("referral-unknown", "There is no referral of this number here.")
        happenings = await timeline.happenings_of(db, referral_id)
        deliveries = await delivery_log.deliveries_about(db, referral_id)
    headers = {"Refresh": f"{identity.seconds}; url=/referrals/{referral_id}"} if identity else None
    return await staff_page(
        request,
        staff,
        "referral/referral.html",
        status,
        headers=headers,
        card=card,
        face=face_of(card, view, kernel.clock.now(), kernel.keys),
        days=_by_day([one for one in happenings if view.case or not one.kind.startswith("intake.")]),
        hidden=not view.case,
        deliveries=deliveries if view.case else [],
        match_id=next((one.details["match_id"] for one in reversed(happenings) if "match_id" in one.details), None),
        award_id=next((one.details["award_id"] for one in reversed(happenings) if "award_id" in one.details), None),
        received=next((one for one in happenings if one.kind == "intake.referral-received"), None),
        form=form,
        identity=identity,
    )


def _by_day(happenings: list[Happening]) -> list[tuple[date, list[dict[str, Any]]]]:
    lines = []
    for one in happenings:
        line = line_for(one.kind, one.details)
        local = one.at.astimezone(words.LONDON)
        lines.append(
            {
                "day": local.date(),
                "time": f"{local:%H:%M}",
                "at": one.at,
                "sentence": line.sentence,
                "actor": line.actor,
                "speaker": one.speaker,
            }
        )
    return [(day, list(those)) for day, those in groupby(reversed(lines), key=lambda line: line["day"])]
