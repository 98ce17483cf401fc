"""Which fund pays: the most restricted fitting money that expires first, split over several where one is not enough."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from services.funding.domain.funds import NOTHING, Fund, Misfit, Person, misfits
from services.funding.domain.vocabulary import FundKind
from shared.kernel.ids import FundId
from shared.kernel.money import Pence

Verdict = Literal["pays", "chosen", "not-needed", "empty", "used-up-for-this-client", "does-not-fit"]
_KIND_ORDER: dict[FundKind, int] = {"restricted": 0, "designated": 1, "unrestricted": 2}


@dataclass(frozen=True, slots=True)
class Case:
    """What has to be paid, and for whom; `had_before` is what each fund has already given this client.

    `runs_until` is the last day of an award that is made larger: money that ends sooner would cut it short.
    """

    person: Person
    sessions: int
    session_fee: Pence
    contribution: Pence
    had_before: Mapping[FundId, Pence] = field(default_factory=dict)
    runs_until: date | None = None

    @property
    def per_session(self) -> Pence:
        """What the charity pays for one session."""
        return Pence(self.session_fee - self.contribution)

    @property
    def needed(self) -> Pence:
        """What the charity pays in all."""
        return Pence(self.per_session * self.sessions)


@dataclass(frozen=True, slots=True)
class Considered:
    """One fund, in the order in which they were looked at, and what was decided about it."""

    fund_id: FundId
    name: str
    verdict: Verdict
    pays: Pence = NOTHING
    available: Pence = NOTHING
    reasons: tuple[Misfit, ...] = ()


@dataclass(frozen=True, slots=True)
class Part:
    """So much from one fund."""

    fund_id: FundId
    amount: Pence


@dataclass(frozen=True, slots=True)
class Split:
    """The whole sum is there; the parts add up to it exactly."""

    parts: tuple[Part, ...]
    explanation: tuple[Considered, ...]


@dataclass(frozen=True, slots=True)
class NotEnough:
    """All fitting money together is not enough by `shortfall`; nothing is taken."""

    shortfall: Pence
    explanation: tuple[Considered, ...]


def all_that_is_given(case: Case) -> Pence:
    """What this client has had or been promised, with what is needed now: the sum by which people have to agree."""
    return Pence(case.needed + sum(case.had_before.values()))


def in_order_of_spending(funds: Iterable[Fund]) -> list[Fund]:
    """Restricted before designated before free money; the more ties the sooner; then what expires first; then by id."""

    def rank(fund: Fund) -> tuple[int, int, date, FundId]:
        terms = fund.restrictions
        return (_KIND_ORDER[fund.kind], -terms.narrowness, terms.until or date.max, fund.fund_id)

    return sorted(funds, key=rank)


def most_from(fund: Fund, case: Case) -> Pence:
    """The most that the terms of the fund allow for this case, whatever it holds."""
    terms, limit = fund.restrictions, int(case.needed)
    if terms.cap_per_client is not None:
        limit = min(limit, terms.cap_per_client - case.had_before.get(fund.fund_id, NOTHING))
    if terms.share_of_fee is not None:
        limit = min(limit, case.session_fee * case.sessions * terms.share_of_fee // 100)
    return Pence(max(0, limit))


def reasons_against(fund: Fund, case: Case, today: date) -> tuple[Misfit, ...]:
    """Why this fund may not pay for this case today; empty where it may."""
    found, ends = misfits(fund.restrictions, case.person, today), fund.restrictions.until
    too_soon = ends is not None and case.runs_until is not None and today <= ends < case.runs_until
    return (*found, "ends-too-soon") if too_soon else found


def choose_fund(case: Case, funds: Iterable[Fund], today: date, *, first: FundId | None = None) -> Split | NotEnough:
    """Cover the whole need or nothing, and say of every fund why it pays or does not.

    A fund that staff put `first` pays before the others, as far as it fits; what it lacks follows in the usual order.
    """
    missing = int(case.needed)
    parts: list[Part] = []
    explanation: list[Considered] = []
    for fund in sorted(in_order_of_spending(funds), key=lambda fund: fund.fund_id != first):
        reasons = reasons_against(fund, case, today)
        amount = 0 if reasons else min(missing, fund.available, most_from(fund, case))
        if amount > 0:
            parts.append(Part(fund.fund_id, Pence(amount)))
        verdict = _verdict(fund, case, reasons, missing, amount)
        if verdict == "pays" and fund.fund_id == first:
            verdict = "chosen"
        explanation.append(Considered(fund.fund_id, fund.name, verdict, Pence(amount), fund.available, reasons))
        missing -= amount
    if missing > 0:
        return NotEnough(Pence(missing), tuple(explanation))
    return Split(tuple(parts), tuple(explanation))


def _verdict(fund: Fund, case: Case, reasons: tuple[Misfit, ...], missing: int, amount: int) -> Verdict:
    if reasons:
        return "does-not-fit"
    if amount > 0:
        return "pays"
    if missing == 0:
        return "not-needed"
    return "empty" if most_from(fund, case) > 0 else "used-up-for-this-client"
