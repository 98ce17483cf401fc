"""Amounts are read to the penny, bars add up, and every decision has a sentence."""

from datetime import UTC, date, datetime
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.funding.domain.amounts import LARGEST, pence_from
from services.funding.domain.awards import MOVES, STATE_WORDS, STATES, require_move
from services.funding.domain.choice import Verdict
from services.funding.domain.days import beginning_of, day_of, end_of
from services.funding.domain.explanation import VERDICT_WORDS, reason_for, terms_in_words
from services.funding.domain.funds import MISFIT_WORDS, Misfit, Restrictions
from services.funding.domain.ledger import MOVEMENTS, Balances, MovementKind
from services.funding.web import words
from services.funding.web.bars import WIDTH, bar_of, together
from shared.kernel.errors import Conflict
from shared.kernel.money import Pence, pounds

pence = st.integers(0, 10**9).map(Pence)
balances = st.builds(
    lambda available, reserved, committed, spent: Balances(
        Pence(available + reserved + committed + spent), available, reserved, committed, spent
    ),
    *(pence for _ in range(4)),
)


@pytest.mark.parametrize(
    ("typed", "amount"),
    [("1250", 125_000), ("£1,250.5", 125_050), (" 0.05 ", 5), ("1.500", 150), ("£ 10", 1_000), ("007", 700)],
)
def test_pounds_become_pence(typed: str, amount: int) -> None:
    assert pence_from(typed) == amount


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "-5",
        "0",
        "0.00",
        "0.001",
        "1.005",
        "ten",
        "1,00",
        "1.2.3",
        "1e3",
        "NaN",
        "£",
        "5 pounds",
        "١٢",
        str(LARGEST),
    ],
)
def test_what_is_no_amount_is_refused(typed: str) -> None:
    with pytest.raises(ValueError, match=r"Enter|Check"):
        pence_from(typed)


@given(amount=st.integers(1, LARGEST))
def test_what_is_shown_reads_back_the_same(amount: int) -> None:
    assert pence_from(pounds(Pence(amount))) == amount


@given(balances=balances)
def test_a_bar_is_filled_exactly(balances: Balances) -> None:
    bar = bar_of(balances)

    assert sum(one.width for one in bar.segments) == (WIDTH if balances.received else 0)
    assert sum(one.amount for one in bar.segments) == balances.received
    assert all(one.width >= 0 for one in bar.segments)


@given(kept=st.lists(balances, max_size=4))
def test_funds_together_are_their_sum(kept: list[Balances]) -> None:
    assert together(kept).received == sum(one.received for one in kept)
    assert together(kept).used + together(kept).available == together(kept).received


def test_every_code_has_its_words() -> None:
    assert set(STATE_WORDS) == set(STATES) == set(words.STATES)
    assert set(VERDICT_WORDS) == set(get_args(Verdict))
    assert set(MISFIT_WORDS) == set(get_args(Misfit))
    assert set(MOVEMENTS) == set(get_args(MovementKind)) == set(words.MOVEMENTS) == set(words.SIGNS)
    for verdict in get_args(Verdict):
        assert reason_for(verdict, ["region"]).endswith(".")


def test_terms_are_read_as_sentences() -> None:
    terms = Restrictions(regions=frozenset({"wales", "london"}), cap_per_client=Pence(50_000), share_of_fee=50)

    assert terms_in_words(terms) == ["In London or Wales", "At most £500 for one client", "At most 50% of the fee"]
    assert terms_in_words(Restrictions()) == []


def test_a_day_begins_and_ends_in_london() -> None:
    late_in_summer = datetime(2026, 6, 30, 23, 30, tzinfo=UTC)

    assert day_of(late_in_summer) == date(2026, 7, 1)
    assert beginning_of(date(2026, 7, 1)) <= late_in_summer < end_of(date(2026, 7, 1))


@pytest.mark.parametrize("state", ["ended", "finished"])
def test_nothing_moves_after_the_end(state: str) -> None:
    assert [following for present, following in MOVES if present == state] == []
    with pytest.raises(Conflict):
        require_move("ended", "reserved")
