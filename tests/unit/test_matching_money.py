"""Which money may pay for a client, and what that makes of a therapist's fee."""

from dataclasses import replace
from datetime import date

import pytest

from services.matching.domain.limits import Level, Limit, Money
from services.matching.domain.money import Line, Outlook, affordable, money_for
from services.matching.domain.pairing import Need
from shared.kernel.money import Pence

TODAY = date(2026, 3, 2)
NEED = Need("survivor", "26-64", outward_code="TQ12", means="cannot-pay")
GOOD = Limit("good")


def money(*lines: Line, need: Need = NEED) -> Money | None:
    return money_for(need, Outlook(1, lines), TODAY)


@pytest.mark.parametrize(
    ("line", "fits"),
    [
        (Line(GOOD), True),
        (Line(GOOD, client_groups=("survivor", "family")), True),
        (Line(GOOD, client_groups=("family",)), False),
        (Line(GOOD, age_bands=("13-17",)), False),
        (Line(GOOD, regions=("south-west",)), True),
        (Line(GOOD, regions=("wales",)), False),
        (Line(GOOD, until=TODAY), True),
        (Line(GOOD, until=date(2026, 3, 1)), False),
        (Line(Limit("none")), False),
    ],
)
def test_money_serves_the_cases_for_which_it_was_given(line: Line, fits: bool) -> None:  # noqa: FBT001
    assert money(line) == Money(1, (line.limit,) if fits else ())


def test_somebody_whose_area_is_unknown_gets_no_regional_money() -> None:
    assert money(Line(GOOD, regions=("south-west",)), need=replace(NEED, outward_code=None)) == Money(1, ())


def test_whoever_pays_themselves_needs_none_and_nothing_told_is_not_the_same_as_nothing_there() -> None:
    assert money(Line(GOOD), need=replace(NEED, means="full-fee")) is None
    assert money_for(NEED, None, TODAY) is None
    assert money() == Money(1, ())


def value(fee: int, *limits: Limit) -> int:
    return affordable(Pence(fee), Money(1, limits))[0]


def test_a_dear_therapist_is_as_good_as_a_cheap_one_where_money_in_good_supply_covers_both() -> None:
    assert value(4500, GOOD) == value(9000, GOOD) == 1000


@pytest.mark.parametrize("level", ["scarce", "none"])
def test_a_cheaper_therapist_counts_for_more_where_money_is_short(level: Level) -> None:
    limits = [Limit(level)] if level != "none" else []

    assert value(4500, *limits) > value(6000, *limits) > value(9000, *limits)
    assert value(4500, *limits) < value(9000, GOOD)


def test_limits_of_several_kinds_of_money_add_up_and_each_holds() -> None:
    half, forty = Limit("good", share_of_fee=50), Limit("good", most_per_session=Pence(4000))

    assert value(8000, half, forty) == 1000
    assert value(9000, half, forty) < value(8100, half, forty) < 1000


@pytest.mark.parametrize(
    ("limits", "words"),
    [
        ((GOOD,), "There is money that may pay £80 a session for this client."),
        ((Limit("scarce"),), "Money for this client is scarce, so a lower fee counts: £80 a session."),
        ((Limit("good", share_of_fee=50),), "covers at most £40 of £80 a session, so a lower fee counts."),
        ((), "There is no money for this client at present, so a lower fee counts: £80 a session."),
    ],
)
def test_the_reason_is_said_in_words(limits: tuple[Limit, ...], words: str) -> None:
    assert affordable(Pence(8000), Money(1, limits))[1].endswith(words)
