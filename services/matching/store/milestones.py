"""When a referral reached each point of its way, once for each episode."""

from datetime import datetime

from services.matching.domain.clocks import Milestone
from shared.db import Connection, Record
from shared.kernel.ids import ReferralId


async def reach(db: Connection, referral_id: ReferralId, milestone: Milestone, at: datetime) -> None:
    """Note a point of the way; only the first time in an episode counts."""
    await db.execute(
        """
        INSERT INTO milestone (referral_id, episode, kind, reached_at)
        SELECT referral_id, episode, $2, $3 FROM need WHERE referral_id = $1
        ON CONFLICT DO NOTHING
        """,
        referral_id,
        milestone,
        at,
    )


async def take_back(db: Connection, referral_id: ReferralId, milestones: tuple[Milestone, ...]) -> None:
    """Forget points that turned out not to have been reached, so that their clocks run on."""
    await db.execute(
        """
        DELETE FROM milestone USING need
         WHERE milestone.referral_id = $1 AND need.referral_id = $1 AND milestone.episode = need.episode
           AND kind = ANY($2::text[])
        """,
        referral_id,
        list(milestones),
    )


async def episodes_since(db: Connection, since: datetime) -> list[Record]:
    """Every episode that began since then, with its milestones, and whether it is the referral's latest."""
    rows: list[Record] = await db.fetch(
        """
        SELECT milestone.referral_id, milestone.episode,
               need.priority, need.state, milestone.episode = need.episode AS latest,
               jsonb_object_agg(kind, reached_at) AS reached
          FROM milestone JOIN need USING (referral_id)
         GROUP BY milestone.referral_id, milestone.episode, need.priority, need.state, need.episode
        HAVING min(reached_at) FILTER (WHERE kind = 'received') >= $1
         ORDER BY min(reached_at), milestone.referral_id
        """,
        since,
    )
    return rows


async def pauses_since(db: Connection, since: datetime) -> list[Record]:
    """Every stop that was in force since then."""
    rows: list[Record] = await db.fetch(
        "SELECT referral_id, since, lifted_at FROM hold WHERE lifted_at IS NULL OR lifted_at >= $1", since
    )
    return rows
