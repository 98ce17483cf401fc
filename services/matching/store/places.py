"""Therapists' places: whoever decides about them or changes them goes one at a time."""

from collections.abc import Iterable

from services.matching.domain.capacity import Capacity
from shared.db import Connection
from shared.kernel.ids import TherapistId


async def hold_places(db: Connection) -> None:
    """Be the only one who looks at or changes places, until the transaction ends; always after the locks of keys.

    One lock for all, because a decision is about every candidate at once: it sees exactly what it writes down, nobody
    is put on the waiting list while a place becomes free unseen, and no two transactions can block each other.
    """
    await db.execute("SELECT pg_advisory_xact_lock(hashtextextended('matching places', 7))")


async def take_places(db: Connection, therapist_ids: Iterable[TherapistId]) -> None:
    """Take a free place of each as often as they are named; the table's CHECK refuses to go below none."""
    await db.execute(
        """
        UPDATE therapist SET capacity_available = capacity_available - taken, places_held = places_held + taken
          FROM (SELECT therapist_id, count(*) AS taken FROM unnest($1::uuid[]) AS t (therapist_id)
                 GROUP BY therapist_id) AS wanted
         WHERE therapist.therapist_id = wanted.therapist_id
        """,
        list(therapist_ids),
    )


async def give_place_back(db: Connection, therapist_id: TherapistId) -> None:
    """Let one held place be free again."""
    await db.execute(
        """
        UPDATE therapist SET capacity_available = capacity_available + 1, places_held = places_held - 1
         WHERE therapist_id = $1
        """,
        therapist_id,
    )


async def set_capacity(db: Connection, therapist_id: TherapistId, capacity: Capacity) -> None:
    """Write what a therapist says about their places."""
    await db.execute(
        """
        UPDATE therapist SET capacity_maximum = $2, capacity_available = $3, capacity_as_of = $4 WHERE therapist_id = $1
        """,
        therapist_id,
        capacity.maximum,
        capacity.available,
        capacity.as_of,
    )
