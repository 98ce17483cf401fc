"""What was heard about the sessions of a match, and what each of them has drawn from which fund."""

from datetime import datetime
from uuid import UUID

from services.funding.domain.choice import Part
from services.funding.domain.drawing import HeardSession, SessionPolicy
from shared.db import Connection
from shared.kernel.ids import AwardId, MatchId, SessionId


async def save_session(db: Connection, session: HeardSession, now: datetime) -> None:
    """Keep what was heard about a session in place of what was heard before."""
    await db.execute(
        """
        INSERT INTO session_result (session_id, match_id, referral_id, result, held_on, heard_at)
        VALUES ($1, $2, $3, $4, $5, $6)
        ON CONFLICT (session_id) DO UPDATE
           SET result = excluded.result, held_on = coalesce(excluded.held_on, session_result.held_on),
               heard_at = excluded.heard_at
        """,
        session.session_id,
        session.match_id,
        session.referral_id,
        session.result,
        session.held_on,
        now,
    )


async def sessions_of(db: Connection, match_id: MatchId) -> list[HeardSession]:
    """Every session of a match of which a result was heard, the earliest first."""
    rows = await db.fetch(
        "SELECT * FROM session_result WHERE match_id = $1 ORDER BY held_on NULLS LAST, session_id", match_id
    )
    return [
        HeardSession(row["session_id"], row["match_id"], row["referral_id"], row["result"], row["held_on"])
        for row in rows
    ]


async def session_policies(db: Connection) -> list[SessionPolicy]:
    """Every policy about sessions there was or will be."""
    rows = await db.fetch("SELECT valid_from, missed_is_paid FROM session_policy ORDER BY valid_from")
    return [SessionPolicy(**row) for row in rows]


async def drawn_by_session(db: Connection, award_id: AwardId) -> dict[SessionId, tuple[UUID, tuple[Part, ...]]]:
    """What each paid session of an award has drawn: its reservation, and the parts by fund."""
    rows = await db.fetch(
        """
        SELECT session_id, reservation_id, fund_id, sum(amount)::bigint AS amount
          FROM reservation
          JOIN ledger_transaction USING (reservation_id)
          JOIN ledger_entry USING (transaction_id)
         WHERE award_id = $1 AND account = 'spent' AND session_id IS NOT NULL
         GROUP BY session_id, reservation_id, fund_id
        HAVING sum(amount) > 0
         ORDER BY session_id, fund_id
        """,
        award_id,
    )
    found: dict[SessionId, tuple[UUID, tuple[Part, ...]]] = {}
    for row in rows:
        _, before = found.get(row["session_id"], (None, ()))
        found[row["session_id"]] = (row["reservation_id"], (*before, Part(row["fund_id"], row["amount"])))
    return found
