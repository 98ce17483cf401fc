"""What funding tells about its money: for which kinds of case there is some, and how far it goes."""

from services.matching import store
from services.matching.domain.limits import Limit
from services.matching.domain.money import Line, Outlook
from shared.events.funding import FundingOutlookChanged, MoneyLine
from shared.messaging.transaction import Transaction


async def keep_outlook(told: FundingOutlookChanged, tx: Transaction) -> None:
    """Remember the newest outlook, in whatever order they come."""
    await store.keep_newer_outlook(tx.db, Outlook(told.version, tuple(map(_line, told.lines))), tx.now)


def _line(told: MoneyLine) -> Line:
    limit = Limit(told.level, told.most_per_session, told.share_of_fee)
    return Line(limit, told.client_groups, told.age_bands, told.regions, told.until)
