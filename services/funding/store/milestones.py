"""How a fund and its grants stand as far as anybody is told of it, and what was told before."""

from datetime import datetime

from services.funding.domain.milestones import Course, Milestone
from services.funding.store import funds, grants
from shared.db import Connection
from shared.kernel.ids import FundId


async def course_of(db: Connection, fund_id: FundId) -> Course | None:
    """The course of a fund, if there is such a fund."""
    kept = await funds.fund_kept(db, fund_id)
    if kept is None:
        return None
    given = await grants.grants_of(db, fund_id)
    helped = [(await grants.helped_by(db, one))[one.target.kind] if one.target else 0 for one in given]
    return Course(
        funder_id=kept.funder_id,
        until=kept.fund.restrictions.until,
        unspent=kept.balances.held,
        plans=tuple([await grants.plan_of(db, grant) for grant in given]),
        helped=tuple(helped),
        closed=kept.closed_on is not None,
    )


async def note_told(db: Connection, fund_id: FundId, milestone: Milestone, now: datetime) -> bool:
    """Note that this is told now; False where it was told before."""
    noted = await db.fetchval(
        """
        INSERT INTO milestone_told (fund_id, milestone, subject, mark, told_at) VALUES ($1, $2, $3, $4, $5)
        ON CONFLICT DO NOTHING RETURNING true
        """,
        fund_id,
        milestone.kind,
        milestone.subject,
        milestone.mark,
        now,
    )
    return noted is not None
