"""The safeguarding queue, by its clock, and the page of one concern."""

from datetime import UTC, datetime
from typing import Annotated, ClassVar
from uuid import UUID
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends
from pydantic import BaseModel, Field, ValidationInfo, field_validator
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from services.intake.domain.concerns import DISCLOSURE_WORDS, ESCALATION, Disclosure, may_confirm_closing
from services.intake.handlers import safeguarding
from services.intake.handlers.safeguarding import DisclosureDecision
from services.intake.store.concerns import Concern, concern_of, notes_of, open_concerns
from services.intake.web import components
from services.intake.web.people import who
from services.intake.web.wording import Words
from shared.kernel.errors import Conflict, NotFound
from shared.messaging.kernel import Kernel
from shared.messaging.transaction import Transaction
from shared.web import Form, Staff, blank_form, kernel_of, page, read_form, signed_in

router = APIRouter(prefix="/safeguarding")

Held = Annotated[Kernel, Depends(kernel_of)]
Guard = Annotated[Staff, Depends(signed_in("safeguarding"))]
LONDON = ZoneInfo("Europe/London")
SOURCES = {
    "referral": "the referral, or a colleague who works on it",
    "therapist": "the therapist, during or between sessions",
    "evaluation": "an answer in an evaluation form: nobody has spoken with the client yet",
}
STATES = {
    "open": "Nobody has taken it on",
    "acknowledged": "Taken on",
    "decided": "Decided",
    "closing": "One of two has closed it",
    "closed": "Closed",
}


class Decision(BaseModel):
    """The disclosure decision."""

    words: ClassVar[dict[str, str]] = {"disclosure": "Choose what was decided.", "note": "Write down why."}
    disclosure: Disclosure
    note: str = Field(max_length=4000)
    told_body: str = Field("", max_length=200, validate_default=True)
    told_at: datetime | None = Field(None, validate_default=True)

    @field_validator("told_body")
    @classmethod
    def _whom(cls, typed: str, info: ValidationInfo) -> str:
        if info.data.get("disclosure") == "told" and not typed:
            raise ValueError("Say whom you told.")
        return typed

    @field_validator("told_at")
    @classmethod
    def _when(cls, typed: datetime | None, info: ValidationInfo) -> datetime | None:
        if info.data.get("disclosure") != "told":
            return None
        if typed is None:
            raise ValueError("Say when you told them.")
        return typed.replace(tzinfo=LONDON).astimezone(UTC) if typed.tzinfo is None else typed


@router.get("")
async def queue(request: Request, kernel: Held, staff: Guard) -> Response:
    """Every open concern, the one whose clock ends first at the top."""
    async with kernel.reading() as db:
        concerns = await open_concerns(db)
    return page(
        request,
        "intake/safeguarding.html",
        concerns=concerns,
        now=kernel.clock.now(),
        states=STATES,
        who=lambda actor: who(actor, staff),
    )


@router.get("/{concern_id}")
async def concern_page(request: Request, concern_id: UUID, kernel: Held, staff: Guard) -> Response:
    """One concern."""
    return await _show(request, concern_id, kernel, staff)


@router.post("/{concern_id}/acknowledge")
async def acknowledge(request: Request, concern_id: UUID, kernel: Held, staff: Guard) -> Response:
    """Take it on."""
    return await _act(request, concern_id, kernel, staff, safeguarding.acknowledge)


@router.post("/{concern_id}/propose")
async def propose(request: Request, concern_id: UUID, kernel: Held, staff: Guard) -> Response:
    """The first of two closes it."""
    return await _act(request, concern_id, kernel, staff, safeguarding.propose_closing)


@router.post("/{concern_id}/confirm")
async def confirm(request: Request, concern_id: UUID, kernel: Held, staff: Guard) -> Response:
    """The second of two closes it."""
    return await _act(request, concern_id, kernel, staff, safeguarding.confirm_closing)


@router.post("/{concern_id}/decline")
async def decline(request: Request, concern_id: UUID, kernel: Held, staff: Guard) -> Response:
    """The second of two does not agree."""
    return await _act(request, concern_id, kernel, staff, safeguarding.decline_closing)


@router.post("/{concern_id}/decide")
async def decide(request: Request, concern_id: UUID, kernel: Held, staff: Guard) -> Response:
    """Note the disclosure decision."""
    form: Form[Decision] = await read_form(request, Decision)
    if form.model is None:
        return await _show(request, concern_id, kernel, staff, form=form, status=422)
    given = form.model
    decision = DisclosureDecision(given.disclosure, given.note, given.told_body, given.told_at)

    async def work(concern_id: UUID, tx: Transaction) -> None:
        await safeguarding.decide_disclosure(concern_id, decision, tx)

    return await _act(request, concern_id, kernel, staff, work)


async def _act(request: Request, concern_id: UUID, kernel: Kernel, staff: Staff, work: safeguarding.Step) -> Response:
    async with kernel.reading() as db:
        concern = await concern_of(db, concern_id)
    if concern is None:
        raise NotFound("concern-unknown", "There is no such concern.")
    try:
        await kernel.perform(str(concern.referral_id), lambda tx: work(concern_id, tx), actor=staff.actor)
    except Conflict as refusal:
        return await _show(request, concern_id, kernel, staff, told=refusal, status=409)
    return RedirectResponse(f"/safeguarding/{concern_id}", 303)


async def _show(
    request: Request,
    concern_id: UUID,
    kernel: Kernel,
    staff: Staff,
    *,
    form: Form[Decision] | None = None,
    told: Conflict | None = None,
    status: int = 200,
) -> Response:
    async with kernel.reading() as db:
        concern: Concern | None = await concern_of(db, concern_id)
        if concern is None:
            raise NotFound("concern-unknown", "There is no such concern.")
        notes = await notes_of(db, kernel.keys, concern)
    return page(
        request,
        "intake/concern.html",
        status,
        concern=concern,
        notes=notes,
        told=told,
        form=form or blank_form(Decision),
        state=STATES[concern.state],
        source=SOURCES[concern.source],
        may_confirm=may_confirm_closing(concern.proposed_by or "", staff.actor),
        level=next((level.who for level in ESCALATION if level.number == concern.level), ""),
        now=kernel.clock.now(),
        who=lambda actor: who(actor, staff),
        disclosures={code: Words(words) for code, words in DISCLOSURE_WORDS.items()},
        components=components,
    )
