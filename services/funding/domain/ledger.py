"""Double entry: every movement takes from one account of a fund what it gives to another of the same fund.

Amounts are whole pence. `received` is where money comes from, so it runs below zero by all that came in and has not
left for another fund or gone back to its funder; the other four add up to the same sum above zero, and none of them can
be negative.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from services.funding.domain.choice import Part
from services.funding.domain.funds import NOTHING
from shared.kernel.ids import FundId
from shared.kernel.money import Pence

Account = Literal["received", "available", "reserved", "committed", "spent"]
MovementKind = Literal[
    "receive", "reserve", "commit", "release", "return", "spend", "unspend", "refund", "transfer-out", "transfer-in",
    "give-back",
]  # fmt: skip

MOVEMENTS: dict[MovementKind, tuple[Account, Account]] = {
    "receive": ("received", "available"),
    "reserve": ("available", "reserved"),
    "commit": ("reserved", "committed"),
    "release": ("reserved", "available"),
    "return": ("committed", "available"),
    "spend": ("committed", "spent"),
    "unspend": ("spent", "committed"),
    "refund": ("spent", "available"),
    "transfer-out": ("available", "received"),
    "transfer-in": ("received", "available"),
    "give-back": ("available", "received"),
}
"""From which account to which; the same table stands in the database."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One line: an account of a fund, and by how much it changes."""

    fund_id: FundId
    account: Account
    amount: Pence


@dataclass(frozen=True, slots=True)
class Balances:
    """How a fund stands; `received` is given as people read it, above zero."""

    received: Pence = NOTHING
    available: Pence = NOTHING
    reserved: Pence = NOTHING
    committed: Pence = NOTHING
    spent: Pence = NOTHING

    @property
    def used(self) -> Pence:
        """What is promised or spent."""
        return Pence(self.reserved + self.committed + self.spent)

    @property
    def held(self) -> Pence:
        """What is still in the fund, promised or not."""
        return Pence(self.received - self.spent)


def entries(kind: MovementKind, parts: Iterable[Part]) -> tuple[Entry, ...]:
    """The lines of one movement, in the order of the funds; raises ValueError for a part that is not above zero."""
    source, target = MOVEMENTS[kind]
    lines: list[Entry] = []
    for part in sorted(parts, key=lambda part: part.fund_id):
        if part.amount <= 0:
            raise ValueError("a movement must be of more than nothing")
        lines.append(Entry(part.fund_id, source, Pence(-part.amount)))
        lines.append(Entry(part.fund_id, target, part.amount))
    return tuple(lines)
