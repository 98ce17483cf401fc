"""Demonstrations only: the mails that would have been sent."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import Response

from services.notifications.handlers.catching import read_mail
from services.notifications.store import caught_mail
from services.notifications.web.desk import staff_page
from shared.kernel.errors import NotFound
from shared.messaging.kernel import Kernel
from shared.web import Staff, kernel_of, signed_in
from shared.web.requests import frame_of

router = APIRouter()


@router.get("/mail")
async def mails_page(request: Request, staff: Annotated[Staff, Depends(signed_in())]) -> Response:
    """The latest caught mails."""
    kernel = _in_demonstration(request)
    async with kernel.reading() as db:
        caught = await caught_mail.caught_mails(db)
    return await staff_page(request, staff, "mail_catcher/mails.html", mails=[read_mail(kernel, one) for one in caught])


@router.get("/mail/{mail_id}")
async def mail_page(request: Request, mail_id: UUID, staff: Annotated[Staff, Depends(signed_in())]) -> Response:
    """One caught mail."""
    kernel = _in_demonstration(request)
    async with kernel.reading() as db:
        caught = await caught_mail.caught_mail(db, mail_id)
    if caught is None:
        raise NotFound("mail-unknown", "This mail is not kept any more.")
    return await staff_page(request, staff, "mail_catcher/mail.html", mail=read_mail(kernel, caught))


def _in_demonstration(request: Request) -> Kernel:
    if not frame_of(request).demo:
        raise NotFound("no-demonstration")
    return kernel_of(request)
