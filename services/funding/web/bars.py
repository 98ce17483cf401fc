"""A fund as one bar: spent, promised, reserved and available, as shares of what came in."""

from collections.abc import Sequence
from dataclasses import dataclass

from services.funding.domain.ledger import Account, Balances
from services.funding.web.words import ACCOUNTS
from shared.kernel.money import Pence, pounds

WIDTH = 1000
ORDER: tuple[Account, ...] = ("spent", "committed", "reserved", "available")


@dataclass(frozen=True, slots=True)
class Segment:
    """A piece of the bar, in thousandths of its width, and its line in the table beside it."""

    account: Account
    label: str
    amount: Pence
    start: int
    width: int
    percent: int


@dataclass(frozen=True, slots=True)
class Bar:
    """The pieces from left to right, and the same in one sentence."""

    segments: Sequence[Segment]
    received: Pence
    description: str


def bar_of(balances: Balances, pieces: Sequence[Account] = ORDER) -> Bar:
    """The bar of a fund, or of several added up; the pieces fill it exactly once anything came in."""
    amounts = {account: Pence(getattr(balances, account)) for account in pieces}
    total = sum(amounts.values())
    segments: list[Segment] = []
    passed = 0
    for account, amount in amounts.items():
        start, end = (passed * WIDTH // total, (passed + amount) * WIDTH // total) if total else (0, 0)
        percent = round(amount * 100 / total) if total else 0
        segments.append(Segment(account, ACCOUNTS[account], amount, start, end - start, percent))
        passed += amount
    parts = ", ".join(f"{pounds(one.amount)} {one.label.lower()}" for one in segments)
    return Bar(tuple(segments), balances.received, f"Of {pounds(balances.received)} received: {parts}.")


def together(balances: Sequence[Balances]) -> Balances:
    """Several funds added up."""
    names = Balances.__dataclass_fields__
    return Balances(**{name: Pence(sum(getattr(one, name) for one in balances)) for name in names})
