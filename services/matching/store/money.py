"""For which kinds of case there is money, as funding told last."""

import json
from dataclasses import asdict
from datetime import date, datetime
from typing import Any

from services.matching.domain.limits import Limit
from services.matching.domain.money import Line, Outlook
from shared.db import Connection


async def outlook_of_money(db: Connection) -> Outlook | None:
    """The newest outlook; None before the first."""
    row = await db.fetchrow("SELECT version, lines FROM money_outlook")
    return Outlook(row["version"], tuple(_line(line) for line in json.loads(row["lines"]))) if row else None


async def keep_newer_outlook(db: Connection, outlook: Outlook, now: datetime) -> None:
    """Keep an outlook, unless a newer one was heard before it."""
    lines = [asdict(line) for line in outlook.lines]
    await db.execute(
        """
        INSERT INTO money_outlook (outlook_id, version, lines, heard_at) VALUES ('money', $1, $2, $3)
        ON CONFLICT (outlook_id) DO UPDATE
           SET version = excluded.version, lines = excluded.lines, heard_at = excluded.heard_at
         WHERE money_outlook.version < excluded.version
        """,
        outlook.version,
        json.dumps(lines, default=date.isoformat),
        now,
    )


def _line(values: dict[str, Any]) -> Line:
    return Line(
        limit=Limit(**values["limit"]),
        client_groups=tuple(values["client_groups"]),
        age_bands=tuple(values["age_bands"]),
        regions=tuple(values["regions"]),
        until=date.fromisoformat(values["until"]) if values["until"] else None,
    )
