"""The triage queue and the page of one referral, where staff decide, answer, reveal a contact and close."""

from typing import Annotated, ClassVar
from uuid import UUID

from fastapi import APIRouter, Depends
from pydantic import BaseModel, Field
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from services.intake.domain.closing import CLOSINGS, closings_for
from services.intake.domain.codes import ClientGroup, LegalStage, Outcome, Priority
from services.intake.domain.priority import ORDER
from services.intake.domain.purposes import BY_PURPOSE
from services.intake.domain.states import CLOSED, STATE_OF_OUTCOME, moves_open_to
from services.intake.domain.triage import SENTENCES
from services.intake.handlers import closing, contacting, following, reading, safeguarding, threads, triage
from services.intake.web import components, wording
from services.intake.web.people import who
from shared.events.asks import Identity, RevealIdentity
from shared.kernel.errors import BrokenPromise, Conflict, Unprocessable
from shared.kernel.ids import ReferralId
from shared.messaging.kernel import Kernel
from shared.web import Form, Staff, blank_form, kernel_of, page, read_form, signed_in

router = APIRouter(prefix="/triage")

Held = Annotated[Kernel, Depends(kernel_of)]
Reader = Annotated[Staff, Depends(signed_in("triage", "coordinator", "safeguarding"))]
Decider = Annotated[Staff, Depends(signed_in("triage", "coordinator"))]


class Decision(BaseModel):
    """What was decided."""

    words: ClassVar[dict[str, str]] = {"outcome": "Choose an outcome.", "priority": "Choose a priority."}
    version: int
    outcome: Outcome
    priority: Priority
    reason: str = Field("", max_length=1000)
    client_group: ClientGroup | None = None
    legal_stage: LegalStage | None = None
    message: str = Field("", max_length=4000)


class Closing(BaseModel):
    """The two levels in one choice."""

    words: ClassVar[dict[str, str]] = {"closing": "Choose why it ends."}
    version: int
    closing: str = Field(pattern=r"^[a-z-]+/[a-z-]+$")


class Answer(BaseModel):
    """A message to the client."""

    words: ClassVar[dict[str, str]] = {"text": "Write something first."}
    text: str = Field(max_length=4000)


class Reason(BaseModel):
    """Why somebody looks."""

    words: ClassVar[dict[str, str]] = {"reveal_reason": "Say in a few words why you need to see this."}
    reveal_reason: str = Field(min_length=contacting.SHORTEST_REASON, max_length=300)


@router.get("")
async def queue(request: Request, kernel: Held, staff: Reader) -> Response:  # noqa: ARG001 - the guard
    """What waits for a person."""
    async with kernel.reading() as db:
        waiting = await reading.queue(db, kernel.keys)
    return page(
        request,
        "intake/triage.html",
        waiting=waiting,
        now=kernel.clock.now(),
        sentences=SENTENCES,
        wording=wording,
    )


@router.get("/{referral_id}")
async def referral_page(request: Request, referral_id: UUID, kernel: Held, staff: Reader) -> Response:
    """One referral; opening it is noted."""
    return await _show(request, referral_id, kernel, staff)


@router.post("/{referral_id}/decide")
async def decide(request: Request, referral_id: UUID, kernel: Held, staff: Decider) -> Response:
    """Decide; whoever was a moment too late is told so and sees what was decided."""
    form: Form[Decision] = await read_form(request, Decision)
    if form.model is None:
        return await _show(request, referral_id, kernel, staff, deciding=form, status=422)
    asked = triage.Asked(**form.model.model_dump())
    try:
        await kernel.perform(
            str(referral_id), lambda tx: triage.decide(ReferralId(referral_id), asked, tx), actor=staff.actor
        )
    except Unprocessable as refusal:
        wrong = {"question-missing": "message"}.get(refusal.code, "reason")
        refused = form.refused(**{wrong: refusal.sentence})
        return await _show(request, referral_id, kernel, staff, deciding=refused, status=422)
    except Conflict as refusal:
        return await _show(request, referral_id, kernel, staff, told=refusal, status=409)
    return RedirectResponse("/triage", 303)


@router.post("/{referral_id}/close")
async def close(request: Request, referral_id: UUID, kernel: Held, staff: Decider) -> Response:
    """Close for a reason of two levels."""
    form: Form[Closing] = await read_form(request, Closing)
    pair = form.model.closing if form.model else ""
    chosen = next((one for one in CLOSINGS if f"{one.ended_by}/{one.reason}" == pair), None)
    if form.model is None or chosen is None:
        refused = form if form.errors else form.refused(closing="Choose why it ends.")
        return await _show(request, referral_id, kernel, staff, ending=refused, status=422)
    version = form.model.version
    try:
        await kernel.perform(
            str(referral_id),
            lambda tx: closing.close_by_staff(ReferralId(referral_id), version, chosen.ended_by, chosen.reason, tx),
            actor=staff.actor,
        )
    except (Conflict, Unprocessable) as refusal:
        return await _show(request, referral_id, kernel, staff, told=refusal, status=409)
    return RedirectResponse("/triage", 303)


@router.post("/{referral_id}/message")
async def answer(request: Request, referral_id: UUID, kernel: Held, staff: Reader) -> Response:
    """Write into the client's thread."""
    form: Form[Answer] = await read_form(request, Answer)
    if form.model is None:
        return await _show(request, referral_id, kernel, staff, writing=form, status=422)
    text = form.model.text
    await kernel.perform(
        str(referral_id), lambda tx: threads.leave_message(ReferralId(referral_id), text, tx), actor=staff.actor
    )
    return RedirectResponse(f"/triage/{referral_id}#messages", 303)


@router.post("/{referral_id}/reveal")
async def reveal(request: Request, referral_id: UUID, kernel: Held, staff: Reader) -> Response:
    """Show the contact for a minute, for a reason that is kept."""
    form: Form[Reason] = await read_form(request, Reason)
    if form.model is None:
        return await _show(request, referral_id, kernel, staff, asking=form, status=422)
    question = RevealIdentity(
        referral_id=ReferralId(referral_id), staff_id=staff.staff_id, reason=form.model.reveal_reason
    )
    identity = await kernel.perform(str(referral_id), lambda tx: contacting.reveal(question, tx), actor=staff.actor)
    shown = await _show(request, referral_id, kernel, staff, identity=identity)
    shown.headers["Refresh"] = f"{identity.seconds}; url=/triage/{referral_id}"
    return shown


@router.post("/{referral_id}/concern")
async def raise_concern(request: Request, referral_id: UUID, kernel: Held, staff: Reader) -> Response:  # noqa: ARG001
    """Open a safeguarding concern."""
    await kernel.perform(
        str(referral_id), lambda tx: safeguarding.raise_concern(ReferralId(referral_id), tx), actor=staff.actor
    )
    return RedirectResponse(f"/triage/{referral_id}", 303)


@router.post("/{referral_id}/reached")
async def reached(referral_id: UUID, kernel: Held, staff: Decider) -> Response:
    """The client was reached another way."""
    await kernel.perform(
        str(referral_id), lambda tx: following.mark_reached(ReferralId(referral_id), tx), actor=staff.actor
    )
    return RedirectResponse(f"/triage/{referral_id}", 303)


async def _show(
    request: Request,
    referral_id: UUID,
    kernel: Kernel,
    staff: Staff,
    *,
    deciding: Form[Decision] | None = None,
    ending: Form[Closing] | None = None,
    writing: Form[Answer] | None = None,
    asking: Form[Reason] | None = None,
    identity: Identity | None = None,
    told: BrokenPromise | None = None,
    status: int = 200,
) -> Response:
    opened = await kernel.perform(str(referral_id), lambda tx: reading.open_file(referral_id, tx), actor=staff.actor)
    state = opened.referral.state
    open_moves = moves_open_to("staff", state)
    forms = [form for form in (deciding, ending, writing, asking) if form is not None]
    return page(
        request,
        "intake/referral.html",
        status,
        file=opened,
        told=told,
        problems=[problem for form in forms for problem in form.summary],
        deciding=deciding or blank_form(Decision, priority=opened.proposal.priority),
        ending=ending or blank_form(Closing),
        writing=writing or blank_form(Answer),
        asking=asking or blank_form(Reason),
        identity=identity,
        outcomes={code: words for code, words in wording.OUTCOMES.items() if STATE_OF_OUTCOME[code] in open_moves},
        priorities={code: wording.PRIORITIES[code] for code in ORDER},
        closings=closings_for(state),
        closed=state in CLOSED,
        may_decide=staff.may("triage", "coordinator"),
        may_safeguard=staff.may("safeguarding"),
        now=kernel.clock.now(),
        who=lambda actor: who(actor, staff),
        sentences=SENTENCES,
        agreements=BY_PURPOSE,
        wording=wording,
        components=components,
    )
