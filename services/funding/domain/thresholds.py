"""When so much of a fund is promised or spent that its funder should know."""

from collections.abc import Iterable

from services.funding.domain.ledger import Balances


def thresholds_reached(balances: Balances, thresholds: Iterable[int]) -> tuple[int, ...]:
    """Those of the thresholds, in per cent of what was received, that are reached; none while nothing came in."""
    if balances.received <= 0:
        return ()
    return tuple(percent for percent in sorted(thresholds) if balances.used * 100 >= percent * balances.received)
