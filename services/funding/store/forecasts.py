"""What the weeks behind us tell of each fund, and what is to come for it."""

from collections import defaultdict
from collections.abc import Collection
from datetime import date, datetime

from services.funding.domain.forecast import WEEKS, Expected
from services.funding.domain.pots import History, Week
from services.funding.store.funds import funds_kept
from shared.db import Connection
from shared.kernel.ids import FundId
from shared.kernel.money import Pence


async def histories(
    db: Connection, now: datetime, today: date, fund_ids: Collection[FundId] | None = None
) -> list[History]:
    """Every fund, or those of `fund_ids`, with the last `WEEKS` times seven days, in the order of their names."""
    weeks = await _weeks(db, now, fund_ids)
    coming = await _expected(db, today)
    return [
        History(
            kept.fund,
            kept.created_at,
            Pence(kept.balances.reserved + kept.balances.committed),
            tuple(weeks[kept.fund.fund_id].get(back, Week()) for back in range(WEEKS)),
            tuple(coming[kept.fund.fund_id]),
        )
        for kept in await funds_kept(db, fund_ids)
    ]


async def _weeks(db: Connection, now: datetime, fund_ids: Collection[FundId] | None) -> dict[FundId, dict[int, Week]]:
    """What was promised less what came back, which is not all by which what is available changed: money comes in."""
    rows = await db.fetch(
        """
        SELECT fund_id, floor(extract(epoch FROM $1 - happened_at) / 604800)::int AS back,
               coalesce(-sum(amount) FILTER (WHERE account = 'available'
                   AND kind IN ('reserve', 'release', 'return', 'refund')), 0)::bigint AS used,
               coalesce(sum(amount) FILTER (WHERE account = 'available'), 0)::bigint AS available,
               coalesce(sum(amount) FILTER (WHERE account IN ('reserved', 'committed')), 0)::bigint AS promised
          FROM ledger_transaction JOIN ledger_entry USING (transaction_id)
         WHERE happened_at <= $1 AND happened_at > $1 - $2 * interval '7 days'
           AND ($3::uuid[] IS NULL OR fund_id = ANY($3))
         GROUP BY fund_id, back
        """,
        now,
        WEEKS,
        None if fund_ids is None else list(fund_ids),
    )
    found: dict[FundId, dict[int, Week]] = defaultdict(dict)
    for row in rows:
        found[row["fund_id"]][row["back"]] = Week(row["used"], row["available"], row["promised"])
    return found


async def _expected(db: Connection, today: date) -> dict[FundId, list[Expected]]:
    """Instalments that are due from today on and for which nothing has come."""
    rows = await db.fetch(
        """
        SELECT fund_id, due_on, amount FROM grant_instalment
         WHERE due_on >= $1
           AND NOT EXISTS (SELECT 1 FROM instalment_receipt r WHERE r.instalment_id = grant_instalment.instalment_id)
        """,
        today,
    )
    found: dict[FundId, list[Expected]] = defaultdict(list)
    for row in rows:
        found[row["fund_id"]].append(Expected(row["due_on"], row["amount"]))
    return found
