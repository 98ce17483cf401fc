"""Which money may pay for a client, as far as funding tells, and what that makes of a therapist's fee."""

from dataclasses import dataclass
from datetime import date

from services.matching.domain.limits import Level, Limit, Money
from services.matching.domain.pairing import Need
from services.matching.domain.vocabulary import AgeBand, ClientGroup
from shared.kernel.money import Pence, pounds
from shared.kernel.regions import Region, region_of

CHEAP, DEAR = 4000, 12000
COVERED = 1000
SCARCE = (200, 600)
"""What a scarce pound leaves even the dearest therapist, and what the cheapest has beyond that."""
NO_MONEY = (0, 300)


@dataclass(frozen=True, slots=True)
class Line:
    """Money of one kind: for whom it is (an empty tuple means everybody), until when, and its limit."""

    limit: Limit
    client_groups: tuple[ClientGroup, ...] = ()
    age_bands: tuple[AgeBand, ...] = ()
    regions: tuple[Region, ...] = ()
    until: date | None = None


@dataclass(frozen=True, slots=True)
class Outlook:
    """What funding told last; the higher version is the newer one."""

    version: int
    lines: tuple[Line, ...]


def money_for(need: Need, outlook: Outlook | None, today: date) -> Money | None:
    """The money that may pay for this client today; None where they need none, or nothing was told of money yet."""
    if outlook is None or need.means == "full-fee":
        return None
    region = region_of(need.outward_code)
    fitting = (line.limit for line in outlook.lines if _fits(line, need, region, today))
    return Money(outlook.version, tuple(limit for limit in fitting if limit.level != "none"))


def _fits(line: Line, need: Need, region: Region | None, today: date) -> bool:
    return (
        (not line.client_groups or need.client_group in line.client_groups)
        and (not line.age_bands or need.age_band in line.age_bands)
        and (not line.regions or region in line.regions)
        and (line.until is None or today <= line.until)
    )


def affordable(fee: Pence, money: Money) -> tuple[int, str]:
    """How well a fee goes with the money, from 0 to 1,000, and why.

    A fee that money in good supply covers is as good as any other; where money is scarce or missing a lower one counts
    for more, because the rest of the same pounds helps somebody else.
    """
    if _together(fee, money, {"good"}) >= fee:
        return COVERED, f"There is money that may pay {pounds(fee)} a session for this client."
    cheapness = DEAR - min(max(fee, CHEAP), DEAR)
    covered = _together(fee, money, {"good", "scarce"})
    least, beyond = SCARCE if covered >= fee else NO_MONEY
    value = least + beyond * cheapness // (DEAR - CHEAP)
    if covered >= fee:
        return value, f"Money for this client is scarce, so a lower fee counts: {pounds(fee)} a session."
    if covered > 0:
        paid = f"{pounds(covered)} of {pounds(fee)} a session"
        return value, f"Money for this client covers at most {paid}, so a lower fee counts."
    return value, f"There is no money for this client at present, so a lower fee counts: {pounds(fee)} a session."


def _together(fee: Pence, money: Money, levels: set[Level]) -> Pence:
    return Pence(min(fee, sum(limit.pays(fee) for limit in money.limits if limit.level in levels)))
