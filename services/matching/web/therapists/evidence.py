"""What staff write down of what a therapist has shown: credentials, supervision, training and the support group."""

from uuid import UUID

from fastapi import APIRouter, Request
from starlette.responses import Response

from services.matching.domain.credentials import Evidence
from services.matching.handlers import credentials, supervision, training
from services.matching.handlers.supervision import NewSupervisor
from services.matching.web.therapists.access import Registrar, ThisKernel
from services.matching.web.therapists.changes import back_to, refused_where
from services.matching.web.therapists.forms import (
    Attendance,
    NewCredential,
    SupervisionForm,
    SupervisorForm,
    SupportGroup,
)
from services.matching.web.therapists.record import shown
from shared.kernel.ids import TherapistId
from shared.web import read_form

router = APIRouter(prefix="/therapists/{therapist_id}")


@router.post("/credentials")
async def record_credential(request: Request, therapist_id: UUID, kernel: ThisKernel, staff: Registrar) -> Response:
    """Keep what this person has seen of a therapist's papers."""
    one, form = TherapistId(therapist_id), await read_form(request, NewCredential)
    model = form.model
    if model is not None:
        amount = model.amount
        given = Evidence(
            kind=model.kind,
            issued_on=model.issued_on,
            expires_on=model.expires_on,
            amount=amount * 100 if amount is not None and model.kind == "insurance" else amount,
            on_this_work=model.on_this_work,
            level=model.level if model.kind == "clearance" else None,
            reference=model.reference,
        )
        result = await kernel.perform(
            str(one),
            lambda tx: credentials.record_credential(tx, one, given, who=staff.display_name),
            actor=staff.actor,
        )
        if not isinstance(result, tuple):
            return back_to(one, "accreditation-heading")
        form = refused_where(form, result, {})
    return await shown(request, kernel, staff, one, wrong=("credential", form), status=422)


@router.post("/credentials/{credential_id}/withdraw")
async def withdraw_credential(
    therapist_id: UUID, credential_id: UUID, kernel: ThisKernel, staff: Registrar
) -> Response:
    """Take back what was recorded in error."""
    one = TherapistId(therapist_id)
    await kernel.perform(
        str(one), lambda tx: credentials.withdraw_credential(tx, one, credential_id), actor=staff.actor
    )
    return back_to(one, "accreditation-heading")


@router.post("/supervisors")
async def add_supervisor(request: Request, therapist_id: UUID, kernel: ThisKernel, staff: Registrar) -> Response:
    """Note who supervises the therapist."""
    one, form = TherapistId(therapist_id), await read_form(request, SupervisorForm)
    model = form.model
    if model is not None:
        given = NewSupervisor(model.supervisor_name, model.supervisor_email, model.supervisor_registration)
        result = await kernel.perform(
            str(one), lambda tx: supervision.add_supervisor(tx, one, given), actor=staff.actor
        )
        if not isinstance(result, tuple):
            return back_to(one, "supervision-heading")
        names = {"email": "supervisor_email", "registration_number": "supervisor_registration"}
        form = refused_where(form, result, names)
    return await shown(request, kernel, staff, one, wrong=("supervisor", form), status=422)


@router.post("/supervision")
async def enter_supervision(request: Request, therapist_id: UUID, kernel: ThisKernel, staff: Registrar) -> Response:
    """Write a meeting into the log, for the supervisor to sign."""
    one, form = TherapistId(therapist_id), await read_form(request, SupervisionForm)
    model = form.model
    if model is not None:
        result = await kernel.perform(
            str(one),
            lambda tx: supervision.enter_supervision(
                tx, one, model.supervisor, held_on=model.held_on, minutes=model.minutes
            ),
            actor=staff.actor,
        )
        if not isinstance(result, tuple):
            return back_to(one, "supervision-heading")
        form = refused_where(form, result, {})
    return await shown(request, kernel, staff, one, wrong=("supervision", form), status=422)


@router.post("/trainings")
async def note_attendance(request: Request, therapist_id: UUID, kernel: ThisKernel, staff: Registrar) -> Response:
    """Note that the therapist attended a training of ours."""
    one, form = TherapistId(therapist_id), await read_form(request, Attendance)
    model = form.model
    if model is not None:
        result = await kernel.perform(
            str(one), lambda tx: training.note_attendance(tx, one, model.training, model.days), actor=staff.actor
        )
        if result is None:
            return back_to(one, "training-heading")
        form = refused_where(form, (result,), {})
    return await shown(request, kernel, staff, one, wrong=("attendance", form), status=422)


@router.post("/support-group")
async def note_support_group(request: Request, therapist_id: UUID, kernel: ThisKernel, staff: Registrar) -> Response:
    """Note since when the therapist belongs to the support group, or that they do not."""
    one, form = TherapistId(therapist_id), await read_form(request, SupportGroup)
    model = form.model
    if model is not None:
        await kernel.perform(str(one), lambda tx: training.note_support_group(tx, one, model.since), actor=staff.actor)
        return back_to(one, "training-heading")
    return await shown(request, kernel, staff, one, wrong=("support", form), status=422)
