"""Supervisors, and the log of supervision that they sign by a link of their own."""

from dataclasses import dataclass
from datetime import date, timedelta
from secrets import token_urlsafe
from uuid import UUID

from services.matching.domain.credentials import Wrong
from services.matching.domain.london import london_day
from services.matching.domain.registration import normal_registration
from services.matching.domain.supervision import Supervision, Supervisor, wrong_entry
from services.matching.handlers.credentials import review_credentials
from services.matching.handlers.therapists import known_therapist
from services.matching.handlers.writing import write_about
from services.matching.store import supervision as kept
from shared.kernel.ids import TherapistId
from shared.messaging.transaction import Transaction

UNSIGNED = "supervision-unsigned"
REMIND_AFTER = (timedelta(days=7), timedelta(days=14))
"""Waits before an unanswered supervisor is asked again; then it is the month without supervision that warns."""


@dataclass(frozen=True, slots=True)
class NewSupervisor:
    """Who a supervisor is, as it was typed."""

    name: str
    email: str
    registration_number: str


async def add_supervisor(
    tx: Transaction, therapist_id: TherapistId, given: NewSupervisor
) -> Supervisor | tuple[Wrong, ...]:
    """Note who supervises a therapist, which is never themselves; the same number is the same supervisor."""
    therapist = await known_therapist(tx, therapist_id)
    number = normal_registration(given.registration_number)
    if number == therapist.entry.registration_number:
        return (Wrong("registration_number", "This is the therapist's own number. Somebody else supervises them."),)
    if given.email.casefold() == therapist.entry.email.casefold():
        return (Wrong("email", "This is the therapist's own address. Somebody else signs for them."),)
    known = await kept.supervisor_registered(tx.db, tx.keys, number)
    supervisor = Supervisor(known or tx.new_id(), given.name, given.email, number)
    await kept.save_supervisor(tx.db, tx.keys, supervisor, tx.now)
    await kept.tie(tx.db, therapist_id, supervisor.supervisor_id, london_day(tx.now))
    return supervisor


async def enter_supervision(
    tx: Transaction, therapist_id: TherapistId, supervisor_id: UUID, *, held_on: date, minutes: int
) -> Supervision | tuple[Wrong, ...]:
    """Write a meeting into the log and ask its supervisor to sign it; until then it does not count.

    Written in once more before it is signed, it is asked about anew, with what it says now.
    """
    await known_therapist(tx, therapist_id)
    supervisors = {one.supervisor_id: one for one in await kept.supervisors_of(tx.db, tx.keys, therapist_id)}
    if supervisor_id not in supervisors:
        return (Wrong("supervisor", "Choose one of the therapist's supervisors."),)
    if wrong := wrong_entry(held_on, minutes, london_day(tx.now)):
        return wrong
    entry = Supervision(tx.new_id(), therapist_id, supervisor_id, held_on, minutes, "to-sign", tx.now)
    if not await kept.add_supervision(tx.db, entry):
        return (Wrong("held_on", "A meeting with this supervisor on this day has been signed already."),)
    await _ask_to_sign(tx, entry, supervisors[supervisor_id])
    _remind_later(tx, entry, times=0)
    return entry


async def remind_of_supervision(tx: Transaction, supervision_id: UUID, *, times: int) -> None:
    """Ask a supervisor again who has neither signed nor refused; the links mailed before lead there still."""
    entry = await kept.unanswered_supervision(tx.db, supervision_id)
    if entry is None:
        return
    for supervisor in await kept.supervisors_of(tx.db, tx.keys, entry.therapist_id):
        if supervisor.supervisor_id == entry.supervisor_id:
            await _ask_to_sign(tx, entry, supervisor)
    _remind_later(tx, entry, times=times)


async def _ask_to_sign(tx: Transaction, entry: Supervision, supervisor: Supervisor) -> None:
    token = token_urlsafe(32)
    await kept.add_supervision_link(tx.db, entry.supervision_id, token, tx.now)
    path = f"/supervision/{token}"
    write_about(tx, entry.therapist_id, "supervision-to-sign", email=supervisor.email, path=path)


def _remind_later(tx: Transaction, entry: Supervision, *, times: int) -> None:
    if times < len(REMIND_AFTER):
        due_at = tx.now + REMIND_AFTER[times]
        lock_key = str(entry.therapist_id)
        tx.schedule(UNSIGNED, str(entry.supervision_id), due_at, lock_key=lock_key, times=times + 1)


async def answer_supervision(tx: Transaction, entry: Supervision, *, signed: bool) -> bool:
    """Sign a meeting, or say that it was not held like that; False where it was answered before."""
    answered = await kept.answer_supervision(tx.db, entry.supervision_id, "signed" if signed else "refused", tx.now)
    if answered:
        tx.cancel(UNSIGNED, str(entry.supervision_id))
    if answered and signed:
        await review_credentials(tx, entry.therapist_id)
    return answered
