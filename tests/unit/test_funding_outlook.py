"""For which kinds of case there is money: coarse, steady near a border, and without a sum in it."""

from dataclasses import replace
from datetime import date
from uuid import uuid4

import pytest

from services.funding.domain.funds import Fund, Restrictions
from services.funding.domain.outlook import Level, Outlook, Scale, Terms, outlook_of
from services.funding.domain.vocabulary import FundKind
from shared.kernel.ids import FundId
from shared.kernel.money import Pence

TODAY = date(2026, 3, 2)
SCALE = Scale()
FOR_ONE = SCALE.ordinary_award
FREE = Terms()
SURVIVORS = Restrictions(client_groups=frozenset({"survivor"}))


def a_fund(pounds_for: float, restrictions: Restrictions = Restrictions()) -> Fund:  # noqa: B008
    kind: FundKind = "restricted" if restrictions.any else "unrestricted"
    return Fund(FundId(uuid4()), "Fund", kind, Pence(int(FOR_ONE * pounds_for)), restrictions)


def looked_at(*funds: Fund, before: Outlook | None = None, today: date = TODAY) -> Outlook:
    return outlook_of(funds, before or {}, SCALE, today)


@pytest.mark.parametrize(
    ("clients", "level"),
    [(0, "none"), (0.99, "none"), (1, "scarce"), (9.99, "scarce"), (10, "good"), (500, "good")],
)
def test_money_is_counted_in_clients_whom_it_could_still_help(clients: float, level: Level) -> None:
    assert looked_at(a_fund(clients)) == {FREE: level}


@pytest.mark.parametrize(
    ("before", "clients", "level"),
    [
        ("good", 7, "good"),
        ("good", 6.9, "scarce"),
        ("scarce", 9.9, "scarce"),
        ("scarce", 1, "scarce"),
        ("none", 1.9, "none"),
        ("none", 2, "scarce"),
    ],
)
def test_a_level_near_a_border_stays_what_it_was(before: Level, clients: float, level: Level) -> None:
    assert looked_at(a_fund(clients), before={FREE: before}) == {FREE: level}


def test_funds_with_the_same_terms_are_one_line() -> None:
    assert looked_at(a_fund(6, SURVIVORS), a_fund(6, SURVIVORS)) == {Terms(client_groups=("survivor",)): "good"}


def test_money_that_may_not_be_spent_today_is_not_told() -> None:
    not_yet = a_fund(20, Restrictions(available_from=date(2026, 3, 3)))
    over = a_fund(20, Restrictions(until=date(2026, 3, 1)))
    last_day = a_fund(20, Restrictions(until=TODAY))

    assert looked_at(not_yet, over, last_day) == {Terms(until=TODAY): "good"}


def test_a_cap_for_each_client_is_told_as_steps_of_ten_pounds_a_session() -> None:
    (terms,) = looked_at(a_fund(20, Restrictions(cap_per_client=Pence(456_78), share_of_fee=80)))

    assert (terms.most_per_session, terms.share_of_fee) == (Pence(40_00), 80)


def test_an_award_of_any_size_shows_in_nothing_but_a_level() -> None:
    before = looked_at(a_fund(15))

    assert all(looked_at(a_fund(15 - taken / 10), before=before) == before for taken in range(80))
    assert looked_at(replace(a_fund(15), name="Another name")) == before
