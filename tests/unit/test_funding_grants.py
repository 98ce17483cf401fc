"""What a grant allows, what may move between funds, what a change may not take away, and when whom to tell."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.funding.domain.fund_changes import Promise, changes, takes_away
from services.funding.domain.funds import Fund, Person, Restrictions
from services.funding.domain.grants import (
    A_DAY,
    Grant,
    GrantPlan,
    Instalment,
    ReportDate,
    Target,
    clash,
    outside,
    too_much,
)
from services.funding.domain.milestones import Course, Notice, next_look, reached
from services.funding.domain.transfers import refusal
from services.funding.domain.vocabulary import FundKind
from shared.kernel.ids import FunderId, FundId, GrantId
from shared.kernel.money import Pence

TODAY = date(2026, 3, 2)
FIRST, LAST = date(2026, 3, 1), date(2026, 12, 31)
FUNDER, GRANT = FunderId(UUID(int=1)), GrantId(UUID(int=2))
DEVON = Person("survivor", "26-64", "south-west")
NOTICE = Notice()


def a_grant(**changes: Any) -> Grant:
    plain = {"reference": "G", "amount": Pence(1_000), "agreed_on": FIRST, "from_day": FIRST, "last_day": LAST}
    return Grant(grant_id=GRANT, fund_id=FundId(UUID(int=3)), funder_id=FUNDER, **{**plain, **changes})


def an_instalment(pence: int, due: date = FIRST, nth: int = 10) -> Instalment:
    return Instalment(UUID(int=nth), GRANT, due, Pence(pence))


def a_report(due: date = date(2026, 5, 1), first: date = FIRST, until: date = date(2026, 4, 1)) -> ReportDate:
    return ReportDate(UUID(int=20), GRANT, due, first, until)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"reference": " "}, "reference must be given"),
        ({"amount": Pence(-5)}, "more than nothing"),
        ({"amount": Pence(0)}, "more than nothing"),
        ({"last_day": FIRST - A_DAY}, "must not be before the first"),
        ({"target": Target("sessions", 0)}, "at least 1"),
    ],
)
def test_an_impossible_grant_is_not_made(changes: dict[str, Any], sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        a_grant(**changes)


def test_instalments_come_to_no_more_than_the_grant() -> None:
    assert too_much(a_grant(), [an_instalment(600), an_instalment(400)]) is None
    refused = too_much(a_grant(), [an_instalment(600), an_instalment(401)])
    assert refused == ("The instalments would add up to £10.01, and the grant is of £10. £0.01 is too much.")


@pytest.mark.parametrize(
    ("report", "sentence"),
    [
        (a_report(), None),
        (a_report(due=date(2027, 12, 31), first=FIRST, until=LAST + A_DAY), None),
        (a_report(first=FIRST - A_DAY), "within the grant"),
        (a_report(due=date(2027, 5, 1), until=LAST + 2 * A_DAY), "within the grant"),
        (a_report(due=date(2026, 3, 31)), "due after the days"),
        (a_report(due=date(2028, 1, 5)), "within a year"),
        (a_report(until=FIRST), "must not be before its first"),
    ],
)
def test_a_report_is_about_days_of_the_grant_and_due_after_them(report: ReportDate, sentence: str | None) -> None:
    found = outside(a_grant(), report)

    assert (found is None) if sentence is None else (found is not None and sentence in found)


def test_a_grant_cannot_become_smaller_than_what_was_agreed_in_it() -> None:
    plan = GrantPlan(a_grant(), (an_instalment(900),), (a_report(),))

    assert clash(plan) is None
    assert "too much" in (clash(replace(plan, grant=a_grant(amount=Pence(899)))) or "")
    assert "outside its days" in (clash(replace(plan, grant=a_grant(last_day=date(2026, 3, 30)))) or "")


def test_an_instalment_is_late_from_the_day_after() -> None:
    due = an_instalment(600, TODAY)

    assert [due.state(TODAY), due.state(TODAY + A_DAY)] == ["expected", "late"]
    assert replace(due, received=Pence(1)).state(TODAY + A_DAY) == "received"
    assert (due.difference, replace(due, received=Pence(650)).difference) == (0, 50)


def a_fund(kind: FundKind, nth: int, available: int = 500, **terms: Any) -> Fund:
    return Fund(FundId(UUID(int=nth)), f"Fund {nth}", kind, Pence(available), Restrictions(**terms))


@pytest.mark.parametrize("source", ["unrestricted", "designated", "restricted"])
@pytest.mark.parametrize("target", ["unrestricted", "designated", "restricted"])
def test_only_money_that_no_funder_tied_may_move(source: FundKind, target: FundKind) -> None:
    refused = refusal(a_fund(source, 1), a_fund(target, 2), Pence(500))

    assert (refused is None) == ("restricted" not in (source, target))
    if refused is not None:
        assert "restricted" in refused.sentence


def test_no_more_moves_than_is_free_and_never_into_a_closed_fund_or_the_same() -> None:
    source, target = a_fund("designated", 1), a_fund("unrestricted", 2)

    assert [getattr(refusal(source, target, Pence(sum_)), "side", None) for sum_ in (0, -1, 501, 500)] == [
        "amount", "amount", "amount", None
    ]  # fmt: skip
    assert getattr(refusal(source, source, Pence(5)), "side", None) == "to_fund"
    assert getattr(refusal(source, a_fund("unrestricted", 2, closed=True), Pence(5)), "side", None) == "to_fund"
    assert refusal(a_fund("unrestricted", 2, closed=True), source, Pence(5)) is None


def a_promise(**changes: Any) -> Promise:
    plain = {"held": Pence(400), "in_all": Pence(600), "fees": Pence(500), "answered": False, "person": DEVON}
    return Promise(**{**plain, "valid_until": date(2026, 9, 30), **changes})


@pytest.mark.parametrize(
    ("terms", "field"),
    [
        ({"until": date(2026, 9, 29)}, "until"),
        ({"until": date(2026, 9, 30)}, None),
        ({"client_groups": frozenset({"family"})}, "client_groups"),
        ({"client_groups": frozenset({"survivor"})}, None),
        ({"available_from": TODAY + A_DAY}, "available_from"),
        ({"cap_per_client": Pence(599)}, "cap_per_client"),
        ({"cap_per_client": Pence(600)}, None),
        ({"share_of_fee": 79}, "share_of_fee"),
        ({"share_of_fee": 80}, None),
    ],
)
def test_new_terms_take_away_nothing_that_is_kept(terms: dict[str, Any], field: str | None) -> None:
    lost = takes_away(Restrictions(**terms), [a_promise()], TODAY)

    assert (lost.field if lost else None) == field


def test_what_a_therapist_has_answered_to_is_paid_whoever_the_money_is_for_from_now_on() -> None:
    terms = Restrictions(frozenset({"family"}), cap_per_client=Pence(5), until=date(2026, 9, 30))
    answered = a_promise(answered=True)

    assert takes_away(terms, [answered], TODAY) is None
    assert takes_away(replace(terms, until=date(2026, 9, 29)), [answered], TODAY) is not None


def test_what_changed_is_said_line_by_line() -> None:
    before = a_fund("restricted", 1, until=date(2026, 9, 30), cap_per_client=Pence(50_000))
    after = replace(before, restrictions=Restrictions(regions=frozenset({"wales"}), share_of_fee=80))

    assert changes(before, before) == ()
    assert changes(before, after) == (
        ("For", "anybody we help", "In Wales"),
        ("Last day", "30 September 2026", "none"),
        ("Most for one client", "£500", "no limit"),
        ("Most of the fee", "all of it", "80%"),
    )


def expiring(course: Course, today: date) -> list[str]:
    return [one.mark for one in reached(course, today, NOTICE) if one.kind == "money-expiring"]


def test_money_that_expires_is_told_at_each_step_and_once_for_fund_and_grant_of_one_funder() -> None:
    course = Course(FUNDER, until=LAST, unspent=Pence(1), plans=(GrantPlan(a_grant()),), helped=(0,))

    assert expiring(course, LAST - timedelta(days=61)) == []
    assert expiring(course, LAST - timedelta(days=60)) == ["2026-12-31/60"]
    assert expiring(course, LAST - timedelta(days=15)) == ["2026-12-31/60"]
    assert expiring(course, LAST - timedelta(days=14)) == expiring(course, LAST) == ["2026-12-31/14"]
    assert expiring(course, LAST + A_DAY) == []
    assert expiring(replace(course, unspent=Pence(0)), LAST) == []
    assert reached(replace(course, closed=True), LAST, NOTICE) == []


days = st.dates(FIRST, LAST)


@given(
    due=days, report_due=days, last=days, until=st.none() | days, target=st.integers(1, 3), grows=st.integers(0, 4),
    today=days,
)  # fmt: skip
def test_looking_on_the_days_that_were_named_misses_nothing(
    due: date, report_due: date, last: date, until: date | None, target: int, grows: int, today: date
) -> None:
    """Who looks only when told to has told, by every day, as much as who looks every day."""
    plan = GrantPlan(
        a_grant(last_day=last, target=Target("sessions", target)),
        (an_instalment(5, due),),
        (a_report(due=report_due, first=FIRST, until=FIRST),),
    )

    def on(day: date) -> Course:
        helped = grows if day > FIRST + timedelta(days=30) else 0
        return Course(FUNDER, until=until, unspent=Pence(1), plans=(plan,), helped=(helped,))

    daily: set[tuple[str, str]] = set()
    named: set[tuple[str, str]] = set()
    look: date | None = FIRST
    for nth in range((today - FIRST).days + 1):
        day = FIRST + timedelta(days=nth)
        marks = {(one.kind, one.mark) for one in reached(on(day), day, NOTICE)}
        daily |= marks if day <= last + timedelta(days=20) else {one for one in marks if one[0] != "target-met"}
        if day == look:
            named |= marks
            look = next_look(on(day), day, NOTICE)
    assert daily <= named
