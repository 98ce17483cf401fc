"""Puts together, from what is kept, how therapists stand with every credential on a day."""

from datetime import date

from services.matching.domain.accreditation import Line, accreditation
from services.matching.domain.credentials import Requirement
from services.matching.domain.supervision import signed_minutes, supervised_until
from services.matching.store.credentials import credentials_of, credentials_of_all, requirements_on
from services.matching.store.supervision import log_of, logs_of
from shared.db import Connection
from shared.kernel.ids import TherapistId
from shared.privacy import Keyring


async def accreditation_of(db: Connection, keys: Keyring, therapist_id: TherapistId, today: date) -> tuple[Line, ...]:
    """A line for every credential that is required of a therapist."""
    requirements = await requirements_on(db, today)
    credentials = await credentials_of(db, keys, therapist_id)
    minutes = signed_minutes(await log_of(db, therapist_id))
    return accreditation(requirements, credentials, _covered(minutes, requirements), today)


async def accreditation_of_all(db: Connection, today: date) -> dict[TherapistId, tuple[Line, ...]]:
    """The same for the whole register."""
    requirements = await requirements_on(db, today)
    credentials = await credentials_of_all(db)
    everybody = [row["therapist_id"] for row in await db.fetch("SELECT therapist_id FROM therapist")]
    logs = await logs_of(db, everybody)
    return {
        therapist_id: accreditation(
            requirements,
            credentials.get(therapist_id, []),
            _covered(signed_minutes(logs.get(therapist_id, [])), requirements),
            today,
        )
        for therapist_id in everybody
    }


def _covered(minutes: dict[date, int], requirements: list[Requirement]) -> date | None:
    asked = [requirement for requirement in requirements if requirement.kind == "specialist-supervision"]
    return supervised_until(minutes, asked[0]) if asked else None
