"""The dated thresholds of a means test: limits, allowances, bands, and how a month becomes a session."""

from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from shared.kernel.money import Pence, pounds

PENNY = 1


@dataclass(frozen=True, slots=True)
class Band:
    """Disposable income from `begins` to `ends`, both included: `fixed`, and `rate` per cent of what is above `above`.

    Everything is a month's money. Parts of a penny are dropped, in the client's favour.
    """

    name: str
    begins: Pence
    ends: Pence
    fixed: Pence
    rate: int
    above: Pence

    def contribution(self, disposable: Pence) -> Pence:
        """What is asked for a month of somebody whose disposable income lies in this band."""
        return Pence(self.fixed + self.rate * (disposable - self.above) // 100)


@dataclass(frozen=True, slots=True)
class Allowances:
    """What is left to people before anything is asked for, each month; housing counts up to a cap."""

    partner: Pence
    child: Pence
    employment: Pence
    housing_cap: Pence
    housing_cap_with_family: Pence


@dataclass(frozen=True, slots=True)
class Capital:
    """Savings up to `ignored` do not count, above `limit` nothing is paid for; between, they last `spread_months`.

    With nothing to spread over, savings up to the limit do not count at all.
    """

    ignored: Pence
    limit: Pence
    spread_months: int


@dataclass(frozen=True, slots=True)
class PerSession:
    """How a month's contribution becomes that of a session, rounded down to a multiple of so many pence."""

    sessions_a_month: int
    rounded_down_to: int


@dataclass(frozen=True, slots=True)
class MeansPolicy:
    """What holds from one day on; raises ValueError, with a sentence that names band and field, where it cannot."""

    valid_from: date
    gross_limit: Pence
    disposable_limit: Pence
    allowances: Allowances
    capital: Capital
    per_session: PerSession
    bands: tuple[Band, ...]

    def __post_init__(self) -> None:
        if self.capital.limit < self.capital.ignored:
            raise ValueError("Capital, field limit: it is below what is ignored.")
        if not self.bands:
            raise ValueError("Bands: there must be at least one.")
        if self.bands[0].begins != 0:
            raise _wrong(self.bands[0], "from", "the first band begins at 0, so that every income has its place")
        for before, after in pairwise(self.bands):
            _check_edge(before, after)
        for band in self.bands:
            _check_alone(band)
        for before, after in pairwise(self.bands):
            _check_step(before, after)
        if self.bands[-1].ends != self.disposable_limit:
            limit = pounds(self.disposable_limit)
            raise _wrong(self.bands[-1], "until", f"the last band ends at the disposable income limit, {limit}")
        if len({band.name for band in self.bands}) < len(self.bands):
            raise ValueError("Bands, field name: two bands have the same name.")

    def band_for(self, disposable: Pence) -> Band | None:
        """The band of a disposable income; None above the last one."""
        return next((band for band in self.bands if disposable <= band.ends), None)


def _check_alone(band: Band) -> None:
    if band.ends < band.begins:
        raise _wrong(band, "until", f"it ends at {pounds(band.ends)}, before it begins")
    if band.above > band.begins:
        raise _wrong(band, "of_income_above", "it is above the beginning of the band, so that less than nothing counts")
    if band.contribution(band.begins) > band.begins:
        asked = pounds(band.contribution(band.begins))
        raise _wrong(band, "fixed", f"of {pounds(band.begins)} a month it would take {asked}")


def _check_edge(before: Band, after: Band) -> None:
    if after.begins <= before.ends:
        raise _wrong(after, "from", f"it overlaps with band {before.name}, which ends at {pounds(before.ends)}")
    if after.begins != before.ends + PENNY:
        gap = f"incomes between {pounds(before.ends)} and {pounds(after.begins)} are in no band"
        raise _wrong(after, "from", f"{gap}, as band {before.name} ends before")


def _check_step(before: Band, after: Band) -> None:
    last, first = before.contribution(before.ends), after.contribution(after.begins)
    if first < last:
        fall = f"at {pounds(after.begins)} the contribution would fall from {pounds(last)} to {pounds(first)}"
        raise _wrong(after, "fixed", f"{fall}, so that who has more pays less")


def _wrong(band: Band, field: str, why: str) -> ValueError:
    return ValueError(f"Band {band.name}, field {field}: {why}.")


def policy_on(policies: list[MeansPolicy], day: date) -> MeansPolicy | None:
    """The policy that holds on a day; None before the first."""
    return max((one for one in policies if one.valid_from <= day), key=lambda one: one.valid_from, default=None)
