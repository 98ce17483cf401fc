"""Funders for finance and coordinators: who they are, what is noted about them, and what they gave."""

from typing import ClassVar
from uuid import UUID

from fastapi import APIRouter, Request
from pydantic import BaseModel, Field
from starlette.responses import RedirectResponse, Response

from services.funding.handlers.grant_funders import add_funder, change_funder
from services.funding.store import funders, funds, grants
from services.funding.web.fund_access import Finance, Reader, ThisKernel, may_change
from shared.kernel.errors import Conflict, NotFound
from shared.kernel.ids import FunderId
from shared.messaging.kernel import Kernel
from shared.web import Form, Staff, blank_form, page, read_form

router = APIRouter()


class Funder(BaseModel):
    """A funder as finance notes them."""

    words: ClassVar[dict[str, str]] = {
        "name": "Enter the name of the funder, in up to 120 characters.",
        "notes": "Shorten the notes to 2,000 characters.",
    }

    name: str = Field(max_length=120)
    notes: str = Field("", max_length=2000)


@router.get("/funders")
async def funders_page(request: Request, kernel: ThisKernel, staff: Reader) -> Response:
    """Every funder, and a form for a new one."""
    return await _listed(request, kernel, staff, blank_form(Funder))


@router.post("/funders")
async def new_funder(request: Request, kernel: ThisKernel, staff: Finance) -> Response:
    """Note a funder, before they have given anything."""
    form = await read_form(request, Funder)
    if form.model is None:
        return await _listed(request, kernel, staff, form, 422)
    sent = form.model
    try:
        funder_id = await kernel.perform("funders", lambda tx: add_funder(tx, sent.name, sent.notes), actor=staff.actor)
    except Conflict as refusal:
        return await _listed(request, kernel, staff, form.refused(name=refusal.sentence), 409)
    return RedirectResponse(f"/funders/{funder_id}?noted=yes", 303)


@router.get("/funders/{funder_id}")
async def funder_page(
    request: Request, funder_id: UUID, kernel: ThisKernel, staff: Reader, noted: str = ""
) -> Response:
    """One funder with their funds and grants."""
    return await _shown(request, kernel, staff, funder_id, None, noted=bool(noted))


@router.post("/funders/{funder_id}")
async def change(request: Request, funder_id: UUID, kernel: ThisKernel, staff: Finance) -> Response:
    """Keep another name or other notes."""
    form = await read_form(request, Funder)
    if form.model is None:
        return await _shown(request, kernel, staff, funder_id, form, status=422)
    sent = form.model
    try:
        await kernel.perform(
            "funders", lambda tx: change_funder(tx, FunderId(funder_id), sent.name, sent.notes), actor=staff.actor
        )
    except Conflict as refusal:
        refused = form.refused(name=refusal.sentence)
        return await _shown(request, kernel, staff, funder_id, refused, status=409)
    return RedirectResponse(f"/funders/{funder_id}?noted=yes", 303)


async def _listed(request: Request, kernel: Kernel, staff: Staff, form: Form[Funder], status: int = 200) -> Response:
    async with kernel.reading() as db:
        rows = await funders.funders_listed(db)
    return page(request, "grants/funders.html", status, rows=rows, form=form, may_change=may_change(staff))


async def _shown(
    request: Request,
    kernel: Kernel,
    staff: Staff,
    funder_id: UUID,
    sent: Form[Funder] | None,
    *,
    noted: bool = False,
    status: int = 200,
) -> Response:
    async with kernel.reading() as db:
        funder = await funders.funder_by_id(db, kernel.keys, FunderId(funder_id))
        kept = [one for one in await funds.funds_kept(db) if one.funder_id == funder_id]
        given = [row for row in await grants.grants_listed(db) if row[0].funder_id == funder_id]
    if funder is None:
        raise NotFound("funder-unknown", "There is no such funder.")
    form = sent or blank_form(Funder, name=funder.name, notes=funder.notes)
    return page(
        request,
        "grants/funder.html",
        status,
        funder=funder,
        funds=kept,
        grants=given,
        form=form,
        noted=noted,
        may_change=may_change(staff),
        may_see_people=staff.may("finance"),
    )
