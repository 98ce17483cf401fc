"""What was last told about the kinds of case that money can serve."""

import json
from dataclasses import asdict
from datetime import date, datetime
from typing import Any

from services.funding.domain.outlook import Level, Outlook, Terms
from shared.db import Connection


async def last_told(db: Connection) -> tuple[int, dict[Terms, Level]]:
    """The version and the levels that were told last; version 0 where nothing was."""
    row = await db.fetchrow("SELECT version, lines FROM money_outlook")
    if row is None:
        return 0, {}
    lines: list[dict[str, Any]] = json.loads(row["lines"])
    return row["version"], {_terms(line): line["level"] for line in lines}


async def note_told(db: Connection, version: int, outlook: Outlook, now: datetime) -> None:
    """Keep what is told now; the caller has the lock of the outlook."""
    lines = [{**asdict(terms), "level": level} for terms, level in outlook.items()]
    await db.execute(
        """
        INSERT INTO money_outlook (outlook_id, version, lines, told_at) VALUES ('money', $1, $2, $3)
        ON CONFLICT (outlook_id) DO UPDATE
           SET version = excluded.version, lines = excluded.lines, told_at = excluded.told_at
        """,
        version,
        json.dumps(lines, default=date.isoformat),
        now,
    )


def _terms(line: dict[str, Any]) -> Terms:
    return Terms(
        client_groups=tuple(line["client_groups"]),
        age_bands=tuple(line["age_bands"]),
        regions=tuple(line["regions"]),
        most_per_session=line["most_per_session"],
        share_of_fee=line["share_of_fee"],
        until=date.fromisoformat(line["until"]) if line["until"] else None,
    )
