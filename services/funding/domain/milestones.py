"""What a funder, or finance, should be told about the course of a fund and its grants, and when to look again."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal
from uuid import UUID

from services.funding.domain.funds import NOTHING
from services.funding.domain.grants import A_DAY, GrantPlan
from shared.kernel.ids import FunderId
from shared.kernel.money import Pence

MilestoneKind = Literal["target-met", "money-expiring", "report-due", "instalment-late"]
LATE_NOTES = timedelta(days=31)
"""So long after the last day of a grant a session of before may still be noted, and meet its target."""


@dataclass(frozen=True, slots=True)
class Notice:
    """So many days before a last day, or a report's, it is told."""

    expiring_days: tuple[int, ...] = (60, 14)
    report_days: int = 14


@dataclass(frozen=True, slots=True)
class Course:
    """How a fund and its grants stand; `helped` is how far each grant has got towards its target, in their order."""

    funder_id: FunderId
    until: date | None = None
    unspent: Pence = NOTHING
    plans: tuple[GrantPlan, ...] = ()
    helped: tuple[int, ...] = ()
    closed: bool = False


@dataclass(frozen=True, slots=True)
class Milestone:
    """One thing to tell, once for its `subject` and `mark`; `day` is the day that it is about."""

    kind: MilestoneKind
    funder_id: FunderId
    subject: UUID
    mark: str
    day: date


def reached(course: Course, today: date, notice: Notice) -> list[Milestone]:
    """Everything that should have been told by today; what was told before is for the caller to leave out."""
    if course.closed:
        return []
    found = [
        _expiring(funder_id, last, today, notice.expiring_days)
        for funder_id, last in _last_days(course)
        if course.unspent > 0
    ]
    milestones = [one for one in found if one is not None]
    for plan, helped in zip(course.plans, course.helped, strict=True):
        milestones += _of_grant(plan, helped, today, notice)
    return list(dict.fromkeys(milestones))


def next_look(course: Course, today: date, notice: Notice) -> date | None:
    """The next day on which something new could have to be told; None where time alone brings nothing."""
    if course.closed:
        return None
    days = [last - timedelta(days=before) for _, last in _last_days(course) for before in notice.expiring_days]
    for plan, helped in zip(course.plans, course.helped, strict=True):
        days += [one.due_on + A_DAY for one in plan.instalments if one.received == 0]
        days += [one.due_on - timedelta(days=notice.report_days) for one in plan.reports if not one.sent]
        target = plan.grant.target
        if target is not None and helped < target.number and today < plan.grant.last_day + LATE_NOTES:
            days.append(max(today, plan.grant.from_day) + A_DAY)
    return min((day for day in days if day > today), default=None)


def _last_days(course: Course) -> Sequence[tuple[FunderId, date]]:
    own = [(course.funder_id, course.until)] if course.until else []
    return [*own, *((plan.grant.funder_id, plan.grant.last_day) for plan in course.plans)]


def _expiring(funder_id: FunderId, last: date, today: date, steps: Sequence[int]) -> Milestone | None:
    """The nearest step that is reached: who enters a grant late is told once, not once for each step."""
    left = (last - today).days
    step = min((days for days in steps if left <= days), default=None)
    if left < 0 or step is None:
        return None
    return Milestone("money-expiring", funder_id, funder_id, f"{last}/{step}", last)


def _of_grant(plan: GrantPlan, helped: int, today: date, notice: Notice) -> list[Milestone]:
    grant, found = plan.grant, []
    if grant.target is not None and helped >= grant.target.number:
        mark = f"{grant.target.kind}/{grant.target.number}"
        found.append(Milestone("target-met", grant.funder_id, grant.grant_id, mark, today))
    for report in plan.reports:
        if not report.sent and today >= report.due_on - timedelta(days=notice.report_days):
            due = report.due_on
            found.append(Milestone("report-due", grant.funder_id, report.report_date_id, str(due), due))
    for instalment in plan.instalments:
        if instalment.state(today) == "late":
            due = instalment.due_on
            found.append(Milestone("instalment-late", grant.funder_id, instalment.instalment_id, str(due), due))
    return found
