"""What was asked for and decided for each match, and who waits."""

from collections.abc import Collection, Sequence
from datetime import datetime

from services.funding.domain.awards import Award, AwardState
from services.funding.domain.choice import Considered
from services.funding.store.funds import lock_money
from shared.db import Connection, Record
from shared.kernel.ids import AwardId, MatchId, ReferralId


async def add_award(db: Connection, award: Award) -> None:
    """Note that a subsidy was asked for; the match must be new."""
    await db.execute(
        """
        INSERT INTO award
               (award_id, referral_id, match_id, state, waits_for, session_fee, sessions, requested_at, changed_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $8)
        """,
        award.award_id,
        award.referral_id,
        award.match_id,
        award.state,
        award.waits_for,
        award.session_fee,
        award.sessions,
        award.requested_at,
    )


async def save_award(
    db: Connection, award: Award, now: datetime, explanation: Sequence[Considered] | None = None
) -> None:
    """Keep what was decided; an explanation replaces the one before."""
    await db.execute(
        """
        UPDATE award
           SET state = $2, waits_for = $3, contribution = $4, shortfall = $5, needs_review = $6, accepted = $7,
               valid_until = $8, changed_at = $9, explanation = coalesce($10, explanation),
               agreed_fee = $11, sessions = $12, look_again_on = $13
         WHERE award_id = $1
        """,
        award.award_id,
        award.state,
        award.waits_for,
        award.contribution,
        award.shortfall,
        award.needs_review,
        award.accepted,
        award.valid_until,
        now,
        None if explanation is None else [as_kept(one) for one in explanation],
        award.agreed_fee,
        award.sessions,
        award.look_again_on if award.waits_for == "another-look" else None,
    )


async def award_for_match(db: Connection, match_id: MatchId) -> Award | None:
    """The award of a match, locked until the transaction ends, after all money: see `award_by_id`."""
    await lock_money(db)
    row = await db.fetchrow("SELECT * FROM award WHERE match_id = $1 FOR NO KEY UPDATE", match_id)
    return _award(row) if row else None


async def award_by_id(db: Connection, award_id: AwardId) -> Award | None:
    """One award, locked until the transaction ends.

    All money is locked before: whoever has it looks at awards of others, and would wait for this one while whoever
    holds this one waits for the money.
    """
    await lock_money(db)
    row = await db.fetchrow("SELECT * FROM award WHERE award_id = $1 FOR NO KEY UPDATE", award_id)
    return _award(row) if row else None


async def awards_of(db: Connection, referral_id: ReferralId, states: Collection[AwardState]) -> list[Award]:
    """The awards of a referral in these states, the oldest first, locked as by `award_by_id`."""
    await lock_money(db)
    rows = await db.fetch(
        """
        SELECT * FROM award WHERE referral_id = $1 AND state = ANY($2::text[]) ORDER BY requested_at, award_id
           FOR NO KEY UPDATE
        """,
        referral_id,
        sorted(states),
    )
    return [_award(row) for row in rows]


async def waiting_for_money(db: Connection) -> list[AwardId]:
    """Which awards wait for money, whether to begin or to be made larger: the most urgent first, then the oldest."""
    rows = await db.fetch(
        """
        SELECT award_id
          FROM award JOIN referral USING (referral_id)
         WHERE (state = 'waiting' AND waits_for = 'money')
            OR award_id IN (SELECT award_id FROM proposal WHERE kind = 'top-up' AND state = 'waiting')
         ORDER BY array_position(ARRAY['immediate', 'urgent', 'routine'], priority), received_at, award_id
        """
    )
    return [row["award_id"] for row in rows]


def as_kept(one: Considered) -> dict[str, object]:
    """What was decided about one fund, as it stands in an explanation."""
    return {
        "fund_id": str(one.fund_id),
        "name": one.name,
        "verdict": one.verdict,
        "pays": one.pays,
        "available": one.available,
        "reasons": one.reasons,
    }


def _award(row: Record) -> Award:
    return Award(
        award_id=row["award_id"],
        referral_id=row["referral_id"],
        match_id=row["match_id"],
        state=row["state"],
        session_fee=row["session_fee"],
        sessions=row["sessions"],
        requested_at=row["requested_at"],
        accepted=row["accepted"],
        waits_for=row["waits_for"],
        contribution=row["contribution"],
        shortfall=row["shortfall"],
        needs_review=row["needs_review"],
        valid_until=row["valid_until"],
        agreed_fee=row["agreed_fee"],
        look_again_on=row["look_again_on"],
    )
