"""Which funds together are there for whom, what the weeks behind us tell of each, and how long each lasts."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from services.funding.domain.days import day_of
from services.funding.domain.forecast import Expected, Forecast, Unused, forecast
from services.funding.domain.funds import NOTHING, Fund, Restrictions
from services.funding.domain.vocabulary import AGE_WORDS, GROUP_WORDS, REGION_WORDS, AgeBand, ClientGroup
from shared.kernel.money import Pence
from shared.kernel.regions import Region

A_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Week:
    """What happened to a fund in one week: promised less what came back, and by how much each account changed."""

    used: Pence = NOTHING
    available: Pence = NOTHING
    promised: Pence = NOTHING


@dataclass(frozen=True, slots=True)
class History:
    """A fund with the weeks behind us, the latest first, and what is to come for it."""

    fund: Fund
    opened_at: datetime
    promised: Pence
    weeks: tuple[Week, ...]
    expected: tuple[Expected, ...] = ()


@dataclass(frozen=True, slots=True)
class Kind:
    """Cases for which some fund is kept; an empty set means everybody."""

    client_groups: frozenset[ClientGroup] = frozenset()
    regions: frozenset[Region] = frozenset()
    age_bands: frozenset[AgeBand] = frozenset()

    @property
    def ties(self) -> int:
        """On how many counts it is narrowed."""
        return sum(1 for tie in (self.client_groups, self.regions, self.age_bands) if tie)

    @property
    def words(self) -> str:
        """Who they are, as the end of a sentence."""
        groups = " or ".join(GROUP_WORDS[one] for one in sorted(self.client_groups)) or "anybody"
        ages = " or ".join(AGE_WORDS[one] for one in sorted(self.age_bands))
        regions = " or ".join(REGION_WORDS[one] for one in sorted(self.regions))
        return " ".join([groups, *([f"aged {ages}"] if ages else []), *([f"in {regions}"] if regions else [])])


@dataclass(frozen=True, slots=True)
class Pot:
    """Money that may be promised to the same cases."""

    available: Pence
    forecast: Forecast
    funds: tuple[Fund, ...]


ANYBODY = Kind()


def pot_of(histories: Sequence[History], today: date) -> Pot:
    """These funds as one: what all of them hold, at the rate at which all of them were used.

    Funds that are over count with their rate, since those whom they paid for will need other money. What one of them is
    forecast to lose on its last day is lost to the pot.
    """
    last_day = histories[0].fund.restrictions.until if len(histories) == 1 else None
    available, coming = 0, list[Expected]()
    for history in histories:
        terms = history.fund.restrictions
        if _is_over(terms, today):
            continue
        coming.extend(history.expected)
        if terms.available_from and today < terms.available_from:
            coming.append(Expected(terms.available_from, history.fund.available))
        else:
            available += history.fund.available
        if len(histories) > 1 and terms.until is not None:
            alone = pot_of([history], today).forecast.outcome
            if isinstance(alone, Unused):
                coming.append(Expected(terms.until + A_DAY, Pence(-alone.likely)))
    weeks = _weeks_that_tell(histories, today)
    found = forecast(Pence(available), weeks, today, expected=coming, last_day=last_day)
    return Pot(Pence(available), found, tuple(history.fund for history in histories))


def kinds_of(funds: Iterable[Fund], today: date) -> list[Kind]:
    """The kinds of case for which there are funds that are not over: everybody first, the narrowest last."""
    terms = (fund.restrictions for fund in funds if not _is_over(fund.restrictions, today))
    found = {Kind(one.client_groups, one.regions, one.age_bands) for one in terms} | {ANYBODY}
    return sorted(found, key=lambda kind: (kind.ties, kind.words))


def funds_for(kind: Kind, histories: Iterable[History]) -> list[History]:
    """The funds that may pay for every case of this kind."""
    return [history for history in histories if _covers(history.fund.restrictions, kind)]


def summed(histories: Sequence[History]) -> list[Week]:
    """The weeks of several funds added up, the latest first."""
    length = max((len(history.weeks) for history in histories), default=0)
    columns = [[history.weeks[back] for history in histories if back < len(history.weeks)] for back in range(length)]
    return [
        Week(
            Pence(sum(week.used for week in column)),
            Pence(sum(week.available for week in column)),
            Pence(sum(week.promised for week in column)),
        )
        for column in columns
    ]


def _weeks_that_tell(histories: Sequence[History], today: date) -> list[Pence]:
    known = [_known(history, today) for history in histories]
    length = max((len(weeks) for weeks in known), default=0)
    columns = ([weeks[back] for weeks in known if back < len(weeks)] for back in range(length))
    told = ([used for used in column if used is not None] for column in columns)
    return [Pence(sum(used)) for used in told if used]


def _known(history: History, today: date) -> list[Pence | None]:
    """What each week tells; None before a fund could be used, after it was over, and while it had nothing at all."""
    terms = history.fund.restrictions
    began = max(day_of(history.opened_at), terms.available_from or date.min)
    found: list[Pence | None] = []
    end = int(history.fund.available)
    for back, week in enumerate(history.weeks):
        start = end - week.available
        first = today - timedelta(weeks=back + 1)
        over = terms.until is not None and first + timedelta(days=6) > terms.until
        idle = start == 0 and end == 0 and week.used == 0
        found.append(None if first < began or over or idle else week.used)
        end = start
    return found


def _is_over(terms: Restrictions, today: date) -> bool:
    return terms.closed or (terms.until is not None and terms.until < today)


def _covers(terms: Restrictions, kind: Kind) -> bool:
    pairs = (
        (terms.client_groups, kind.client_groups),
        (terms.regions, kind.regions),
        (terms.age_bands, kind.age_bands),
    )
    return all(not allowed or (wanted and wanted <= allowed) for allowed, wanted in pairs)
