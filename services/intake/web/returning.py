"""Coming back with a receipt: how things stand, messages, agreements, and closing; never what was written."""

from typing import Annotated, ClassVar
from uuid import UUID

from fastapi import APIRouter, Depends
from pydantic import BaseModel, Field
from starlette.requests import Request
from starlette.responses import Response

from services.intake.domain.codes import Purpose
from services.intake.domain.states import CLOSED
from services.intake.handlers import closing, returning
from services.intake.handlers.drafting import lock_of
from services.intake.store.referrals import referral_of
from services.intake.store.visits import visited_referral
from services.intake.web import components
from services.intake.web.api import status_of
from services.intake.web.form import NOT_KEPT, to
from services.intake.web.limits import Limits, limits_of
from services.intake.web.public import PublicRoute, visit_hash_of
from services.intake.web.standing import STANDINGS, STANDINGS_FOR_REFERRERS
from shared.kernel.ids import ReferralId, uuid7
from shared.messaging.kernel import Kernel
from shared.web import Form, begin_visit, blank_form, kernel_of, page, read_form

router = APIRouter(prefix="/return", route_class=PublicRoute)

Held = Annotated[Kernel, Depends(kernel_of)]
HERE = "/return/request"
NOT_FOUND = "We cannot find anything with this code. Check the numbers; there are twenty. If you have lost it, call us."


class Code(BaseModel):
    """The receipt as typed."""

    words: ClassVar[dict[str, str]] = {"receipt": "Enter the code that you were given: twenty digits."}
    receipt: str = Field(max_length=60)


class Reply(BaseModel):
    """A message; its id makes sending twice harmless."""

    words: ClassVar[dict[str, str]] = {
        "text": "Write something first.",
        "text.string_too_long": "Please shorten this to 4,000 characters.",
    }
    text: str = Field(max_length=4000)
    message_id: UUID


class Ticks(BaseModel):
    """The agreements that are to be in force."""

    purposes: tuple[Purpose, ...] = ()


@router.get("")
async def ask_for_code(request: Request) -> Response:
    """Where the receipt is typed."""
    return page(request, "intake/return.html", form=blank_form(Code))


@router.post("")
async def come_back(request: Request, kernel: Held, limits: Annotated[Limits, Depends(limits_of)]) -> Response:
    """Open the visit. A wrong code and a code that never was get the same answer; too many tries, none."""
    form: Form[Code] = await read_form(request, Code)
    await limits.count_receipt(request)
    if form.model is None:
        return page(request, "intake/return.html", 422, form=form)
    typed, opened = form.model.receipt, to(HERE)
    visit_hash = visit_hash_of(request) or begin_visit(opened)
    found = await kernel.perform(
        lock_of(visit_hash), lambda tx: returning.come_back(typed, visit_hash, tx), actor="client"
    )
    if not found:
        return page(request, "intake/return.html", 422, form=form.refused(receipt=NOT_FOUND))
    return opened


@router.get("/request")
async def standing(request: Request, kernel: Held) -> Response:
    """How things stand."""
    if not visit_hash_of(request):
        return to("/return")
    async with kernel.reading() as db:
        referral_id = await visited_referral(db, visit_hash_of(request), kernel.clock.now())
    if referral_id is None:
        return to("/return")
    return await _show(request, kernel, referral_id, blank_form(Reply))


@router.post("/reply")
async def reply(request: Request, kernel: Held) -> Response:
    """Leave a message."""
    referral_id = await _visited(request, kernel)
    if referral_id is None:
        return to("/return")
    form: Form[Reply] = await read_form(request, Reply)
    if form.model is None:
        return await _show(request, kernel, referral_id, form, status=422)
    message = form.model
    await kernel.perform(
        str(referral_id),
        lambda tx: returning.reply(referral_id, message.text, message.message_id, tx),
        actor="client",
    )
    return to(HERE)


@router.post("/agreement")
async def agree(request: Request, kernel: Held) -> Response:
    """Give and take back agreements; it acts at once."""
    referral_id = await _visited(request, kernel)
    if referral_id is None:
        return to("/return")
    form: Form[Ticks] = await read_form(request, Ticks)
    wanted = frozenset(form.model.purposes) if form.model else None
    if wanted is not None:
        await kernel.perform(
            str(referral_id), lambda tx: returning.change_consents(referral_id, wanted, tx), actor="client"
        )
    return to(HERE)


@router.get("/close")
async def ask_before_closing(request: Request, kernel: Held) -> Response:
    """Ask once more before closing."""
    if await _visited(request, kernel) is None:
        return to("/return")
    return page(request, "intake/close.html")


@router.post("/close")
async def close(request: Request, kernel: Held) -> Response:
    """Close the request; nobody gets in touch any more."""
    referral_id = await _visited(request, kernel)
    if referral_id is None:
        return to("/return")
    await kernel.perform(str(referral_id), lambda tx: closing.close_by_client(referral_id, tx), actor="client")
    return to(HERE)


@router.post("/leave")
async def leave(request: Request, kernel: Held) -> Response:
    """Close and clear."""
    visit_hash = visit_hash_of(request)
    await kernel.perform(lock_of(visit_hash), lambda tx: returning.go_away(visit_hash, tx), actor="client")
    response = to(NOT_KEPT)
    begin_visit(response)
    return response


async def _visited(request: Request, kernel: Kernel) -> ReferralId | None:
    """The client's own referral; a professional who referred somebody can change nothing here."""
    if not visit_hash_of(request):
        return None
    async with kernel.reading() as db:
        referral_id = await visited_referral(db, visit_hash_of(request), kernel.clock.now())
        referral = await referral_of(db, referral_id) if referral_id else None
    return None if referral is None or returning.is_a_referrers(referral) else referral_id


async def _show(
    request: Request, kernel: Kernel, referral_id: ReferralId, form: Form[Reply], status: int = 200
) -> Response:
    async with kernel.reading() as db:
        found = await returning.standing_of(db, kernel.keys, referral_id)
    if found is None:
        return to("/return")
    minutes = int(returning.VISIT_LASTS.total_seconds() // 60)
    if returning.is_a_referrers(found.referral):
        said, received_at = STANDINGS_FOR_REFERRERS[status_of(found.referral.state)], found.referral.received_at
        return page(request, "intake/standing_referrer.html", said=said, received_at=received_at, minutes=minutes)
    return page(
        request,
        "intake/standing.html",
        status,
        said=STANDINGS[found.referral.state],
        received_at=found.referral.received_at,
        closed=found.referral.state in CLOSED,
        thread=found.thread,
        agreed=found.agreed,
        components=components,
        form=form,
        message_id=form.text("message_id") or str(uuid7(kernel.clock.now())),
        minutes=minutes,
    )
