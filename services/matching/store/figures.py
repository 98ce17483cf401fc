"""Counts for watching fairness: which offers were answered and not counted yet, and the counts by one thing alone."""

from collections.abc import Iterable
from datetime import date

from services.matching.domain.figures import Figure
from shared.db import Connection, Record
from shared.kernel.ids import OfferId


async def offers_to_count(db: Connection, *, limit: int) -> list[Record]:
    """Answered offers that are in no figure yet, with the referral and the moment of the answer."""
    rows: list[Record] = await db.fetch(
        """
        SELECT offer.offer_id, match.referral_id, offer.state = 'accepted' AS accepted,
               coalesce(offer.answered_at, offer.reply_by) AS answered_at
          FROM offer JOIN match USING (match_id)
         WHERE offer.state IN ('accepted', 'declined', 'expired')
           AND NOT EXISTS (SELECT FROM offer_counted WHERE offer_counted.offer_id = offer.offer_id)
         ORDER BY offer.offer_id LIMIT $1
        """,
        limit,
    )
    return rows


async def add_figures(db: Connection, offer_id: OfferId, quarter: date, figures: Iterable[Figure]) -> None:
    """Count an offer, unless another process did in the meantime."""
    fresh = await db.fetchval(
        "INSERT INTO offer_counted (offer_id) VALUES ($1) ON CONFLICT DO NOTHING RETURNING true", offer_id
    )
    for figure in figures if fresh else ():
        await db.execute(
            """
            INSERT INTO fairness_figure AS kept (quarter, dimension, value, accepted, days, n)
            VALUES ($1, $2, $3, $4, $5, $6)
            ON CONFLICT (quarter, dimension, value, accepted, days) DO UPDATE SET n = kept.n + excluded.n
            """,
            quarter,
            figure.dimension,
            figure.value,
            figure.accepted,
            figure.days,
            figure.n,
        )


async def figures_since(db: Connection, quarter: date) -> list[Figure]:
    """Every figure from this quarter on."""
    rows = await db.fetch(
        """
        SELECT dimension, value, accepted, days, sum(n)::integer AS n FROM fairness_figure
         WHERE quarter >= $1 GROUP BY dimension, value, accepted, days
        """,
        quarter,
    )
    return [Figure(row["dimension"], row["value"], row["accepted"], row["days"], row["n"]) for row in rows]
