"""When a session may be booked and recorded, who may move it, and what London's clocks do twice a year."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import product
from uuid import uuid4

import pytest

from services.matching.domain.capacity import Refused
from services.matching.domain.portal import reach_of
from services.matching.domain.sessions import (
    HELD,
    RESULTS,
    SESSION_MOVES,
    Result,
    Session,
    SessionState,
    held,
    london_moment,
    used,
    why_not_booked,
    why_not_recorded,
    without_result,
)
from services.matching.domain.standings import STANDINGS
from shared.kernel.addresses import plain_address
from shared.kernel.ids import MatchId, SessionId

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
MATCH = MatchId(uuid4())
STATES = (*RESULTS, "booked", "rescheduled")


def a_session(state: SessionState = "booked", *, days: int = 7) -> Session:
    starts_at = NOW + timedelta(days=days)
    return Session(SessionId(uuid4()), MATCH, state, starts_at, None, NOW, None if state == "booked" else NOW)


def why_not(sessions: list[Session], *, days: int = 8, planned: int = 10, moved: SessionId | None = None) -> str:
    refused = why_not_booked(sessions, NOW + timedelta(days=days), NOW, planned=planned, moved=moved)
    return refused.code if isinstance(refused, Refused) else ""


@pytest.mark.parametrize(("before", "after"), list(product(STATES, STATES)))
def test_a_therapist_notes_once_and_only_staff_correct(before: SessionState, after: SessionState) -> None:
    therapist = SESSION_MOVES.allows(before, after, "therapist")
    staff = SESSION_MOVES.allows(before, after, "coordinator")

    assert therapist == (before == "booked" and after != "booked")
    assert staff == (therapist or (before in RESULTS and after in RESULTS and before != after))


def test_what_is_planned_is_never_exceeded_and_a_cancelled_session_gives_its_place_back() -> None:
    three = [a_session("attended", days=-7), a_session("did-not-attend", days=-3), a_session(days=3)]

    assert why_not(three, planned=3) == "all-planned-are-used"
    assert why_not([*three[:2], a_session("cancelled-by-client", days=3)], planned=3) == ""
    assert why_not(three, planned=3, moved=three[2].session_id) == ""
    assert (used(three), held(three)) == (3, 1)


@pytest.mark.parametrize(
    ("days", "code"),
    [(-61, "too-long-ago"), (-59, ""), (365, ""), (367, "too-far-ahead"), (7, "booked-already")],
)
def test_a_session_is_booked_within_reason_and_once(days: int, code: str) -> None:
    assert why_not([a_session(days=7)], days=days) == code


def test_a_time_is_free_again_after_cancelling() -> None:
    assert why_not([a_session("cancelled-by-therapist", days=8)], days=8) == ""


@pytest.mark.parametrize("result", RESULTS)
def test_only_a_cancellation_can_be_noted_before_the_time_has_come(result: Result) -> None:
    ahead = why_not_recorded(a_session(days=1), result, NOW)
    begun = why_not_recorded(a_session(days=0), result, NOW)

    assert (ahead is None) == result.startswith("cancelled")
    assert begun is None


def test_sessions_whose_time_has_come_are_asked_about() -> None:
    due = a_session(days=-1)

    assert without_result([due, a_session(days=1), a_session("attended", days=-2)], NOW) == [due]
    assert {"attended", "attended-late"} == HELD


@pytest.mark.parametrize(
    ("day", "clock", "utc"),
    [
        (date(2026, 3, 28), time(14, 0), datetime(2026, 3, 28, 14, 0, tzinfo=UTC)),
        (date(2026, 3, 30), time(14, 0), datetime(2026, 3, 30, 13, 0, tzinfo=UTC)),
        (date(2026, 3, 29), time(1, 30), None),
        (date(2026, 3, 29), time(2, 0), datetime(2026, 3, 29, 1, 0, tzinfo=UTC)),
        (date(2026, 10, 25), time(1, 30), datetime(2026, 10, 25, 0, 30, tzinfo=UTC)),
        (date(2026, 10, 25), time(2, 0), datetime(2026, 10, 25, 2, 0, tzinfo=UTC)),
    ],
)
def test_a_time_is_meant_by_the_clocks_of_london(day: date, clock: time, utc: datetime | None) -> None:
    assert london_moment(day, clock) == utc


def test_who_has_gone_finds_nothing_and_who_is_not_in_good_standing_only_what_runs() -> None:
    reach = {standing: reach_of(standing) for standing in STANDINGS}

    assert {standing for standing in reach if reach[standing] == "nothing"} == {"removed", "left"}
    assert {standing for standing in reach if reach[standing] == "running-cases"} == {"lapsed", "suspended"}


def test_an_address_is_found_however_it_is_typed() -> None:
    assert plain_address("  Ada@Example.ORG ") == "ada@example.org"
