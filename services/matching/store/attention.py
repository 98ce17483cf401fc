"""What a coordinator should look at, match by match, and the check that nobody is without a next look."""

from datetime import datetime

from services.matching.domain.deadlines import Attention
from shared.db import Connection, Record
from shared.kernel.ids import MatchId


async def ask_for_attention(db: Connection, match_id: MatchId, kind: Attention, now: datetime) -> None:
    """Show something about a match to coordinators; what is shown already stays as it is."""
    await db.execute(
        """
        INSERT INTO attention (match_id, kind, since) VALUES ($1, $2, $3)
        ON CONFLICT (match_id, kind) DO UPDATE
           SET since = excluded.since, settled_at = NULL WHERE attention.settled_at IS NOT NULL
        """,
        match_id,
        kind,
        now,
    )


async def settle_attention(db: Connection, match_id: MatchId, now: datetime, kind: Attention | None = None) -> None:
    """Show it no longer; everything about the match where no kind is named."""
    await db.execute(
        """
        UPDATE attention SET settled_at = $2
         WHERE match_id = $1 AND settled_at IS NULL AND ($3::text IS NULL OR kind = $3)
        """,
        match_id,
        now,
        kind,
    )


async def attention_wanted(db: Connection, match_id: MatchId | None = None) -> list[Record]:
    """What is to be looked at, the oldest first; about one match where it is named."""
    rows: list[Record] = await db.fetch(
        """
        SELECT match_id, kind, since, match.referral_id, match.state, match.therapist_id
          FROM attention JOIN match USING (match_id)
         WHERE settled_at IS NULL AND ($1::uuid IS NULL OR match_id = $1)
         ORDER BY since, match_id, kind
        """,
        match_id,
    )
    return rows


async def without_next_look(db: Connection) -> list[str]:
    """What nobody will look at by itself: each line is a fault of ours, named by what is missing and an id."""
    rows = await db.fetch(
        """
        SELECT 'referral-in-no-state', referral_id FROM need
         WHERE state = 'open'
           AND NOT EXISTS (SELECT FROM match WHERE match.referral_id = need.referral_id AND state IN
               ('proposed', 'waiting-for-funds', 'offered', 'accepted', 'in-therapy'))
           AND NOT EXISTS (SELECT FROM waiting WHERE waiting.referral_id = need.referral_id)
        UNION ALL
        SELECT 'waiting-without-look', referral_id FROM waiting
         WHERE NOT EXISTS (SELECT FROM timer WHERE kind = 'look-again' AND key = waiting.referral_id::text)
        UNION ALL
        SELECT 'funds-awaited-without-look', referral_id FROM match
         WHERE state = 'waiting-for-funds'
           AND NOT EXISTS (SELECT FROM waiting WHERE waiting.referral_id = match.referral_id)
        UNION ALL
        SELECT 'match-without-deadline', match_id FROM match
         WHERE state IN ('proposed', 'accepted', 'in-therapy')
           AND NOT EXISTS (SELECT FROM timer WHERE kind = 'match-deadline' AND key = match_id::text)
        UNION ALL
        SELECT 'offered-without-offer', match_id FROM match
         WHERE state = 'offered'
           AND NOT EXISTS (SELECT FROM offer JOIN timer ON key = offer_id::text
                            WHERE offer.match_id = match.match_id AND kind IN ('offer-expires', 'decline-stands'))
        ORDER BY 1, 2
        """
    )
    return [f"{row[0]} {row[1]}" for row in rows]
