"""A statement of a year adds up, and a past year is not changed by what comes later."""

from datetime import date
from uuid import uuid4

from services.funding.domain.fees import Fee
from services.funding.domain.receipts import Line, line_of, statement_of
from shared.kernel.ids import TherapistId
from shared.kernel.money import Pence


def a_fee(raised_on: date, pence: int = 5_000) -> Fee:
    return Fee(
        fee_id=uuid4(), therapist_id=TherapistId(uuid4()), kind="yearly", year=raised_on.year, referral_id=None,
        amount=Pence(pence), state="due", raised_on=raised_on, overdue_from=date(2099, 1, 1),
    )  # fmt: skip


def two_years() -> list[Line]:
    first, second, third = (
        a_fee(date(2025, 3, 1)),
        a_fee(date(2025, 12, 31), 2_500),
        a_fee(date(2026, 1, 1), 6_000),
    )
    return [
        line_of(third, "raised", third.raised_on),
        line_of(first, "raised", first.raised_on),
        line_of(first, "paid", date(2025, 4, 1)),
        line_of(first, "payment-undone", date(2025, 4, 3)),
        line_of(second, "raised", second.raised_on),
        line_of(first, "paid", date(2026, 1, 1)),
        line_of(second, "waived", date(2026, 2, 1)),
    ]


def test_a_year_begins_with_what_the_one_before_left_owed() -> None:
    first = statement_of(two_years(), 2025, date(2026, 6, 1))
    second = statement_of(two_years(), 2026, date(2026, 6, 1))

    assert (first.before, first.paid, first.owed, first.until) == (0, 0, 7_500, date(2025, 12, 31))
    assert (second.before, second.paid, second.owed, second.until) == (7_500, 5_000, 6_000, date(2026, 6, 1))
    assert [line.day for line in second.lines] == sorted(line.day for line in second.lines)


def test_what_comes_later_changes_nothing_in_a_past_year() -> None:
    lines = two_years()

    assert statement_of(lines, 2025, date(2025, 12, 31)) == statement_of(lines, 2025, date(2030, 1, 1))


def test_the_running_year_ends_today() -> None:
    statement = statement_of(two_years(), 2026, date(2026, 1, 1))

    assert (statement.until, statement.owed) == (date(2026, 1, 1), 8_500)
