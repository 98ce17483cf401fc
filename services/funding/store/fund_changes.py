"""The log of what was changed about funds and grants, and what is promised from a fund while its terms change."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from services.funding.domain.fund_changes import Changed, Promise
from services.funding.store.fund_texts import opened, sealed
from services.funding.store.ledger import had_before
from services.funding.store.referrals import referral_of
from shared.db import Connection
from shared.kernel.ids import FundId, GrantId
from shared.kernel.money import Pence
from shared.privacy import Keyring

COLUMN = "fund_change.said"


@dataclass(frozen=True, slots=True)
class NotedChange:
    """One entry of the log: what was done, line by line, why, by whom and when."""

    change_id: UUID
    fund_id: FundId
    what: str
    lines: Sequence[Changed]
    reason: str
    actor: str
    changed_at: datetime
    grant_id: GrantId | None = None


async def note_change(db: Connection, keys: Keyring, change: NotedChange) -> None:
    """Add an entry for ever."""
    said = json.dumps({"reason": change.reason, "lines": list(change.lines)}, ensure_ascii=False)
    await db.execute(
        """
        INSERT INTO fund_change (change_id, fund_id, grant_id, what, said, actor, changed_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7)
        """,
        change.change_id,
        change.fund_id,
        change.grant_id,
        change.what,
        await sealed(db, keys, change.fund_id, COLUMN, said),
        change.actor,
        change.changed_at,
    )


async def changes_of(
    db: Connection, keys: Keyring, fund_id: FundId, grant_id: GrantId | None = None
) -> list[NotedChange]:
    """What was changed about a fund, or about one of its grants, the latest first."""
    rows = await db.fetch(
        """
        SELECT * FROM fund_change WHERE fund_id = $1 AND grant_id IS NOT DISTINCT FROM $2
         ORDER BY changed_at DESC, change_id DESC
        """,
        fund_id,
        grant_id,
    )
    found = []
    for row in rows:
        text = await opened(db, keys, fund_id, COLUMN, row["said"])
        said: dict[str, Any] = json.loads(text) if text else {"reason": "", "lines": []}
        lines = [(what, was, now) for what, was, now in said["lines"]]
        who = (row["actor"], row["changed_at"], row["grant_id"])
        found.append(NotedChange(row["change_id"], fund_id, row["what"], lines, said["reason"], *who))
    return found


async def promises_from(db: Connection, keys: Keyring, fund_id: FundId) -> list[Promise]:
    """Everything that is kept or promised from a fund now, award by award; the fund must be locked."""
    rows = await db.fetch(
        """
        SELECT award_id, referral_id, valid_until, session_fee * sessions AS fees, sum(amount)::bigint AS held,
               sum(amount) FILTER (WHERE account = 'reserved') AS unanswered
          FROM award
          JOIN reservation USING (award_id)
          JOIN ledger_transaction USING (reservation_id)
          JOIN ledger_entry USING (transaction_id)
         WHERE fund_id = $1 AND account IN ('reserved', 'committed')
         GROUP BY award_id
        HAVING sum(amount) > 0
         ORDER BY award_id
        """,
        fund_id,
    )
    found = []
    for row in rows:
        referral = await referral_of(db, keys, row["referral_id"])
        person = referral.profile.person if referral is not None and referral.profile is not None else None
        had = await had_before(db, row["referral_id"])
        found.append(
            Promise(
                held=row["held"],
                in_all=had.get(fund_id, Pence(0)),
                fees=row["fees"],
                answered=not row["unanswered"],
                person=person,
                valid_until=row["valid_until"],
            )
        )
    return found
