"""What a demonstration shows of its therapists: papers that run out, supervision, trainings, a pause, a fee to come."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import partial

from services.matching import store
from services.matching.domain.fees import Fee
from services.matching.domain.therapists import Therapist
from services.matching.handlers import fees, supervision, therapists, training, verifying
from services.matching.handlers.importing import ImportReport, import_therapists
from services.matching.handlers.supervision import NewSupervisor
from services.matching.handlers.therapists import Why
from services.matching.store.training import trainings
from shared.kernel.clock import ManualClock
from shared.kernel.ids import TherapistId
from shared.kernel.money import Pence
from shared.messaging.kernel import Kernel
from shared.messaging.transaction import Transaction

LONG_AGO = timedelta(days=40)
"""Since when the last therapists of the file are known: long enough for stale places, and for papers to run out."""
KNOWN_LONGER = 4
WHO = "Reg Registrar"
SUPERVISORS = (
    NewSupervisor("Sorrel Supervisor (not a real person)", "supervisor1@example.org", "SUP-0001"),
    NewSupervisor("Reed Supervisor (not a real person)", "supervisor2@example.org", "SUP-0002"),
)


def papers(number: int, today: date) -> Mapping[str, str]:
    """The columns of the file with what a therapist has shown; some of it runs out soon, and one has not kept it up."""
    began = today - timedelta(days=60 + number)
    insured = today + timedelta(days=70 + (number * 37) % 280)
    if number in (5, 23):
        insured = today + timedelta(days=9 + number)
    if number == 60:
        insured = today - timedelta(days=6)
    if number in (11, 12):
        return {}
    return {
        "training_issued": began.isoformat(),
        "training_amount": str(3 + number % 4),
        "insurance_issued": (today - timedelta(days=200)).isoformat(),
        "insurance_expires": insured.isoformat(),
        "insurance_amount": "5000000" if number % 2 else "2000000",
        "development_issued": began.isoformat(),
        "development_amount": str(30 + number % 20),
        "development_on_this_work": str(8 + number % 7),
        "practice_issued": began.isoformat(),
        "practice_amount": str(110 + number * 3),
        "clearance_issued": began.isoformat(),
        "clearance_expires": (began + timedelta(days=3 * 365)).isoformat(),
        "clearance_level": "enhanced" if number % 4 == 0 else "standard",
        "membership_issued": began.isoformat(),
        "membership_expires": (today + timedelta(days=20 if number == 17 else 300)).isoformat(),
    }


async def take_over(kernel: Kernel, lines: Sequence[str]) -> ImportReport:
    """Import the demonstration's therapists; the last ones as if that had been some time ago."""
    longer = [lines[0], *lines[-KNOWN_LONGER:]]
    past = replace(kernel, clock=ManualClock(datetime.now(UTC) - LONG_AGO))
    report = await import_therapists(past, longer)
    rest = await import_therapists(kernel, lines[:-KNOWN_LONGER])
    report.added += rest.added
    report.errors += rest.errors
    return report


async def furnish(kernel: Kernel, today: date) -> None:
    """Give the register what staff would have written down in its first weeks."""
    async with kernel.reading() as db:
        people = await store.all_therapists(db, kernel.keys)
    for title, days_ago, days in (("Working with risk", 90, 2), ("Families and partners", 30, 1)):
        held_on = today - timedelta(days=days_ago)
        await kernel.perform("trainings", partial(_train, title=title, held_on=held_on, days=days), actor="system")
    for number, one in enumerate(people):
        if one.standing == "active" and number % 5 < 3:
            work = partial(_look_after, one=one, number=number, today=today)
            await kernel.perform(str(one.therapist_id), work, actor="system")


async def _train(tx: Transaction, *, title: str, held_on: date, days: int) -> None:
    await training.add_training(tx, title, held_on, days)


async def _look_after(tx: Transaction, *, one: Therapist, number: int, today: date) -> None:
    therapist_id = one.therapist_id
    await verifying.verify_entry(tx, therapist_id, who=WHO)
    for held in await trainings(tx.db):
        if (number + held.days) % 2:
            await training.note_attendance(tx, therapist_id, held.training_id, held.days)
    if number % 3 == 0:
        await training.note_support_group(tx, therapist_id, today - timedelta(days=100 + number))
    await _supervise(tx, therapist_id, number, today)
    if number == 6:
        later = Fee(today + timedelta(days=30), Pence(one.entry.session_fee + 500), one.entry.concession_fee)
        await fees.set_fee(tx, therapist_id, later)
    if number == 7:
        why = Why(who=WHO, reason="On holiday", until=today + timedelta(days=16))
        await therapists.change_standing(tx, therapist_id, "paused", actors=frozenset({"registrar"}), why=why)


async def _supervise(tx: Transaction, therapist_id: TherapistId, number: int, today: date) -> None:
    supervisor = await supervision.add_supervisor(tx, therapist_id, SUPERVISORS[number % len(SUPERVISORS)])
    if isinstance(supervisor, tuple):
        return
    for days_ago in (5, 36):
        held_on = today - timedelta(days=days_ago + number % 4)
        entry = await supervision.enter_supervision(
            tx, therapist_id, supervisor.supervisor_id, held_on=held_on, minutes=60 + 30 * (number % 2)
        )
        if not isinstance(entry, tuple) and (days_ago > 5 or number % 4):
            await supervision.answer_supervision(tx, entry, signed=True)
