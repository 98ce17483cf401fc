"""One therapist's page: accreditation, standing, places, fees, supervision, training and open cases."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request
from pydantic import BaseModel
from starlette.responses import Response

from services.matching import store
from services.matching.domain.credentials import KIND_WORDS, LEVEL_WORDS, RECORDED, amount_words
from services.matching.domain.fees import next_fee
from services.matching.domain.london import london_day
from services.matching.domain.supervision import signed_minutes
from services.matching.store.accreditation import accreditation_of
from services.matching.store.answering import answering_of_all
from services.matching.store.credentials import credentials_of
from services.matching.store.fees import fees_of
from services.matching.store.standings import changes_of
from services.matching.store.supervision import log_of, supervisors_of
from services.matching.store.training import trainings, trainings_of
from services.matching.store.unreached import unreached_since
from services.matching.web.therapists.access import Reader, ThisKernel, actions_for
from services.matching.web.therapists.forms import EVERY_FORM
from services.matching.web.words import LINE_STATES, LOOKUPS, short
from shared.kernel.errors import NotFound
from shared.kernel.ids import TherapistId
from shared.messaging.kernel import Kernel
from shared.web import Form, Staff, blank_form, page

router = APIRouter()
SHOWN_UNREACHED = timedelta(days=60)
CAUSES = {
    "joined": "Joined the register",
    "decided": "",
    "credentials": "Because of credentials",
    "pause-over": "The pause was over",
}


@router.get("/therapists/{therapist_id}")
async def therapist_page(request: Request, therapist_id: UUID, kernel: ThisKernel, staff: Reader) -> Response:
    """Everything that the register knows of a therapist, and what this person may do about it."""
    return await shown(request, kernel, staff, TherapistId(therapist_id))


async def shown(
    request: Request,
    kernel: Kernel,
    staff: Staff,
    therapist_id: TherapistId,
    *,
    wrong: tuple[str, Form[Any]] | None = None,
    status: int = 200,
) -> Response:
    """The page; with `wrong`, the form of that name as it was sent, and what is wrong with it."""
    now = kernel.clock.now()
    today = london_day(now)
    keys = kernel.keys
    async with kernel.reading() as db:
        therapist = await store.therapist_by_id(db, keys, therapist_id)
        if therapist is None:
            raise NotFound("therapist-unknown", "There is no such therapist.")
        log = await log_of(db, therapist_id)
        fees = await fees_of(db, therapist_id)
        context: dict[str, Any] = {
            "lines": await accreditation_of(db, keys, therapist_id, today),
            "credentials": await credentials_of(db, keys, therapist_id),
            "history": await changes_of(db, keys, therapist_id),
            "supervisors": await supervisors_of(db, keys, therapist_id),
            "trainings": await trainings_of(db, therapist_id),
            "all_trainings": await trainings(db),
            "answering": (await answering_of_all(db)).get(therapist_id),
            "cases": await store.open_cases_of(db, therapist_id),
            "unreached": await unreached_since(db, therapist_id, now, within=SHOWN_UNREACHED),
        }
    places = {"maximum": str(therapist.capacity.maximum), "available": str(therapist.capacity.available)}
    return page(
        request,
        "therapists/therapist.html",
        status,
        therapist=therapist,
        forms=_forms(wrong, {"places": places}),
        wrong=wrong[0] if wrong else "",
        actions=actions_for(therapist, staff),
        registrar=staff.may("registrar"),
        coordinator=staff.may("coordinator"),
        stale=kernel.settings.register_policy.is_stale(therapist.capacity_as_of, today),
        log=log,
        signed=sorted(signed_minutes(log).items(), reverse=True)[:12],
        fees=fees,
        coming=next_fee(fees, today),
        today=today,
        line_states=LINE_STATES,
        causes=CAUSES,
        kinds={kind: KIND_WORDS[kind] for kind in RECORDED},
        kind_words=KIND_WORDS,
        levels=LEVEL_WORDS,
        amount_words=amount_words,
        short=short,
        words=LOOKUPS,
        **context,
    )


def _forms(
    wrong: tuple[str, Form[Any]] | None, filled: Mapping[str, Mapping[str, str]]
) -> Mapping[str, Form[BaseModel]]:
    forms: dict[str, Form[Any]] = {
        name: blank_form(model, **filled.get(name, {})) for name, model in EVERY_FORM.items()
    }
    if wrong:
        forms[wrong[0]] = wrong[1]
    return forms
