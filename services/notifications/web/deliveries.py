"""The delivery log: what was sent to whom, how it went, and trying again by hand."""

from datetime import datetime
from typing import Annotated, get_args
from uuid import UUID

from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from services.notifications.domain.delivery import CARRIES_LETTER, PURPOSES, State, may_move
from services.notifications.handlers import desk
from services.notifications.store import delivery_log
from services.notifications.store.delivery_log import Logged
from services.notifications.web.desk import staff_page
from shared.kernel.errors import NotFound
from shared.messaging.transaction import Transaction
from shared.web import Staff, kernel_of, signed_in

router = APIRouter()

A_PAGE = 50
SEES_LOG = signed_in("coordinator", "admin")
LOOKS = {
    "sent": "good",
    "delivered": "good",
    "failed": "warning",
    "retried": "accent",
    "given_up": "danger",
    "queued": "accent",
}


@router.get("/deliveries")
async def log_page(request: Request, staff: Annotated[Staff, Depends(SEES_LOG)]) -> Response:
    """The newest deliveries, perhaps of one state or purpose."""
    query = request.query_params
    state = query.get("state") if query.get("state") in get_args(State) else None
    purpose = query.get("purpose") if query.get("purpose") in PURPOSES else None
    async with kernel_of(request).reading() as db:
        found = await delivery_log.log_page(
            db, state=state, purpose=purpose, before=_before(query.get("before", "")), limit=A_PAGE + 1
        )
        numbers = await delivery_log.states(db)
    return await staff_page(
        request,
        staff,
        "deliveries/log.html",
        deliveries=found[:A_PAGE],
        more=_place(found[A_PAGE - 1]) if len(found) > A_PAGE else "",
        numbers=numbers,
        states=get_args(State),
        purposes=PURPOSES,
        state=state or "",
        purpose=purpose or "",
        looks=LOOKS,
    )


@router.get("/deliveries/{delivery_id}")
async def delivery_page(request: Request, delivery_id: UUID, staff: Annotated[Staff, Depends(SEES_LOG)]) -> Response:
    """One delivery with every attempt."""
    async with kernel_of(request).reading() as db:
        delivery = await delivery_log.logged(db, delivery_id)
        attempts = await delivery_log.attempts_at(db, delivery_id)
    if delivery is None:
        raise NotFound("delivery-unknown", "There is no delivery of this number.")
    letter_is_gone = delivery.purpose in CARRIES_LETTER and not delivery.has_letter
    return await staff_page(
        request,
        staff,
        "deliveries/delivery.html",
        delivery=delivery,
        attempts=attempts,
        looks=LOOKS,
        may_retry=may_move(delivery.state, "retried") and not letter_is_gone,
        may_replay=delivery.purpose == "webhook" and delivery.state in ("delivered", "given_up", "suppressed"),
    )


@router.post("/deliveries/{delivery_id}/retry")
async def retry(request: Request, delivery_id: UUID, staff: Annotated[Staff, Depends(SEES_LOG)]) -> Response:
    """Try a delivery again, at once."""

    async def again(tx: Transaction) -> None:
        await desk.try_again(delivery_id, tx)

    await kernel_of(request).perform(str(delivery_id), again, actor=staff.actor)
    return RedirectResponse(f"/deliveries/{delivery_id}", 303)


@router.post("/deliveries/{delivery_id}/replay")
async def replay(request: Request, delivery_id: UUID, staff: Annotated[Staff, Depends(SEES_LOG)]) -> Response:
    """Send a webhook once more."""

    async def again(tx: Transaction) -> UUID:
        return await desk.replay_webhook(delivery_id, tx)

    made = await kernel_of(request).perform(str(delivery_id), again, actor=staff.actor)
    return RedirectResponse(f"/deliveries/{made}", 303)


def _place(delivery: Logged) -> str:
    return f"{delivery.created_at.isoformat()}_{delivery.delivery_id}"


def _before(text: str) -> tuple[datetime, UUID] | None:
    moment, _, delivery_id = text.partition("_")
    try:
        found = datetime.fromisoformat(moment), UUID(delivery_id)
    except ValueError:
        return None
    return found if found[0].tzinfo is not None else None
