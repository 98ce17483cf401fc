"""The stream of an open board: what changed, with ids to resume from, for as long as the person may see it."""

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

from fastapi import APIRouter, Depends
from sse_starlette import EventSourceResponse, ServerSentEvent
from starlette.requests import Request
from starlette.responses import Response

from services.notifications.domain.views import View, view_for
from services.notifications.store import board, changes
from services.notifications.store.board import Filter
from services.notifications.store.changes import Changes, Position
from services.notifications.web.board import narrowing_of
from services.notifications.web.desk import clock_time, fragment
from services.notifications.web.faces import face_of
from services.notifications.web.feed import Feed, Reset, feed_of
from shared.web import kernel_of, signed_in
from shared.web.sessions import session_of

router = APIRouter()

PING = 15.0
GATHER = 0.2
LONGEST = timedelta(minutes=20)
"""After so long the browser connects anew, which counts as using the session: watching the board is work."""


@router.get("/board/stream", dependencies=[Depends(signed_in())])
async def board_stream(request: Request) -> Response:
    """Follow the board under the filter of the address, from Last-Event-ID or `since` on."""
    asked = request.headers.get("last-event-id") or request.query_params.get("since", "")
    return EventSourceResponse(
        _events(request, feed_of(request), Position.read(asked)),
        ping=0,
        send_timeout=30,
        headers={"Cache-Control": "no-store"},
    )


async def _events(request: Request, feed: Feed, place: Position | None) -> AsyncIterator[ServerSentEvent]:
    kernel = kernel_of(request)
    ends = kernel.clock.now() + LONGEST
    follower = await feed.join()
    try:
        item: Changes | Reset | None = await _missed(request, place)
        while feed.reads and kernel.clock.now() < ends:
            session = await session_of(request, even_idle=True)
            if session is None:
                yield _event("signed-out", {})
                return
            view = view_for(session.staff.roles)
            async for event in _told(request, item, view, narrowing_of(request.query_params, view)):
                yield event
            item = await _next(follower.queue)
    finally:
        await feed.leave(follower)


async def _next(queue: "asyncio.Queue[Changes | Reset]") -> Changes | Reset | None:
    """What comes next, gathered for a moment so that a burst is one message; None when it was time for a ping."""
    try:
        item = await asyncio.wait_for(queue.get(), PING)
    except TimeoutError:
        return None
    await asyncio.sleep(GATHER)
    ids: dict[Any, None] = dict.fromkeys(item.referral_ids) if isinstance(item, Changes) else {}
    while not queue.empty():
        later = queue.get_nowait()
        if isinstance(item, Reset) or isinstance(later, Reset):
            item = Reset(later.reached)
        else:
            ids |= dict.fromkeys(later.referral_ids)
            item = Changes(tuple(ids), later.reached)
    return item


async def _missed(request: Request, place: Position | None) -> Changes | Reset:
    async with kernel_of(request).reading() as db:
        found = await changes.changes_after(db, place) if place is not None else None
        return found if found is not None else Reset(await changes.latest(db))


async def _told(
    request: Request, item: Changes | Reset | None, view: View, narrowed: Filter
) -> AsyncIterator[ServerSentEvent]:
    kernel = kernel_of(request)
    now = kernel.clock.now()
    if isinstance(item, Reset):
        yield _event("reset", {}, str(item.reached))
    elif item is not None and item.referral_ids:
        async with kernel.reading() as db:
            cards = {card.referral_id: card for card in await board.cards_among(db, item.referral_ids, narrowed, now)}
        for referral_id in item.referral_ids:
            card = cards.get(referral_id)
            if card is None:
                yield _event("card", {"id": str(referral_id), "column": None})
                continue
            face = face_of(card, view, now, kernel.keys)
            html = fragment(request, "board/card.html", face=face)
            yield _event("card", {"id": face.referral_id, "column": face.column, "order": face.order, "html": html})
    async with kernel.reading() as db:
        concerns = await board.open_concerns(db)
        numbers = await board.counts(db, narrowed, now) if item is not None else None
    yield _event(
        "tick",
        {
            "time": clock_time(now),
            "numbers": numbers,
            "concerns": concerns.count,
            "alarm": fragment(request, "board/alarm.html", concerns=concerns, view=view, now=now),
        },
        str(item.reached) if item is not None else None,
    )


def _event(name: str, content: dict[str, Any], place: str | None = None) -> ServerSentEvent:
    return ServerSentEvent(json.dumps(content, separators=(",", ":")), event=name, id=place)
