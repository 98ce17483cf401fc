"""Money came in or came back: those who wait for it are looked at again, in one transaction with what woke them."""

from collections.abc import Iterable

from services.funding.domain.days import day_of
from services.funding.domain.funds import Fund, misfits
from services.funding.domain.referrals import Referral
from services.funding.handlers.deciding import decide
from services.funding.handlers.drawing import PAYS
from services.funding.handlers.topping import look_for_more
from services.funding.store import approvals, awards, funds, referrals
from shared.kernel.ids import FundId
from shared.messaging.transaction import Transaction


async def wake_waiting(tx: Transaction, fund_ids: Iterable[FundId]) -> None:
    """Decide again about everybody who waits for money that these funds could give, until nothing is left in them.

    The most urgent come first, then whoever asked first, an award that is to be made larger among them. Who needs more
    than there is keeps their place, and does not hold up somebody after them for whom it is enough; nor does an award
    that waits for approval. The funds must be locked.
    """
    woken_by = set(fund_ids)
    for award_id in await awards.waiting_for_money(tx.db):
        open_funds = [kept.fund for kept in await funds.funds_kept(tx.db, woken_by) if kept.balances.available > 0]
        if not open_funds:
            return
        award = await awards.award_by_id(tx.db, award_id)
        if award is None:
            continue
        referral = await referrals.referral_of(tx.db, tx.keys, award.referral_id)
        if referral is None or not _could_use(referral, open_funds, tx):
            continue
        if award.state == "waiting" and award.waits_for == "money":
            await decide(tx, award)
        elif award.state in PAYS:
            larger = await approvals.open_proposal(tx.db, award_id)
            if larger is not None and larger.state == "waiting":
                await look_for_more(tx, award, larger)


def _could_use(referral: Referral, open_funds: Iterable[Fund], tx: Transaction) -> bool:
    if referral.profile is None or not referral.subsidy_agreed:
        return False
    person, today = referral.profile.person, day_of(tx.now)
    return any(not misfits(fund.restrictions, person, today) for fund in open_funds)
