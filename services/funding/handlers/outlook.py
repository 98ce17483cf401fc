"""Tells for which kinds of case there is money, whenever the coarse picture has changed, and only then."""

from dataclasses import asdict
from typing import Literal

from services.funding.domain.days import day_of
from services.funding.domain.outlook import outlook_of
from services.funding.domain.policy import Policy
from services.funding.store import funds, outlooks
from shared.events.funding import FundingOutlookChanged, MoneyLine
from shared.messaging.transaction import Transaction

OUTLOOK: Literal["money"] = "money"
"""The key under whose lock the outlook is told, so that versions rise one at a time."""


async def tell_outlook(tx: Transaction) -> None:
    """Tell the outlook as it is today, if its levels, terms or dates are others than those told last."""
    policy: Policy = tx.settings.policy
    version, before = await outlooks.last_told(tx.db)
    kept = await funds.funds_kept(tx.db)
    present = outlook_of((one.fund for one in kept), before, policy.scale, day_of(tx.now))
    if present == before:
        return
    await outlooks.note_told(tx.db, version + 1, present, tx.now)
    lines = tuple(MoneyLine(**asdict(terms), level=level) for terms, level in present.items())
    tx.emit(FundingOutlookChanged(outlook_id=OUTLOOK, version=version + 1, lines=lines))
