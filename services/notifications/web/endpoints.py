"""Funders' webhook endpoints: add one, see its secret once, switch it off and on."""

from typing import Annotated, ClassVar, cast
from uuid import UUID

from fastapi import APIRouter, Depends
from pydantic import BaseModel, Field
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from services.notifications.domain.addresses import LONGEST_URL
from services.notifications.handlers import desk
from services.notifications.settings import NotificationsSettings
from services.notifications.store import endpoints
from services.notifications.web.desk import staff_page
from shared.kernel.errors import Conflict, Unprocessable
from shared.kernel.ids import FunderId
from shared.messaging.transaction import Transaction
from shared.web import Form, Staff, blank_form, kernel_of, read_form, signed_in

router = APIRouter()

KEEPS_ENDPOINTS = signed_in("admin", "finance")


class EndpointForm(BaseModel):
    """Where a funder wants to be told."""

    words: ClassVar[dict[str, str]] = {
        "funder_id": "Enter the funder's number as the funds page shows it.",
        "url": "Enter the address that the funder gave you.",
    }

    funder_id: UUID
    url: str = Field(max_length=LONGEST_URL)


@router.get("/deliveries/endpoints")
async def endpoints_page(request: Request, staff: Annotated[Staff, Depends(KEEPS_ENDPOINTS)]) -> Response:
    """Every endpoint, and a form for another."""
    return await _page(request, staff, blank_form(EndpointForm))


@router.post("/deliveries/endpoints")
async def add_endpoint(request: Request, staff: Annotated[Staff, Depends(KEEPS_ENDPOINTS)]) -> Response:
    """Keep an endpoint and show its secret, this once."""
    form = await read_form(request, EndpointForm)
    if form.model is None:
        return await _page(request, staff, form, status=422)
    answers, kernel = form.model, kernel_of(request)
    reach = cast("NotificationsSettings", kernel.settings).reach

    async def add(tx: Transaction) -> desk.NewEndpoint:
        return await desk.add_endpoint(FunderId(answers.funder_id), answers.url, reach, tx)

    try:
        made = await kernel.perform(str(answers.funder_id), add, actor=staff.actor)
    except (Unprocessable, Conflict) as refusal:
        return await _page(request, staff, form.refused(url=refusal.sentence), status=422)
    return await _page(request, staff, blank_form(EndpointForm), made=made)


@router.post("/deliveries/endpoints/{endpoint_id}/{switch}")
async def switch_endpoint(
    request: Request, endpoint_id: UUID, switch: str, staff: Annotated[Staff, Depends(KEEPS_ENDPOINTS)]
) -> Response:
    """Switch an endpoint `on` or `off`."""
    if switch not in ("on", "off"):
        raise Unprocessable("switch-unknown")

    async def turn(tx: Transaction) -> None:
        await desk.switch_endpoint(endpoint_id, tx, on=switch == "on")

    await kernel_of(request).perform(str(endpoint_id), turn, actor=staff.actor)
    return RedirectResponse("/deliveries/endpoints", 303)


async def _page(
    request: Request, staff: Staff, form: Form[EndpointForm], *, made: desk.NewEndpoint | None = None, status: int = 200
) -> Response:
    async with kernel_of(request).reading() as db:
        found = await endpoints.all_endpoints(db)
    return await staff_page(request, staff, "deliveries/endpoints.html", status, endpoints=found, form=form, made=made)
