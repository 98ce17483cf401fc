"""Trainings of the charity, who attended them, and who belongs to the professionals' support group."""

from datetime import date
from uuid import UUID

from services.matching.domain.credentials import Wrong
from services.matching.domain.london import london_day
from services.matching.handlers.therapists import known_therapist
from services.matching.store import training as kept
from shared.kernel.ids import TherapistId
from shared.messaging.transaction import Transaction


async def add_training(tx: Transaction, title: str, held_on: date, days: int) -> bool:
    """Keep a training; False where this one is known."""
    return await kept.add_training(tx.db, kept.Training(tx.new_id(), title, held_on, days))


async def note_attendance(tx: Transaction, therapist_id: TherapistId, training_id: UUID, days: int) -> Wrong | None:
    """Note for how many days a therapist attended, or say what is wrong; nobody attends what is still to come."""
    await known_therapist(tx, therapist_id)
    training = await kept.training_by_id(tx.db, training_id)
    if training is None:
        return Wrong("training", "Choose one of the trainings shown.")
    if training.held_on > london_day(tx.now):
        return Wrong("training", "This training has not been held yet.")
    if days > training.days:
        return Wrong("days", f"This training had {training.days} day{'' if training.days == 1 else 's'}.")
    await kept.note_attendance(tx.db, training_id, therapist_id, days)
    return None


async def note_support_group(tx: Transaction, therapist_id: TherapistId, since: date | None) -> None:
    """Note since when a therapist belongs to the support group; without a day, that they do not."""
    await known_therapist(tx, therapist_id)
    await kept.set_support_group(tx.db, therapist_id, since)
