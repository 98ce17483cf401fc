"""How therapists answered what they were asked, and how many cases they have open, for the registrar's list."""

from collections.abc import Mapping

from services.matching.domain.answering import Answering
from services.matching.domain.matches import LIVE
from shared.db import Connection
from shared.kernel.ids import TherapistId


async def answering_of_all(db: Connection) -> Mapping[TherapistId, Answering]:
    """What everybody answered who was ever asked; requests that were taken back count for nothing."""
    rows = await db.fetch(
        """
        SELECT therapist_id,
               count(*) FILTER (WHERE state = 'accepted') AS accepted,
               count(*) FILTER (WHERE state IN ('declined', 'declining')) AS declined,
               count(*) FILTER (WHERE state = 'expired') AS unanswered,
               max(answered_at) FILTER (WHERE state IN ('accepted', 'declined', 'declining')) AS last_at
          FROM offer
         GROUP BY therapist_id
        """
    )
    return {row["therapist_id"]: Answering(*row[1:]) for row in rows}


async def open_cases(db: Connection) -> Mapping[TherapistId, int]:
    """How many matches that have not ended each therapist has."""
    rows = await db.fetch(
        "SELECT therapist_id, count(*) AS cases FROM match WHERE state = ANY($1::text[]) GROUP BY therapist_id",
        sorted(LIVE),
    )
    return {row["therapist_id"]: row["cases"] for row in rows}
