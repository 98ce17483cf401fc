"""The charity's trainings, who attended them, and who belongs to the support group."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from shared.db import Connection, Record
from shared.kernel.ids import TherapistId


@dataclass(frozen=True, slots=True)
class Training:
    """A training that the charity held; `attended` are days of one therapist, or therapists, as the caller asked."""

    training_id: UUID
    title: str
    held_on: date
    days: int
    attended: int = 0


async def add_training(db: Connection, training: Training) -> bool:
    """Keep a training; False where one of this name began on that day already."""
    added = await db.fetchval(
        """
        INSERT INTO training (training_id, title, held_on, days) VALUES ($1, $2, $3, $4)
        ON CONFLICT (title, held_on) DO NOTHING RETURNING true
        """,
        training.training_id,
        training.title,
        training.held_on,
        training.days,
    )
    return added is True


async def training_by_id(db: Connection, training_id: UUID) -> Training | None:
    """A training."""
    row = await db.fetchrow("SELECT * FROM training WHERE training_id = $1", training_id)
    return _training(row) if row else None


async def trainings(db: Connection, limit: int = 50) -> list[Training]:
    """The latest trainings, with how many therapists attended."""
    rows = await db.fetch(
        """
        SELECT training.*, count(attended.therapist_id) AS attended
          FROM training LEFT JOIN training_attended AS attended USING (training_id)
         GROUP BY training_id ORDER BY held_on DESC, title LIMIT $1
        """,
        limit,
    )
    return [_training(row) for row in rows]


async def trainings_of(db: Connection, therapist_id: TherapistId) -> list[Training]:
    """The trainings that a therapist attended, with the days they were there."""
    rows = await db.fetch(
        """
        SELECT training.*, attended.days AS attended
          FROM training_attended AS attended JOIN training USING (training_id)
         WHERE therapist_id = $1 ORDER BY held_on DESC, title
        """,
        therapist_id,
    )
    return [_training(row) for row in rows]


async def note_attendance(db: Connection, training_id: UUID, therapist_id: TherapistId, days: int) -> None:
    """Note for how many days a therapist was there; a later note replaces the first."""
    await db.execute(
        """
        INSERT INTO training_attended (training_id, therapist_id, days) VALUES ($1, $2, $3)
        ON CONFLICT (training_id, therapist_id) DO UPDATE SET days = excluded.days
        """,
        training_id,
        therapist_id,
        days,
    )


async def set_support_group(db: Connection, therapist_id: TherapistId, since: date | None) -> None:
    """Note since when a therapist belongs to the professionals' support group, or that they do not."""
    await db.execute("UPDATE therapist SET support_group_since = $2 WHERE therapist_id = $1", therapist_id, since)


def _training(row: Record) -> Training:
    return Training(row["training_id"], row["title"], row["held_on"], row["days"], row.get("attended", 0))
