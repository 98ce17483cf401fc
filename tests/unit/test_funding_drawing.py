"""Which sessions are paid, and how one session's amount is shared out over funds."""

from datetime import date, timedelta
from itertools import pairwise
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.funding.domain.choice import Part
from services.funding.domain.drawing import (
    Changes,
    HeardSession,
    SessionOutcome,
    SessionPolicy,
    changes,
    is_payable,
    share_out,
)
from shared.kernel.ids import FundId, MatchId, ReferralId, SessionId
from shared.kernel.money import Pence

FIRST = date(2026, 3, 2)
UNPAID = [SessionPolicy(date(2000, 1, 1), missed_is_paid=False)]


def numbered(number: int) -> SessionId:
    return SessionId(UUID(int=number))


def session(number: int, result: SessionOutcome = "attended", *, day: date | None = None) -> HeardSession:
    held_on = None if result == "cancelled" else day or FIRST + timedelta(days=number)
    return HeardSession(numbered(number), MatchId(UUID(int=0)), ReferralId(UUID(int=0)), result, held_on)


def part(fund: int, amount: int) -> Part:
    return Part(FundId(UUID(int=fund)), Pence(amount))


def test_the_policy_of_the_day_says_whether_a_missed_session_is_paid() -> None:
    policies = [*UNPAID, SessionPolicy(date(2026, 4, 1), missed_is_paid=True)]

    assert not is_payable(session(1, "missed", day=date(2026, 3, 31)), policies)
    assert is_payable(session(1, "missed", day=date(2026, 4, 1)), policies)
    assert is_payable(session(1, "attended", day=date(2026, 3, 31)), policies)
    assert not is_payable(session(1, "cancelled"), policies)


def test_no_more_sessions_are_paid_than_were_awarded_and_none_after_the_last_day() -> None:
    heard = [session(3), session(1), session(2), session(9)]

    assert changes(heard, (), UNPAID, at_most=2, until=None).pay == (numbered(1), numbered(2))
    assert changes(heard, (), UNPAID, at_most=9, until=FIRST + timedelta(days=2)).pay == (numbered(1), numbered(2))


def test_a_corrected_session_makes_room_for_another_and_nothing_else_moves() -> None:
    heard = [session(1), session(2, "missed"), session(3), session(4)]

    found = changes(heard, {numbered(2), numbered(3)}, UNPAID, at_most=2, until=None)

    assert found == Changes(take_back=(numbered(2),), pay=(numbered(1),))


def test_what_is_paid_stays_paid_when_an_earlier_session_is_told_late() -> None:
    heard = [session(1), session(2)]

    assert changes(heard, {numbered(2)}, UNPAID, at_most=1, until=None) == Changes((), ())
    assert changes(heard, {numbered(2)}, UNPAID, at_most=9, until=None) == Changes((), (numbered(1),))


def test_a_session_draws_each_fund_in_proportion() -> None:
    assert share_out(Pence(5000), [part(1, 30_000), part(2, 20_000)]) == (part(1, 3000), part(2, 2000))
    assert share_out(Pence(100), [part(1, 1), part(2, 199)]) == (part(1, 1), part(2, 99))
    assert share_out(Pence(0), []) == ()
    with pytest.raises(ValueError, match="more than is promised"):
        share_out(Pence(101), [part(1, 100)])


@given(share=st.integers(1, 12_000), sessions=st.integers(1, 24), cuts=st.lists(st.floats(0, 1), max_size=4))
def test_all_sessions_together_draw_exactly_what_was_promised(share: int, sessions: int, cuts: list[float]) -> None:
    edges = sorted({0, share * sessions, *(int(share * sessions * cut) for cut in cuts)})
    held = [part(at, high - low) for at, (low, high) in enumerate(pairwise(edges))]

    for _ in range(sessions):
        drawn = {one.fund_id: one.amount for one in share_out(Pence(share), held)}
        assert sum(drawn.values()) == share
        held = [Part(one.fund_id, Pence(one.amount - drawn.get(one.fund_id, 0))) for one in held]
        assert all(one.amount >= 0 for one in held)

    assert sum(one.amount for one in held) == 0
