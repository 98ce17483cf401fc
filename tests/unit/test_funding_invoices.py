"""Rules about invoices: how they move, who approves, and which credits come with them."""

from dataclasses import replace
from datetime import UTC, date, datetime
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.funding.domain.invoices import (
    INVOICE_STATES,
    MOVES,
    Decided,
    Decision,
    Invoice,
    InvoicePolicy,
    Line,
    approve,
    approvers_of,
    credits_to_drop,
    fitting_credits,
    policy_on,
    require_move,
    total,
)
from services.funding.domain.payments_by_clients import ClientsPart, Noted, is_to_be_asked_again, sums_of
from shared.kernel.errors import Conflict
from shared.kernel.ids import AwardId, InvoiceId, MatchId, SessionId, TherapistId
from shared.kernel.money import Pence

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
POLICY = InvoicePolicy(date(2026, 1, 1), Pence(50_000), 2)
SENT = Invoice(InvoiceId(UUID(int=1)), 42, TherapistId(UUID(int=2)), "submitted", "therapist:2", NOW)


def a_line(number: int, amount: int, *, drawn: int | None = None, credit: bool = False) -> Line:
    return Line(
        line_id=UUID(int=number),
        kind="credit" if credit else "session",
        session_id=SessionId(UUID(int=number)),
        match_id=MatchId(UUID(int=number)),
        held_on=date(2026, 3, 1),
        fee=Pence(abs(amount)),
        contribution=Pence(0),
        amount=Pence(amount),
        drawn=Pence(amount if drawn is None else drawn),
        credits=UUID(int=number + 100) if credit else None,
    )


def decided(decision: Decision, actor: str) -> Decided:
    return Decided(decision, actor, NOW)


def test_nothing_leaves_cancelled_only_the_bank_takes_back_what_is_paid_and_every_state_is_reached() -> None:
    assert {present for present, _ in MOVES} == set(INVOICE_STATES) - {"cancelled"}
    assert [following for present, following in MOVES if present == "paid"] == ["bank-returned"]
    assert {following for _, following in MOVES} == set(INVOICE_STATES) - {"draft"}
    with pytest.raises(Conflict, match="invoice-is-paid"):
        require_move("paid", "cancelled")
    with pytest.raises(Conflict):
        require_move("in-run", "cancelled")


def test_an_invoice_is_called_by_its_number() -> None:
    assert SENT.code == "INV000042"


@pytest.mark.parametrize(("amount", "verdict"), [(50_000, "approved"), (50_001, "first-approval")])
def test_the_policy_says_from_which_amount_two_people_approve(amount: int, verdict: str) -> None:
    assert approve(SENT, Pence(amount), [decided("submitted", "therapist:2")], POLICY, "staff:1") == verdict


def test_two_different_people_approve_and_a_question_begins_anew() -> None:
    history = [decided("submitted", "therapist:2"), decided("first-approval", "staff:1")]

    assert approve(SENT, Pence(50_001), history, POLICY, "staff:2") == "approved"
    with pytest.raises(Conflict, match="approved-before"):
        approve(SENT, Pence(50_001), history, POLICY, "staff:1")
    again = [*history, decided("questioned", "staff:3"), decided("submitted", "therapist:2")]
    assert approvers_of(again) == ()
    assert approve(SENT, Pence(50_001), again, POLICY, "staff:2") == "first-approval"


@pytest.mark.parametrize("actor", ["therapist:2", "staff:9"])
def test_nobody_approves_what_they_made_or_sent(actor: str) -> None:
    drafted = replace(SENT, made_by="staff:9")

    with pytest.raises(Conflict, match="own-invoice"):
        approve(drafted, Pence(1), [decided("submitted", "therapist:2")], POLICY, actor)


@pytest.mark.parametrize("state", sorted(set(INVOICE_STATES) - {"submitted"}))
def test_only_what_was_sent_is_approved(state: str) -> None:
    with pytest.raises(Conflict):
        approve(replace(SENT, state=state), Pence(1), [], POLICY, "staff:1")  # type: ignore[arg-type]


def test_the_policy_of_a_day_is_the_latest_that_has_begun() -> None:
    later = InvoicePolicy(date(2026, 6, 1), Pence(0), 3)

    assert policy_on([later, POLICY], date(2026, 5, 31)) == POLICY
    assert policy_on([POLICY, later], date(2026, 6, 1)) == later


def test_a_line_stands_while_the_ledger_says_the_same() -> None:
    assert a_line(1, 5_000).stands
    assert not a_line(1, 5_000, drawn=0).stands
    assert not a_line(1, 5_000, drawn=4_000).stands
    assert a_line(1, -5_000, drawn=0, credit=True).stands
    assert replace(a_line(1, 5_000, drawn=0), credited=True).stands


amounts = st.lists(st.integers(1, 9_000), max_size=8)


@given(asked=st.integers(0, 20_000), paid=amounts)
def test_credits_never_come_to_more_than_is_asked_for(asked: int, paid: list[int]) -> None:
    due = [a_line(number, amount) for number, amount in enumerate(paid)]

    chosen = fitting_credits(Pence(asked), due)

    assert total(chosen) <= asked
    assert all(line.amount > asked - total(chosen) for line in due if line not in chosen)


@given(sessions=amounts, credited=amounts)
def test_credits_are_dropped_until_nothing_is_owed_to_us_and_no_more(sessions: list[int], credited: list[int]) -> None:
    lines = [a_line(number, amount) for number, amount in enumerate(sessions)]
    lines += [a_line(50 + number, -amount, credit=True) for number, amount in enumerate(credited)]

    dropped = credits_to_drop(lines)
    kept = [line for line in lines if line not in dropped]

    assert total(kept) >= 0
    assert not dropped or total([*kept, dropped[-1]]) < 0


def test_what_clients_add_is_summed_by_what_became_of_it() -> None:
    said: tuple[Noted | None, ...] = ("paid", "not-paid", "not-paid", "waived", None)
    identity = UUID(int=1)
    parts = [
        ClientsPart(SessionId(identity), MatchId(identity), AwardId(identity), NOW.date(), Pence(1_500), noted)
        for noted in said
    ]

    sums = sums_of(parts)

    assert (sums.paid, sums.not_paid, sums.waived, sums.open, sums.together) == (1_500, 3_000, 1_500, 1_500, 7_500)
    assert is_to_be_asked_again(sums, 2)
    assert not is_to_be_asked_again(sums_of(parts[:2]), 2)
