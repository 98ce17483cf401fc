"""Means tests as staff find them: by what has to be done about them, ids and results only."""

from typing import Literal

from services.funding.domain.awards import LIVE
from shared.db import Connection, Record
from shared.kernel.ids import ReferralId

Show = Literal["hard", "open", "done", "closed"]
SHOWS: tuple[Show, ...] = ("hard", "open", "done", "closed")


async def means_listed(db: Connection, show: Show, limit: int) -> list[Record]:
    """The tests of one kind: those that somebody finds too hard, longest first; the others, the latest first."""
    return await db.fetch(
        """
        SELECT means_test_id, referral_id, state, asked_at, written, reminded, answered_by, completed_at, valid_until,
               policy_from, verdict, band, per_session, evidence, too_hard, decided_per_session, decided_by, changed_at
          FROM means_test
         WHERE CASE $1::text
               WHEN 'hard' THEN state = 'done' AND too_hard AND decided_by = ''
               WHEN 'open' THEN state IN ('asked', 'begun')
               ELSE state = $1::text END
         ORDER BY CASE WHEN $1::text = 'hard' THEN changed_at END, changed_at DESC, means_test_id
         LIMIT $2
        """,
        show,
        limit,
    )


async def means_counts(db: Connection) -> dict[Show, int]:
    """How many tests there are of each kind."""
    row = await db.fetchrow(
        """
        SELECT count(*) FILTER (WHERE state = 'done' AND too_hard AND decided_by = '')::int AS hard,
               count(*) FILTER (WHERE state IN ('asked', 'begun'))::int AS open,
               count(*) FILTER (WHERE state = 'done')::int AS done,
               count(*) FILTER (WHERE state = 'closed')::int AS closed
          FROM means_test
        """
    )
    return {show: row[show] for show in SHOWS}


async def awards_shown(db: Connection, referral_id: ReferralId) -> list[Record]:
    """The awards of a referral that are not over: id, state and what the client adds, the oldest first."""
    return await db.fetch(
        """
        SELECT award_id, state, contribution FROM award WHERE referral_id = $1 AND state = ANY($2::text[])
         ORDER BY requested_at, award_id
        """,
        referral_id,
        sorted(LIVE),
    )
