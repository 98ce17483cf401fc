"""The words of the forms, in versions that never change once somebody was asked with them."""

from collections.abc import Collection

from services.funding.domain.evaluations import Part
from services.funding.domain.questionnaires import Questionnaire, as_content, questionnaire_from
from shared.db import Connection
from shared.kernel.errors import Conflict, NotFound


async def codes_loaded(db: Connection) -> set[str]:
    """Which forms there are."""
    return {row["code"] for row in await db.fetch("SELECT DISTINCT code FROM questionnaire")}


async def latest_versions(db: Connection, codes: Collection[str]) -> dict[str, int]:
    """The version of each form that is asked now."""
    rows = await db.fetch(
        "SELECT code, max(version) AS version FROM questionnaire WHERE code = ANY($1::text[]) GROUP BY code",
        sorted(codes),
    )
    return {row["code"]: row["version"] for row in rows}


async def questionnaire(db: Connection, part: Part) -> Questionnaire:
    """One version of a form; raises NotFound."""
    content = await db.fetchval("SELECT content FROM questionnaire WHERE code = $1 AND version = $2", *part)
    if content is None:
        raise NotFound("questionnaire-unknown", "There is no such form.")
    return questionnaire_from(content)


async def add_questionnaire(db: Connection, form: Questionnaire) -> bool:
    """Take in a version of a form; False where just this was there. Raises Conflict where its words differ."""
    added = await db.fetchval(
        """
        INSERT INTO questionnaire (code, version, content) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING RETURNING true
        """,
        form.code,
        form.version,
        as_content(form),
    )
    if added is None and await questionnaire(db, (form.code, form.version)) != form:
        raise Conflict(
            "questionnaire-differs",
            f"Version {form.version} of {form.code} is known with other words. Give the new words a new version.",
        )
    return added is not None
