"""What the pages of finance read: the lines of a fund, and the awards."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from shared.db import Connection, Record
from shared.kernel.ids import FundId


async def ledger_lines(db: Connection, fund_id: FundId, *, before: datetime, limit: int | None) -> list[Record]:
    """The movements of a fund up to a moment, the latest first: when, what, how much, for which award or payment.

    Without a `limit`, all of them.
    """
    return await db.fetch(
        """
        SELECT t.transaction_id, t.kind, t.happened_at, t.actor, e.amount, m.reference, m.received_on, a.award_id,
               other.fund_id AS other_id, other.name AS other, g.grant_id, g.reference AS grant_reference
          FROM ledger_entry e
          JOIN ledger_transaction t USING (transaction_id)
          LEFT JOIN money_received m USING (transaction_id)
          LEFT JOIN reservation r ON r.reservation_id = t.reservation_id
          LEFT JOIN award a ON a.award_id = r.award_id
          LEFT JOIN fund_transfer moved ON moved.transfer_id = t.transfer_id
          LEFT JOIN fund other ON other.fund_id IN (moved.from_fund, moved.to_fund) AND other.fund_id <> e.fund_id
          LEFT JOIN money_given_back back ON back.given_back_id = t.given_back_id
          LEFT JOIN funder_grant g ON g.grant_id = back.grant_id
         WHERE e.fund_id = $1 AND e.amount > 0 AND t.happened_at < $2
         ORDER BY t.happened_at DESC, t.transaction_id DESC
         LIMIT $3
        """,
        fund_id,
        before,
        limit,
    )


async def awards_listed(db: Connection, *, states: Sequence[str], review: bool, limit: int) -> list[Record]:
    """Awards in these states (all when none is named), the latest first; with `review`, only those to ask again."""
    return await db.fetch(
        """
        SELECT award.*, priority
          FROM award LEFT JOIN referral USING (referral_id)
         WHERE (cardinality($1::text[]) = 0 OR state = ANY($1)) AND (needs_review OR NOT $2)
         ORDER BY requested_at DESC, award_id DESC
         LIMIT $3
        """,
        list(states),
        review,
        limit,
    )


async def award_shown(db: Connection, award_id: UUID) -> Record | None:
    """One award with everything decided about it."""
    found: Record | None = await db.fetchrow(
        "SELECT award.*, priority FROM award LEFT JOIN referral USING (referral_id) WHERE award_id = $1", award_id
    )
    return found


async def sessions_shown(db: Connection, award_id: UUID) -> list[Record]:
    """The sessions of an award as they were heard last, the earliest first, with what each has drawn."""
    return await db.fetch(
        """
        SELECT session_result.session_id, result, held_on, coalesce(sum(amount), 0)::bigint AS drawn
          FROM award
          JOIN session_result USING (match_id)
          LEFT JOIN ledger_transaction t ON t.session_id = session_result.session_id
          LEFT JOIN ledger_entry e ON e.transaction_id = t.transaction_id AND e.account = 'spent'
         WHERE award_id = $1
         GROUP BY session_result.session_id
         ORDER BY held_on NULLS LAST, session_result.session_id
        """,
        award_id,
    )


async def paid_by(db: Connection, award_id: UUID) -> list[Record]:
    """What each fund keeps for, has promised to, or has spent on an award."""
    return await db.fetch(
        """
        SELECT fund_id, fund.name, account, sum(amount)::bigint AS amount
          FROM reservation
          JOIN ledger_transaction USING (reservation_id)
          JOIN ledger_entry USING (transaction_id)
          JOIN fund USING (fund_id)
         WHERE award_id = $1 AND account <> 'available'
         GROUP BY fund_id, fund.name, account
        HAVING sum(amount) > 0
         ORDER BY fund.name, account
        """,
        award_id,
    )


async def award_counts(db: Connection) -> dict[str, int]:
    """How many awards there are in each state."""
    rows = await db.fetch("SELECT state, count(*)::int AS number FROM award GROUP BY state")
    return {row["state"]: row["number"] for row in rows}
