"""A fund, what its money may be spent on, and for whom that is right."""

from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from services.funding.domain.vocabulary import AgeBand, ClientGroup, FundKind
from shared.kernel.ids import FundId
from shared.kernel.money import Pence
from shared.kernel.regions import Region

NOTHING = Pence(0)

Misfit = Literal["client-group", "region", "age-band", "not-yet", "over", "closed", "ends-too-soon"]
MISFIT_WORDS: dict[Misfit, str] = {
    "client-group": "it is for other groups of clients",
    "region": "it is for other regions",
    "age-band": "it is for other ages",
    "not-yet": "it may not be spent yet",
    "over": "its time is over",
    "closed": "it is closed",
    "ends-too-soon": "it ends before the award that runs does",
}


@dataclass(frozen=True, slots=True)
class Restrictions:
    """What the giver, or the trustees, allow; an empty set allows everything. The two dates are both included."""

    client_groups: frozenset[ClientGroup] = frozenset()
    regions: frozenset[Region] = frozenset()
    age_bands: frozenset[AgeBand] = frozenset()
    available_from: date | None = None
    until: date | None = None
    cap_per_client: Pence | None = None
    share_of_fee: int | None = None
    """The largest share of the therapist's fee that may be paid, in per cent."""
    closed: bool = False
    """A closed fund promises nothing more, whatever is left in it."""

    def __post_init__(self) -> None:
        if self.available_from and self.until and self.until < self.available_from:
            raise ValueError("The last day must not be before the first day.")
        if self.cap_per_client is not None and self.cap_per_client <= 0:
            raise ValueError("The most for one client must be more than nothing.")
        if self.share_of_fee is not None and not 1 <= self.share_of_fee <= 100:
            raise ValueError("The share of the fee must be from 1 to 100 per cent.")

    @property
    def narrowness(self) -> int:
        """On how many counts the money is tied: the more, the sooner it is spent where it fits."""
        tied = (self.client_groups, self.regions, self.age_bands, self.cap_per_client, self.share_of_fee)
        return sum(1 for tie in tied if tie)

    @property
    def any(self) -> bool:
        """Whether there is any restriction at all."""
        return self.narrowness > 0 or self.available_from is not None or self.until is not None


@dataclass(frozen=True, slots=True)
class Fund:
    """Money of one kind, and how much of it is neither promised nor spent."""

    fund_id: FundId
    name: str
    kind: FundKind
    available: Pence
    restrictions: Restrictions = field(default=Restrictions())

    def __post_init__(self) -> None:
        if self.kind == "unrestricted" and self.restrictions.any:
            raise ValueError("An unrestricted fund can have no restrictions.")


@dataclass(frozen=True, slots=True)
class Person:
    """What of a client decides which money may help them; coarse, and known to nobody but the decision."""

    client_group: ClientGroup
    age_band: AgeBand
    region: Region | None


def misfits(restrictions: Restrictions, person: Person, today: date) -> tuple[Misfit, ...]:
    """Why this money may not help this person today; empty when it may. Without a region, regional money never fits."""
    found: list[Misfit] = []
    if restrictions.client_groups and person.client_group not in restrictions.client_groups:
        found.append("client-group")
    if restrictions.regions and person.region not in restrictions.regions:
        found.append("region")
    if restrictions.age_bands and person.age_band not in restrictions.age_bands:
        found.append("age-band")
    if restrictions.available_from and today < restrictions.available_from:
        found.append("not-yet")
    if restrictions.until and today > restrictions.until:
        found.append("over")
    if restrictions.closed:
        found.append("closed")
    return tuple(found)
