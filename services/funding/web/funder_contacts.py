"""The people at each funder, for finance: who is written to and may sign in to the funder portal."""

from typing import Annotated, ClassVar
from uuid import UUID

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel, Field
from pydantic.functional_validators import AfterValidator
from starlette.responses import RedirectResponse, Response

from services.funding.domain.funders import MOST_CONTACTS
from services.funding.handlers.funder_contacts import add_contact, remove_contact
from services.funding.store import funder_contacts
from services.funding.web.funder_access import ThisKernel
from shared.kernel.errors import Conflict, NotFound, Unprocessable
from shared.messaging.kernel import Kernel
from shared.web import Form, Staff, blank_form, page, read_form, signed_in
from shared.web.sign_in_links import an_address

router = APIRouter(prefix="/funder-contacts")
Finance = Annotated[Staff, Depends(signed_in("finance"))]


class NewContact(BaseModel):
    """Somebody at a funder, as finance types it."""

    words: ClassVar[dict[str, str]] = {
        "name": "Enter their name, in up to 120 characters.",
        "email": "Enter their e-mail address.",
    }

    name: str = Field(min_length=1, max_length=120)
    email: Annotated[str, AfterValidator(an_address)] = Field(max_length=254)


@router.get("")
async def funders_page(request: Request, kernel: ThisKernel, _staff: Finance) -> Response:
    """Every funder, with how many people there can sign in."""
    async with kernel.reading() as db:
        rows = await funder_contacts.funders_listed(db)
    return page(request, "funder_contacts/list.html", rows=rows)


@router.get("/{funder_id}")
async def contacts_page(
    request: Request, funder_id: UUID, kernel: ThisKernel, _staff: Finance, noted: str = ""
) -> Response:
    """The people at one funder, and a form for another."""
    return await _shown(request, kernel, funder_id, blank_form(NewContact), noted=noted)


@router.post("/{funder_id}")
async def add(request: Request, funder_id: UUID, kernel: ThisKernel, staff: Finance) -> Response:
    """Let somebody sign in and be written to."""
    form = await read_form(request, NewContact)
    if form.model is None:
        return await _shown(request, kernel, funder_id, form, status=422)
    name, email = form.model.name, form.model.email
    try:
        await kernel.perform(str(funder_id), lambda tx: add_contact(tx, funder_id, name, email), actor=staff.actor)
    except (Conflict, Unprocessable) as refusal:
        refused = form.refused(**{"name" if refusal.code == "name-missing" else "email": refusal.sentence})
        return await _shown(request, kernel, funder_id, refused, status=409 if isinstance(refusal, Conflict) else 422)
    return RedirectResponse(f"/funder-contacts/{funder_id}?noted=added", 303)


@router.post("/{funder_id}/{contact_id}/remove")
async def remove(funder_id: UUID, contact_id: UUID, kernel: ThisKernel, staff: Finance) -> Response:
    """Write to somebody no longer, and sign them out at once."""
    await kernel.perform(str(funder_id), lambda tx: remove_contact(tx, funder_id, contact_id), actor=staff.actor)
    return RedirectResponse(f"/funder-contacts/{funder_id}?noted=removed", 303)


async def _shown(
    request: Request, kernel: Kernel, funder_id: UUID, form: Form[NewContact], *, noted: str = "", status: int = 200
) -> Response:
    async with kernel.reading() as db:
        name = await funder_contacts.funder_name(db, funder_id)
        contacts = await funder_contacts.contacts_of(db, kernel.keys, funder_id)
    if name is None:
        raise NotFound("funder-unknown", "There is no such funder.")
    return page(
        request,
        "funder_contacts/contacts.html",
        status,
        funder=name,
        funder_id=funder_id,
        contacts=contacts,
        form=form,
        noted=noted,
        full=len(contacts) >= MOST_CONTACTS,
    )
