"""The dates of a fund as its funder reads them: what is to come, the soonest first, and what was, the latest first."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from services.funding.domain.days import day_in_words, day_of
from services.funding.domain.grants import A_DAY, TARGET_WORDS, GrantPlan
from services.funding.store.funder_portal import Told
from shared.db import Record
from shared.kernel.ids import GrantId
from shared.kernel.money import pounds


@dataclass(frozen=True, slots=True)
class Marked:
    """A day and what it is about."""

    day: date
    words: str


def to_come(plans: Iterable[GrantPlan], reports_due: Iterable[Record], until: date | None, today: date) -> list[Marked]:
    """Instalments, reports and last days; an instalment that is late, or a report, stays until it came."""
    found = {Marked(one["due_on"], _report(one["from_day"], one["until_day"])) for one in reports_due}
    for plan in plans:
        found.update(_of_plan(plan, today))
    if until is not None and until >= today:
        found.add(Marked(until, "The last day of this fund"))
    return sorted(found, key=lambda one: (one.day, one.words))


def were_told(thresholds: Iterable[Record], told: Iterable[Told], plans: Sequence[GrantPlan]) -> list[Marked]:
    """What the funder heard of before."""
    found = [
        Marked(day_of(one["crossed_at"]), f"{one['percent']}% of what had come in was promised or spent")
        for one in thresholds
    ]
    targets = {plan.grant.grant_id: plan.grant.target for plan in plans}
    for one in told:
        day, _, _ = one.mark.partition("/")
        target = targets.get(GrantId(one.subject))
        if one.milestone == "money-expiring":
            words = f"We wrote that what is unspent expires on {day_in_words(date.fromisoformat(day))}"
            found.append(Marked(day_of(one.told_at), words))
        elif target is not None:
            words = f"The target of {target.number} {TARGET_WORDS[target.kind]} is met"
            found.append(Marked(day_of(one.told_at), words))
    return sorted(found, key=lambda one: one.day, reverse=True)


def _of_plan(plan: GrantPlan, today: date) -> Iterator[Marked]:
    for instalment in plan.instalments:
        if instalment.state(today) != "received":
            yield Marked(instalment.due_on, f"{pounds(instalment.amount)} is expected from you")
    for report in plan.reports:
        if not report.sent:
            yield Marked(report.due_on, _report(report.from_day, report.until_day))
    if plan.grant.last_day >= today:
        yield Marked(plan.grant.last_day, f"The last day of grant {plan.grant.reference}")


def _report(first: date, until: date) -> str:
    return f"The report on {day_in_words(first)} to {day_in_words(until - A_DAY)} is due"
