"""What a funder agreed to give: how much, for which days, in which instalments, on which conditions, towards what."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Literal
from uuid import UUID

from services.funding.domain.amounts import LARGEST
from services.funding.domain.funds import NOTHING
from shared.kernel.ids import FunderId, FundId, GrantId
from shared.kernel.money import Pence, pounds

TargetKind = Literal["people", "sessions"]
TARGET_WORDS: dict[TargetKind, str] = {"people": "people helped", "sessions": "sessions held"}
InstalmentState = Literal["expected", "late", "received"]
A_DAY = timedelta(days=1)
REPORT_WITHIN = timedelta(days=366)
"""How long after the last day of a grant its last report may be due."""


@dataclass(frozen=True, slots=True)
class Target:
    """How many people or sessions the money is to pay for."""

    kind: TargetKind
    number: int


@dataclass(frozen=True, slots=True)
class Grant:
    """What a funder agreed to give to one fund; both days are included. Raises ValueError with a sentence."""

    grant_id: GrantId
    fund_id: FundId
    funder_id: FunderId
    reference: str
    amount: Pence
    agreed_on: date
    from_day: date
    last_day: date
    target: Target | None = None

    def __post_init__(self) -> None:
        if not self.reference.strip():
            raise ValueError("The funder's reference must be given: by it a grant that is entered twice is recognised.")
        if not 0 < self.amount <= LARGEST:
            raise ValueError("The amount must be more than nothing.")
        if self.last_day < self.from_day:
            raise ValueError("The last day must not be before the first day.")
        if self.target is not None and self.target.number < 1:
            raise ValueError("A target must be at least 1.")


@dataclass(frozen=True, slots=True)
class Instalment:
    """A part of a grant that is due on a day, and what has come of it."""

    instalment_id: UUID
    grant_id: GrantId
    due_on: date
    amount: Pence
    received: Pence = NOTHING
    received_on: date | None = None

    def state(self, today: date) -> InstalmentState:
        """Received as soon as anything has come for it; late from the day after it was due."""
        if self.received > 0:
            return "received"
        return "late" if today > self.due_on else "expected"

    @property
    def difference(self) -> Pence:
        """What came beyond what was agreed, below zero where something is missing; nothing while nothing has come."""
        return Pence(self.received - self.amount) if self.received > 0 else NOTHING


@dataclass(frozen=True, slots=True)
class ReportDate:
    """A report that the funder wants by a day, about the days from `from_day` until before `until_day`."""

    report_date_id: UUID
    grant_id: GrantId
    due_on: date
    from_day: date
    until_day: date
    published: UUID | None = None
    """The report of just this period, once there is one."""
    sent_at: datetime | None = None
    sent_by: str | None = None

    @property
    def sent(self) -> bool:
        """Whether the funder has it: published, or sent in another way."""
        return self.published is not None or self.sent_at is not None

    @property
    def through(self) -> date:
        """The last day that is in the report."""
        return self.until_day - A_DAY


@dataclass(frozen=True, slots=True)
class Condition:
    """Something the funder asks for, in their words, and who noted when that it is met."""

    condition_id: UUID
    words: str
    met_at: datetime | None = None
    met_by: str | None = None


@dataclass(frozen=True, slots=True)
class GrantPlan:
    """Everything that was agreed in one grant."""

    grant: Grant
    instalments: tuple[Instalment, ...] = field(default=())
    reports: tuple[ReportDate, ...] = field(default=())


def too_much(grant: Grant, instalments: Iterable[Instalment]) -> str | None:
    """A sentence where the instalments add up to more than the grant; None where they do not."""
    planned = sum(one.amount for one in instalments)
    if planned <= grant.amount:
        return None
    return (
        f"The instalments would add up to {pounds(Pence(planned))}, and the grant is of {pounds(grant.amount)}. "
        f"{pounds(Pence(planned - grant.amount))} is too much."
    )


def outside(grant: Grant, report: ReportDate) -> str | None:
    """A sentence where a report is about other days than the grant, or is due at an impossible time; None otherwise."""
    if report.until_day <= report.from_day:
        return "The last day of the report must not be before its first day."
    if report.from_day < grant.from_day or report.through > grant.last_day:
        return "The report must be about days within the grant."
    if report.due_on < report.until_day:
        return "A report is due after the days that it is about."
    if report.due_on > grant.last_day + REPORT_WITHIN:
        return "The last report of a grant is due within a year of its last day."
    return None


def clash(plan: GrantPlan) -> str | None:
    """Why instalments and report dates agreed before do not fit a grant as it is to be; None where they do."""
    found = too_much(plan.grant, plan.instalments)
    if found is not None:
        return found
    if any(outside(plan.grant, report) for report in plan.reports):
        return "A report date of this grant would lie outside its days. Change or remove it first."
    return None
