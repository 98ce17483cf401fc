"""What a household can add to a session, worked out from what they live on; whole pence, rounded for the client."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from services.funding.domain.contribution import Contribution, PaysAll
from services.funding.domain.means_policy import MeansPolicy
from shared.kernel.ids import MeansTestId, ReferralId
from shared.kernel.money import Pence

MeansState = Literal["asked", "begun", "done", "closed"]
Verdict = Literal["contributes", "full-fee"]
Evidence = Literal["none", "payslip", "benefit-letter"]
Limit = Literal["gross", "disposable", "capital"]
OPEN: frozenset[MeansState] = frozenset({"asked", "begun"})
ON_BENEFITS = "Lives on benefits"
ABOVE: dict[Limit, str] = {
    "gross": "Above the income limit",
    "disposable": "Above the limit of what is left",
    "capital": "Above the savings limit",
}
NONE = Pence(0)


@dataclass(frozen=True, slots=True)
class Household:
    """What people live on: pence a month, but savings, which are counted once."""

    on_benefits: bool
    partner: bool = False
    children: int = 0
    wages: Pence = NONE
    benefits: Pence = NONE
    other_income: Pence = NONE
    partner_income: Pence = NONE
    tax: Pence = NONE
    housing: Pence = NONE
    childcare: Pence = NONE
    maintenance: Pence = NONE
    savings: Pence = NONE


@dataclass(frozen=True, slots=True)
class Counted:
    """What a policy makes of a household's month: each thing that is taken off, by its name, and what is left."""

    gross: Pence
    taken_off: tuple[tuple[str, Pence], ...]
    disposable: Pence
    from_savings: Pence


@dataclass(frozen=True, slots=True)
class Assessment:
    """What comes of it; `band` is its name, or which limit was passed. Where one was, nothing is worked out."""

    verdict: Verdict
    band: str
    counted: Counted
    monthly: Pence
    per_session: Pence


def assess(policy: MeansPolicy, household: Household) -> Assessment:
    """Work out what somebody adds, nothing where they live on benefits.

    Nobody is refused: above a limit they pay the full fee if they can.
    """
    counted = count(policy, household)
    if household.on_benefits:
        return Assessment("contributes", ON_BENEFITS, counted, NONE, NONE)
    band = policy.band_for(counted.disposable)
    if counted.gross > policy.gross_limit:
        return _full_fee("gross", counted)
    if band is None:
        return _full_fee("disposable", counted)
    if household.savings > policy.capital.limit:
        return _full_fee("capital", counted)
    monthly = Pence(band.contribution(counted.disposable) + counted.from_savings)
    return Assessment("contributes", band.name, counted, monthly, per_session(policy, monthly))


def per_session(policy: MeansPolicy, monthly: Pence) -> Pence:
    """A month's contribution shared out over its sessions, rounded down."""
    each = monthly // policy.per_session.sessions_a_month
    return Pence(each - each % policy.per_session.rounded_down_to)


def count(policy: MeansPolicy, household: Household) -> Counted:
    """What comes in, what is taken off by the policy, and what is left, which is never less than nothing."""
    allowed = policy.allowances
    gross = household.wages + household.benefits + household.other_income
    gross += household.partner_income if household.partner else 0
    family = household.partner or household.children > 0
    housing_cap = allowed.housing_cap_with_family if family else allowed.housing_cap
    taken_off = {
        "Tax and National Insurance": household.tax,
        "Housing": min(household.housing, housing_cap),
        "Childcare": household.childcare,
        "Maintenance paid": household.maintenance,
        "Allowance for work": min(allowed.employment, household.wages),
        "Allowance for a partner": allowed.partner if household.partner else 0,
        "Allowance for children": allowed.child * household.children,
    }
    left = max(0, gross - sum(taken_off.values()))
    return Counted(
        Pence(gross),
        tuple((name, Pence(amount)) for name, amount in taken_off.items() if amount),
        Pence(left),
        _from_savings(policy, household.savings),
    )


@dataclass(frozen=True, slots=True)
class Result:
    """What stands after a test; `decided` is what staff said instead, `manageable` what the client says they can."""

    policy_from: date
    verdict: Verdict
    band: str
    per_session: Pence | None
    valid_until: date
    decided: Pence | None = None
    decided_by: str = ""
    too_hard: bool = False
    manageable: Pence | None = None

    def share_of(self, session_fee: Pence) -> PaysAll | Contribution:
        """The client's own share of a fee, never more than all of it.

        While somebody has yet to look at why it is too hard, the less that the client says they can manage counts.
        """
        worked_out = session_fee if self.per_session is None else self.per_session
        if self.decided is not None:
            worked_out = self.decided
        heard = self.too_hard and not self.decided_by
        if heard:
            worked_out = Pence(min(worked_out, self.manageable or 0))
        if worked_out >= session_fee:
            return PaysAll()
        return Contribution(worked_out, review=heard)


@dataclass(frozen=True, slots=True)
class MeansTest:
    """One asking of one referral; `answers` are as they were typed, and gone where they were forgotten."""

    means_test_id: MeansTestId
    referral_id: ReferralId
    state: MeansState
    asked_at: datetime
    written: bool
    reminded: int = 0
    answers: dict[str, str] | None = None
    answered_by: str = ""
    completed_at: datetime | None = None
    result: Result | None = None
    evidence: Evidence = "none"
    evidence_by: str = ""
    reason: str = ""


def _full_fee(limit: Limit, counted: Counted) -> Assessment:
    return Assessment("full-fee", ABOVE[limit], counted, NONE, NONE)


def _from_savings(policy: MeansPolicy, savings: Pence) -> Pence:
    months = policy.capital.spread_months
    return Pence(max(0, savings - policy.capital.ignored) // months) if months else NONE
