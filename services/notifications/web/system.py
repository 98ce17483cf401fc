"""The system page: how the four services stand, from what each says of itself."""

from typing import Annotated, cast

from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import Response

from services.notifications.gateways.health import health_of_all
from services.notifications.settings import NotificationsSettings
from services.notifications.store import delivery_log
from services.notifications.web.desk import staff_page
from shared.web import Staff, kernel_of, signed_in
from shared.web.requests import frame_of

router = APIRouter()


@router.get("/system")
async def system_page(request: Request, staff: Annotated[Staff, Depends(signed_in("admin"))]) -> Response:
    """Readiness, outbox, queues and waiting events of every service; deliveries of this one."""
    settings = cast("NotificationsSettings", kernel_of(request).settings)
    healths = await health_of_all({**frame_of(request).urls, **settings.health_urls})
    async with kernel_of(request).reading() as db:
        deliveries = await delivery_log.states(db)
    return await staff_page(request, staff, "system/system.html", healths=healths, deliveries=deliveries)
