"""Working days, pauses and targets, by hand-reckoned examples."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.matching.domain.clocks import TARGETS, Episode, Target, figure
from services.matching.domain.deadlines import STATE_OF_STEP, Patience
from services.matching.domain.matches import LIVE
from services.matching.domain.working_days import DAY, WorkingDays, without
from services.matching.gateways.bank_holidays import bank_holidays

EASTER = WorkingDays(frozenset({date(2026, 4, 3), date(2026, 4, 6)}))
OFFER, ACCEPTANCE = TARGETS[0], TARGETS[1]
SIX_WEEKS: Target = next(target for target in TARGETS if target.code == "six-weeks")


def at(day: int, hour: int = 9, month: int = 3) -> datetime:
    return datetime(2026, month, day, hour, tzinfo=UTC)


@pytest.mark.parametrize(
    ("start", "days", "end"),
    [
        (at(2), 2, at(4)),
        (at(6), 1, at(9)),
        (at(7), 1, at(10, 0)),
        (datetime(2026, 4, 2, 9, tzinfo=UTC), 1, datetime(2026, 4, 7, 9, tzinfo=UTC)),
        (datetime(2026, 3, 27, 9, tzinfo=UTC), 1, datetime(2026, 3, 30, 8, tzinfo=UTC)),
    ],
    ids=["in the week", "over a weekend", "from a Saturday", "over Easter", "the same hour when the clocks go forward"],
)
def test_so_many_working_days_later(start: datetime, days: int, end: datetime) -> None:
    assert EASTER.after(start, days) == end


def test_time_on_free_days_and_in_pauses_does_not_count() -> None:
    assert EASTER.between(at(6, 9), at(9, 9)) == DAY
    assert EASTER.between(at(2), at(6), [(at(3), at(5)), (at(4), at(5))]) == 2 * DAY
    assert EASTER.between(at(7), at(8)) == timedelta()


@given(st.lists(st.tuples(st.integers(0, 50), st.integers(0, 50)), max_size=6))
def test_pieces_and_pauses_fill_the_whole_and_never_overlap(pauses: list[tuple[int, int]]) -> None:
    begin, end = at(1, 0), at(1, 0) + timedelta(hours=40)
    held = [(begin + timedelta(hours=min(pair)), begin + timedelta(hours=max(pair))) for pair in pauses]

    hours = {
        (begin + timedelta(hours=hour))
        for hour in range(40)
        if not any(start <= begin + timedelta(hours=hour) < stop for start, stop in held)
    }

    assert sum((stop - start for start, stop in without(begin, end, held)), timedelta()) == timedelta(hours=len(hours))


def test_the_bank_holidays_are_those_of_england_and_wales_with_the_odd_ones() -> None:
    known = bank_holidays()

    assert {date(2022, 6, 3), date(2022, 9, 19), date(2023, 5, 8), date(2026, 12, 28), date(2027, 3, 26)} <= known
    assert date(2026, 1, 2) not in known
    assert date(2026, 3, 17) not in known


def test_a_target_counts_those_in_time_those_late_and_those_whose_time_runs() -> None:
    now = at(31)
    episodes = [
        Episode({"received": at(2), "accepted": at(6)}),
        Episode({"received": at(2), "accepted": at(12)}),
        Episode({"received": at(2), "accepted": at(12)}, pauses=((at(3), at(11)),)),
        Episode({"received": at(2)}),
        Episode({"received": at(30)}),
        Episode({"received": at(2)}, over=True),
        Episode({}),
    ]

    found = figure(ACCEPTANCE, episodes, now, EASTER)

    assert (found.made, found.missed, found.running) == (2, 2, 1)
    assert (found.per_cent, found.met, found.few) == (50, False, True)


def test_a_share_is_rounded_down_so_that_no_target_is_met_by_rounding() -> None:
    quick, slow = {"someone-free": at(2), "offered": at(2, 10)}, {"someone-free": at(2), "offered": at(12)}
    found = figure(OFFER, [*[Episode(quick)] * 189, *[Episode(slow)] * 11], at(31), EASTER)  # type: ignore[arg-type]

    assert (found.per_cent, found.met) == (94, False)


def test_weeks_go_by_the_calendar() -> None:
    exactly = Episode({"received": at(2), "first-session": at(2) + timedelta(weeks=6)})
    later = Episode({"received": at(2), "first-session": at(2) + timedelta(weeks=6, seconds=1)})

    found = figure(SIX_WEEKS, [exactly, later], at(30, month=6), EASTER)

    assert (found.made, found.missed, found.median) == (1, 1, timedelta(weeks=6))
    assert figure(SIX_WEEKS, [], at(2), EASTER).met is None


def test_every_step_has_a_time_and_every_match_that_runs_by_itself_has_a_step() -> None:
    due = {step: Patience().due(step, at(2), EASTER) for step in STATE_OF_STEP}

    assert all(moment > at(2) for moment in due.values())
    assert due["contact"] == at(4)
    assert LIVE - set(STATE_OF_STEP.values()) == {"waiting-for-funds", "offered"}


def test_first_contact_is_measured_from_acceptance_and_from_the_arrival_of_the_referral() -> None:
    after_acceptance, in_all = (
        next(one for one in TARGETS if one.code == code) for code in ("contact", "first-contact")
    )
    slow_search = Episode({"received": at(2), "accepted": at(16), "contact": at(17)})

    assert (figure(after_acceptance, [slow_search], at(30), EASTER).made, after_acceptance.start) == (1, "accepted")
    assert (figure(in_all, [slow_search], at(30), EASTER).missed, in_all.start) == (1, "received")
    assert in_all.words != after_acceptance.words
