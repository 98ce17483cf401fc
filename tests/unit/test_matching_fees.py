"""A therapist's fee holds from its day on, at London's midnight, and never in the past."""

from datetime import UTC, date, datetime, timedelta

import pytest

from services.matching.domain.fees import Fee, FeeRefused, checked_fee, fee_on, next_fee
from services.matching.domain.london import london_day, midnight_after, midnight_before
from shared.kernel.money import Pence

FEES = (Fee(date(2026, 1, 1), Pence(6000)), Fee(date(2026, 4, 1), Pence(6500), Pence(2000)))


def test_the_latest_fee_that_has_begun_is_in_force() -> None:
    assert fee_on(FEES, date(2025, 12, 31)) is None
    assert fee_on(FEES, date(2026, 3, 31)) == FEES[0]
    assert fee_on(FEES, date(2026, 4, 1)) == FEES[1]
    assert next_fee(FEES, date(2026, 3, 31)) == FEES[1]
    assert next_fee(FEES, date(2026, 4, 1)) is None


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"valid_from": date(2026, 3, 1)}, "valid_from"),
        ({"session_fee": 50_001}, "session_fee"),
        ({"concession_fee": 6000}, "concession_fee"),
        ({"concession_fee": -1}, "concession_fee"),
        ({}, None),
    ],
)
def test_a_fee_that_cannot_be_is_refused_where_it_is_wrong(changes: dict[str, object], field: str | None) -> None:
    plain: dict[str, object] = {"valid_from": date(2026, 3, 2), "session_fee": 6000, "concession_fee": 2000}

    checked = checked_fee(Fee(**{**plain, **changes}), date(2026, 3, 2))  # type: ignore[arg-type]

    assert (checked.field if isinstance(checked, FeeRefused) else None) == field


def test_days_begin_at_midnight_in_london_in_winter_and_in_summer() -> None:
    assert midnight_before(date(2026, 1, 10)) == datetime(2026, 1, 10, tzinfo=UTC)
    assert midnight_after(date(2026, 6, 30)) == datetime(2026, 6, 30, 23, tzinfo=UTC)
    just_before = datetime(2026, 6, 30, 22, 59, 59, tzinfo=UTC)
    assert london_day(just_before) == date(2026, 6, 30)
    assert london_day(just_before + timedelta(seconds=1)) == date(2026, 7, 1)
