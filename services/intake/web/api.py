"""The professionals' API: refer a client who has agreed to it, and read how it stands; nothing else comes back."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Header
from pydantic import BaseModel, ValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from services.intake.domain.states import CLOSED, State
from services.intake.handlers.api_keys import key_of
from services.intake.handlers.professional import ProfessionalReferral, Received, receive_by_api
from services.intake.store.api_keys import ApiKey
from services.intake.store.referrals import referral_of
from services.intake.web.limits import Limits, limits_of
from shared.kernel.errors import NotFound
from shared.messaging.kernel import Kernel
from shared.web import kernel_of, without_csrf
from shared.web.bodies import NotStrictJson, strict_json
from shared.web.failures import Problem, failure_response
from shared.web.words import problems_in

router = APIRouter(prefix="/api/v1/referrals")

Held = Annotated[Kernel, Depends(kernel_of)]
LONGEST_KEY = 200


class Status(BaseModel):
    """What a referrer may know."""

    referral_id: UUID
    status: str


def status_of(state: State) -> str:
    """The state in the few words that a referrer may know."""
    if state in CLOSED:
        return "closed"
    match state:
        case "submitted" | "in_triage" | "more_info_needed" | "not_ready" | "on_hold":
            return "being-considered"
        case "suitable" | "matching" | "waiting" | "offered":
            return "looking-for-a-therapist"
        case _:
            return "in-therapy" if state == "in_therapy" else "therapist-found"


async def caller(
    kernel: Held,
    limits: Annotated[Limits, Depends(limits_of)],
    authorization: Annotated[str, Header()] = "",
) -> ApiKey:
    """The organisation that calls, by its key; counts the call."""
    scheme, _, secret = authorization.partition(" ")
    async with kernel.reading() as db:
        key = await key_of(db, secret.strip()) if scheme.lower() == "bearer" and secret else None
    if key is None:
        raise HTTPException(401, headers={"WWW-Authenticate": "Bearer"})
    await limits.count_request(str(key.api_key_id))
    return key


@router.post("")
@without_csrf
async def refer(
    request: Request,
    kernel: Held,
    key: Annotated[ApiKey, Depends(caller)],
    idempotency_key: Annotated[str, Header()] = "",
) -> Response:
    """Take in a referral. The same Idempotency-Key and body get the same answer; another body is refused (422)."""
    if not idempotency_key or len(idempotency_key) > LONGEST_KEY:
        return failure_response(
            request, 400, code="idempotency-key-missing", sentence="Send an Idempotency-Key header of your own choice."
        )
    body = await request.body()
    try:
        asked = ProfessionalReferral.model_validate(strict_json(body))
    except NotStrictJson:
        return failure_response(request, 400, code="not-json", sentence="The body must be JSON.")
    except ValidationError as error:
        problems = [Problem(field, words) for field, words in problems_in(error.errors(include_input=False))]
        return failure_response(request, 422, code="not-valid", problems=problems)
    outcome = await kernel.perform(
        f"request:{key.api_key_id}:{idempotency_key}",
        lambda tx: receive_by_api(asked, key, idempotency_key, body, tx),
        actor=f"key:{key.api_key_id}",
    )
    answer = {"referral_id": str(outcome.referral_id), "status": "being-considered"}
    headers = {"Location": f"/api/v1/referrals/{outcome.referral_id}"}
    if not isinstance(outcome, Received):
        headers["Idempotent-Replayed"] = "true"
    return JSONResponse(answer, 201, headers)


@router.get("/{referral_id}")
async def status(referral_id: UUID, kernel: Held, key: Annotated[ApiKey, Depends(caller)]) -> Status:
    """How a referral of one's own stands; another's is not there."""
    async with kernel.reading() as db:
        referral = await referral_of(db, referral_id)
    if referral is None or referral.api_key_id != key.api_key_id:
        raise NotFound("referral-unknown", "You have sent no such referral.")
    return Status(referral_id=referral_id, status=status_of(referral.state))
