"""What registrars do with an application: tick what they have checked, ask for more, approve or refuse."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Literal
from uuid import UUID

from services.matching import store as register
from services.matching.domain.application_answers import entry_of
from services.matching.domain.applications import (
    APPLICATION_MOVES,
    OPEN,
    Application,
    DocumentKind,
    Step,
    Tick,
    can_tick,
    in_the_way,
)
from services.matching.domain.therapists import Entry
from services.matching.handlers.applications import known, look_again, move, write_to
from services.matching.handlers.joining import add_therapist
from services.matching.store import applications as store
from services.matching.store import documents
from shared.kernel.errors import Conflict
from shared.kernel.ids import StaffId, TherapistId
from shared.messaging.transaction import Transaction

Decision = Literal["approved", "refused"]


@dataclass(frozen=True, slots=True)
class Reviewer:
    """The registrar who acts."""

    staff_id: StaffId
    name: str


@dataclass(frozen=True, slots=True)
class NotYet:
    """It cannot be done now, and why."""

    sentences: tuple[str, ...]


async def begin_review(tx: Transaction, application_id: UUID) -> None:
    """Look at an application before everything has come."""
    await move(tx, await known(tx, application_id), "under-review", actor="registrar")


async def tick(tx: Transaction, application_id: UUID, step: Step, note: str, by: Reviewer) -> NotYet | None:
    """Keep that a step is done, by whom and when; its documents count as seen."""
    application = await _open(tx, application_id)
    sentence = can_tick(application, step)
    if sentence:
        return NotYet((sentence,))
    await store.add_tick(tx.db, tx.keys, application_id, Tick(step, tx.now, by.staff_id, by.name, note))
    await documents.mark_seen(tx.db, application_id, step, tx.now)
    await _progress(tx, application)
    return None


async def want_documents(tx: Transaction, application_id: UUID, kinds: Collection[DocumentKind]) -> None:
    """Ask the applicant for documents, also for one of a kind that has come already, whose tick goes."""
    application = await _open(tx, application_id)
    if application.state != "documents-pending":
        application = await move(tx, application, "documents-pending", actor="registrar")
    await store.set_asked_for(tx.db, application_id, sorted({*application.asked_for, *kinds}))
    await store.remove_ticks(tx.db, application_id, list(kinds))
    await _progress(tx, application)
    await write_to(tx, application, "documents-wanted")


async def approve(tx: Transaction, application_id: UUID, reason: str) -> TherapistId | NotYet:
    """Make a therapist of an applicant, in standing approved, or say what stands in the way.

    Under the one lock of all places, so that no two registrars and no file can bring one number in twice.
    """
    await register.hold_places(tx.db)
    application = await known(tx, application_id)
    APPLICATION_MOVES.require(application.state, "approved", "registrar")
    sentences = in_the_way(application)
    if sentences:
        return NotYet(sentences)
    entry = entry_of(application.answers)
    if not isinstance(entry, Entry):
        return NotYet(tuple(problem.sentence for problem in entry))
    if await register.therapists_registered(tx.db, tx.keys, [entry.registration_number]):
        return NotYet(("The register has a therapist with this registration number already.",))
    point = await register.point_of(tx.db, entry.outward_code)
    if point is None:
        return NotYet(("The outward code is not known.",))
    therapist_id = await add_therapist(tx, entry, point, standing="approved")
    await _decide(tx, application, "approved", reason, therapist_id)
    return therapist_id


async def refuse(tx: Transaction, application_id: UUID, reason: str) -> None:
    """Say no, with a reason that the applicant reads; everything is erased after its time."""
    await _decide(tx, await known(tx, application_id), "refused", reason, None)


async def _decide(
    tx: Transaction, application: Application, state: Decision, reason: str, therapist_id: TherapistId | None
) -> None:
    moved = await move(tx, application, state, actor="registrar")
    await store.note_decision(tx.db, tx.keys, application.application_id, reason, therapist_id)
    await write_to(tx, moved, "application-decided")


async def _open(tx: Transaction, application_id: UUID) -> Application:
    application = await known(tx, application_id)
    if application.state not in OPEN:
        raise Conflict("application-closed", "This application is decided already.")
    return application


async def _progress(tx: Transaction, application: Application) -> None:
    await store.note_progress(tx.db, application.application_id, tx.now)
    look_again(tx, replace(application, progress_at=tx.now))
