"""What kinds of case the charity's money can serve, told so coarsely that nobody learns what any client was given."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

from services.funding.domain.funds import Fund, Restrictions
from services.funding.domain.vocabulary import AgeBand, ClientGroup
from shared.kernel.money import Pence
from shared.kernel.regions import Region

Level = Literal["none", "scarce", "good"]
BAND = Pence(10_00)
ORDINARY_FEE = Pence(60_00)


@dataclass(frozen=True, slots=True)
class Scale:
    """From how many further clients money counts as scarce or good, going up; and when it no longer does, going down.

    The two differ so that a fund near a border does not change its level with every award.
    """

    sessions: int = 10
    scarce_from: int = 2
    scarce_until: int = 1
    good_from: int = 10
    good_until: int = 7

    @property
    def ordinary_award(self) -> Pence:
        """What an ordinary client's therapy costs."""
        return Pence(ORDINARY_FEE * self.sessions)


@dataclass(frozen=True, slots=True)
class Terms:
    """For whom money of one kind is; an empty tuple means everybody.

    `most_per_session` is the most that it adds to a session, in steps of £10; `share_of_fee` the largest share, in per
    cent; `until` the last day on which it may be promised.
    """

    client_groups: tuple[ClientGroup, ...] = ()
    age_bands: tuple[AgeBand, ...] = ()
    regions: tuple[Region, ...] = ()
    most_per_session: Pence | None = None
    share_of_fee: int | None = None
    until: date | None = None


Outlook = Mapping[Terms, Level]


def terms_of(restrictions: Restrictions, scale: Scale) -> Terms:
    """The coarse terms of a fund: a cap for each client becomes one for each session of an ordinary therapy."""
    cap = restrictions.cap_per_client
    return Terms(
        tuple(sorted(restrictions.client_groups)),
        tuple(sorted(restrictions.age_bands)),
        tuple(sorted(restrictions.regions)),
        Pence(cap // scale.sessions // BAND * BAND) if cap is not None else None,
        restrictions.share_of_fee,
        restrictions.until,
    )


def outlook_of(funds: Iterable[Fund], before: Outlook, scale: Scale, today: date) -> Outlook:
    """How far the money of each kind goes today; `before` is what was last told, on whose levels it depends."""
    available: dict[Terms, int] = defaultdict(int)
    for fund in funds:
        begins, until = fund.restrictions.available_from, fund.restrictions.until
        begun, over = begins is None or begins <= today, until is not None and until < today
        if begun and not over and not fund.restrictions.closed:
            available[terms_of(fund.restrictions, scale)] += fund.available
    return {terms: _level(amount, before.get(terms), scale) for terms, amount in available.items()}


def _level(available: int, before: Level | None, scale: Scale) -> Level:
    clients = available // scale.ordinary_award
    if clients >= (scale.good_until if before == "good" else scale.good_from):
        return "good"
    return "scarce" if clients >= (scale.scarce_from if before == "none" else scale.scarce_until) else "none"
