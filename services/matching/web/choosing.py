"""Why not this therapist, for any client and any therapist; and what a coordinator may decide about the two."""

from typing import Annotated, ClassVar, Literal, get_args
from uuid import UUID

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel, Field
from starlette.responses import RedirectResponse, Response

from services.matching import store
from services.matching.domain.comparing import Excluded, Outscored, TheBest, in_hundred, why_not
from services.matching.domain.holds import HoldReason
from services.matching.domain.matches import ASKED
from services.matching.domain.rules import EXEMPTIBLE
from services.matching.domain.scoring import Weights
from services.matching.handlers import overriding
from services.matching.web.words import LOOKUPS, short
from shared.db import Connection
from shared.kernel.errors import BrokenPromise, NotFound
from shared.kernel.ids import ReferralId, TherapistId
from shared.messaging.kernel import Kernel
from shared.messaging.transaction import Transaction
from shared.web import Form, Staff, blank_form, kernel_of, page, read_form, signed_in

router = APIRouter()
ThisKernel = Annotated[Kernel, Depends(kernel_of)]
Coordinator = Annotated[Staff, Depends(signed_in("coordinator"))]
FOUND = 12
"""Therapists shown for a search; whoever wants another types more letters."""


class Override(BaseModel):
    """What a coordinator decides about a client and a therapist."""

    words: ClassVar[dict[str, str]] = {
        "reason": "Give a reason of at least 10 characters.",
        "what": "Choose one of the actions shown.",
    }

    therapist: UUID
    what: Literal["assign", "asked-before", "no-conflict-of-interest", "refuse"]
    reason: str = Field("", max_length=1000)


@router.get("/matches/referrals/{referral_id}")
async def choosing_page(
    request: Request,
    referral_id: UUID,
    kernel: ThisKernel,
    _staff: Coordinator,
    q: str = "",
    therapist: UUID | None = None,
) -> Response:
    """Search a therapist, and read for this client which rules fail, what would change it, or who scores higher."""
    chosen = TherapistId(therapist) if therapist else None
    return await _shown(request, kernel, ReferralId(referral_id), chosen, q=q)


@router.post("/matches/referrals/{referral_id}")
async def decide(request: Request, referral_id: UUID, kernel: ThisKernel, staff: Coordinator) -> Response:
    """Assign an allowed therapist, permit what may be permitted, or note that the client refuses a therapist."""
    form = await read_form(request, Override)
    sent = form.model
    client = ReferralId(referral_id)
    if sent is None:
        return await _shown(request, kernel, client, _known(form), form=form, status=422)
    therapist_id = TherapistId(sent.therapist)
    try:
        await kernel.perform(str(client), lambda tx: _decide(tx, client, therapist_id, sent), actor=staff.actor)
    except BrokenPromise as refusal:
        if isinstance(refusal, NotFound):
            raise
        shown: Form[Override] = Form(None, form.answers, {"reason": refusal.sentence})
        return await _shown(request, kernel, client, therapist_id, form=shown, status=422)
    return RedirectResponse(f"/matches/referrals/{client}?therapist={therapist_id}", 303)


async def _decide(tx: Transaction, referral_id: ReferralId, therapist_id: TherapistId, sent: Override) -> None:
    match sent.what:
        case "assign":
            await overriding.assign(tx, referral_id, therapist_id, sent.reason)
        case "refuse":
            await overriding.refuse(tx, referral_id, therapist_id)
        case rule:
            await overriding.permit(tx, referral_id, therapist_id, rule, sent.reason)


def _known(form: Form[Override]) -> TherapistId | None:
    try:
        return TherapistId(UUID(form.text("therapist")))
    except ValueError:
        return None


async def _shown(
    request: Request,
    kernel: Kernel,
    referral_id: ReferralId,
    therapist_id: TherapistId | None,
    *,
    q: str = "",
    form: Form[Override] | None = None,
    status: int = 200,
) -> Response:
    async with kernel.reading() as db:
        weights = await _weights(db, kernel)
        looked = await overriding.look_at(db, kernel.keys, (referral_id, therapist_id), weights, kernel.clock.now())
        match = await store.live_match_of(db, referral_id)
        waiting = await store.waiting_of(db, referral_id)
        found = await _search(db, kernel, q)
        permissions = await store.permissions_of(db, kernel.keys, referral_id)
        answer = why_not(looked.case.need, looked.choice, therapist_id, weights) if therapist_id else None
        if therapist_id and answer is None:
            raise NotFound("therapist-unknown", "There is no such therapist.")
        best = answer.best.candidate.therapist_id if isinstance(answer, Outscored) else None
        named = {
            therapist_id,
            best,
            match.therapist_id if match else None,
            *(row["therapist_id"] for row, _ in permissions),
        }
        names = await store.names_of(db, kernel.keys, {one for one in named if one})
    asked_now = match is not None and match.state in ASKED
    stopped = waiting is not None and waiting.reason in get_args(HoldReason)
    free_to_choose = looked.case.state == "open" and not stopped and (match is None or asked_now)
    return page(
        request,
        "matches/choosing.html",
        status,
        referral_id=referral_id,
        case=looked.case,
        match=match,
        waiting=waiting,
        q=q,
        found=found,
        permissions=permissions,
        answer=answer,
        kind={Excluded: "excluded", Outscored: "outscored", TheBest: "best"}.get(type(answer)),
        names=names,
        therapist_id=therapist_id,
        exemptible=[
            failure for failure in (answer.considered.failures if answer else ()) if failure.code in EXEMPTIBLE
        ],
        may_assign=bool(
            answer
            and not answer.considered.failures
            and free_to_choose
            and not (match and match.therapist_id == therapist_id)
        ),
        of_hundred=lambda points: in_hundred(points, weights),
        weights=weights,
        form=form or blank_form(Override),
        short=short,
        words=LOOKUPS,
    )


async def _weights(db: Connection, kernel: Kernel) -> Weights:
    weights = await store.weights_of(db, kernel.settings.policy.weights_version)
    if weights is None:
        raise NotFound("weights-not-published", "The weights that are set have not been published yet.")
    return weights


async def _search(db: Connection, kernel: Kernel, q: str) -> list[tuple[TherapistId, str, str]]:
    text = q.strip().casefold()
    if not text:
        return []
    register = await store.all_therapists(db, kernel.keys)
    fitting = (one for one in register if text in f"{one.entry.name} {one.entry.outward_code}".casefold())
    return [(one.therapist_id, one.entry.name, one.entry.outward_code) for one in fitting][:FOUND]
