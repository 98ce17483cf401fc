"""Tells what a funder, or finance, should know about a fund and its grants, each thing once, and looks again."""

from services.funding.domain.days import beginning_of, day_of
from services.funding.domain.milestones import next_look, reached
from services.funding.domain.policy import Policy
from services.funding.handlers.funder_letters import write_to_funder
from services.funding.store import milestones
from shared.events.funding import FundMilestoneReached
from shared.kernel.ids import FundId
from shared.messaging.transaction import Transaction

MILESTONES = "milestones"
FOR_FUNDERS = frozenset({"target-met", "money-expiring"})
"""The others are for our finance staff."""


def look_soon(tx: Transaction, fund_id: FundId) -> None:
    """Look as soon as this transaction is committed: a day, a sum or a grant of the fund has changed."""
    tx.schedule(MILESTONES, str(fund_id), tx.now, lock_key=str(fund_id))


async def look_at_milestones(tx: Transaction, fund_id: FundId) -> None:
    """Tell what is reached and was not told before, and come back on the next day on which something could be."""
    policy: Policy = tx.settings.policy
    course, today = await milestones.course_of(tx.db, fund_id), day_of(tx.now)
    if course is None:
        return
    for one in reached(course, today, policy.notice):
        if await milestones.note_told(tx.db, fund_id, one, tx.now):
            tx.emit(FundMilestoneReached(fund_id=fund_id, funder_id=one.funder_id, milestone=one.kind, day=one.day))
            if one.kind in FOR_FUNDERS:
                path = f"/funder/funds/{fund_id}" if one.funder_id == course.funder_id else "/funder"
                await write_to_funder(tx, one.funder_id, "funder-milestone", path)
    following = next_look(course, today, policy.notice)
    if following is not None:
        tx.schedule(MILESTONES, str(fund_id), beginning_of(following), lock_key=str(fund_id))
