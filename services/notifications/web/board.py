"""The live board: columns of cards, narrowed by the address, complete without JavaScript."""

from typing import Annotated, get_args

from fastapi import APIRouter, Depends
from pydantic import BaseModel
from starlette.datastructures import QueryParams
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from services.notifications.domain import words
from services.notifications.domain.card import COLUMNS
from services.notifications.domain.views import View, view_for
from services.notifications.store import board, changes
from services.notifications.store.board import A_COLUMN, Filter
from services.notifications.web.desk import fragment, staff_page
from services.notifications.web.faces import face_of
from shared.events.codes import Priority
from shared.web import Staff, kernel_of, signed_in

router = APIRouter()


class Narrowing(BaseModel):
    """The filters of the address; unknown values are no filter."""

    priority: str = ""
    reason: str = ""
    area: str = ""
    due: str = ""


def narrowing_of(query: QueryParams, view: View) -> Filter:
    """The filter that an address asks for, as far as this person may use it."""
    asked = {name: query.get(name, "").strip()[:40] for name in Narrowing.model_fields}
    priority = asked["priority"] if view.case and asked["priority"] in get_args(Priority) else None
    area = asked["area"].upper() if view.case and asked["area"] else None
    reason = asked["reason"] if asked["reason"] in words.WAIT_REASONS else None
    return Filter(priority, reason, area, "soon" if asked["due"] == "soon" else None)


def address_of(narrowed: Filter) -> str:
    """The query of a filter, in one spelling."""
    parts = {name: getattr(narrowed, name) for name in Narrowing.model_fields}
    return str(QueryParams({name: value for name, value in parts.items() if value}))


@router.get("/board")
async def board_page(request: Request, staff: Annotated[Staff, Depends(signed_in())]) -> Response:
    """The board as it is now; a script keeps it so."""
    view = view_for(staff.roles)
    narrowed = narrowing_of(request.query_params, view)
    column = request.query_params.get("column", "")
    kernel = kernel_of(request)
    now = kernel.clock.now()
    async with kernel.reading() as db:
        place = await changes.latest(db)
        cards = await board.cards_by_column(db, narrowed, now, a_column=500 if column in COLUMNS else A_COLUMN)
        numbers = await board.counts(db, narrowed, now)
        reasons = await board.waiting_reasons(db)
    faces = [face_of(card, view, now, kernel.keys) for card in cards]
    return await staff_page(
        request,
        staff,
        "board/board.html",
        columns=[name for name in COLUMNS if not column or name == column or column not in COLUMNS],
        only=column if column in COLUMNS else "",
        faces={name: [face for face in faces if face.column == name] for name in COLUMNS},
        numbers=numbers,
        reasons=reasons,
        narrowed=narrowed,
        query=address_of(narrowed),
        since=str(place),
    )


@router.get("/board/concerns")
async def concerns_fragment(request: Request, staff: Annotated[Staff, Depends(signed_in())]) -> Response:
    """The safeguarding banner alone, for pages of any service behind the same door."""
    async with kernel_of(request).reading() as db:
        concerns = await board.open_concerns(db)
    rendered = fragment(
        request, "board/alarm.html", concerns=concerns, view=view_for(staff.roles), now=kernel_of(request).clock.now()
    )
    return HTMLResponse(rendered, headers={"X-Open-Concerns": str(concerns.count)})
