"""Matching knows for which kinds of case there is money, whatever the order in which it hears of it."""

from datetime import date

from services.matching import store
from services.matching.domain.limits import Limit
from services.matching.domain.money import Line, Outlook
from shared.events.funding import FundingOutlookChanged, MoneyLine
from tests.component.matching import Matching, matching_service

__all__ = ["matching_service"]


async def test_an_older_outlook_does_not_replace_a_newer_one(matching: Matching) -> None:
    scarce = MoneyLine(client_groups=("survivor",), until=date(2026, 12, 31), level="scarce")
    newer = FundingOutlookChanged(outlook_id="money", version=7, lines=(scarce,))
    older = FundingOutlookChanged(outlook_id="money", version=6, lines=())

    await matching.hears(newer)
    await matching.hears(older)

    async with matching.kernel.reading() as db:
        kept = await store.outlook_of_money(db)
    assert kept is not None
    assert kept == Outlook(7, (Line(Limit("scarce"), client_groups=("survivor",), until=date(2026, 12, 31)),))
