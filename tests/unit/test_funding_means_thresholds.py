"""Files of thresholds: what ships can be taken in, and what cannot be is refused by band and field."""

import re
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from services.funding.domain.means_files import as_content, means_policy_from, means_policy_in
from services.funding.domain.means_policy import policy_on
from services.funding.store.means_policies import shipped_files
from tests.unit.means_examples import POLICY, changed


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (changed(band_B={"from": 465_00}), "Band B, field from: it overlaps with band A, which ends at £465.99."),
        (changed(band_B={"from": 467_00}), "Band B, field from: incomes between £465.99 and £467 are in no band"),
        (changed(band_B={"from": 465_98, "of_income_above": 465_00}), "Band B, field from: it overlaps"),
        (changed(band_B={"fixed": 53_78}), "the contribution would fall from £54.24 to £54.23"),
        (changed(band_C={"until": 730_00}), "Band C, field until: the last band ends at the disposable income limit"),
        (changed(band_C={"until": 616_00}), "Band C, field until: it ends at £616, before it begins"),
        (changed(band_free={"from": 1}), "Band free, field from: the first band begins at 0"),
        (changed(band_A={"of_income_above": 316_00}), "Band A, field of_income_above: it is above the beginning"),
        (changed(band_A={"fixed": 400_00}), "Band A, field fixed: of £315.01 a month it would take £401.40"),
        (changed(band_A={"fixed": -1}), "Band A, field fixed: -1 is less than nothing."),
        (changed(band_A={"fixed": 0.5}), "Band A, field fixed: 0.5 is not whole pence"),
        (changed(band_A={"fixed": True}), "Band A, field fixed: it must be an amount in whole pence"),
        (changed(band_A={"rate_percent": 101}), "Band A, field rate_percent: it must be a whole number from 0 to 100."),
        (changed(band_A={"rate_percent": 12.5}), "Band A, field rate_percent"),
        (changed(band_A={"rate": 1}), "Band A, field rate: this field is not known."),
        (changed(band_C={"name": "A"}), "two bands have the same name"),
        (changed(band_C={"name": ""}), "Band number 4, field name"),
        (changed(bands=[]), "Bands: there must be at least one."),
        (changed(bands=None), "The file, field bands: it must be a list"),
        (changed(gross_income_limit=-1), "The file, field gross_income_limit: -1 is less than nothing."),
        (changed(valid_from="soon"), "The file, field valid_from: it must be a day"),
        (changed(capital={"ignored": 2, "limit": 1, "spread_months": 0}), "Capital, field limit: it is below"),
        (changed(capital={"ignored": 1}), "Capital, field limit: it is missing."),
        (
            changed(per_session={"sessions_a_month": 0, "rounded_down_to": 1}),
            "Per session, field sessions_a_month: it must be a whole number from 1 to 31.",
        ),
        (changed(surprise=1), "The file, field surprise: this field is not known."),
    ],
)
def test_thresholds_that_cannot_be_are_refused_by_band_and_field(content: dict[str, Any], sentence: str) -> None:
    with pytest.raises(ValueError, match=re.escape(sentence)):
        means_policy_from(content)


def test_what_is_not_toml_is_refused() -> None:
    with pytest.raises(ValueError, match="The file is not TOML"):
        means_policy_in("bands = [")


def test_every_file_that_ships_can_be_taken_in_on_a_day_of_its_own_that_its_name_says() -> None:
    files = {name: means_policy_in(text) for name, text in shipped_files()}

    assert files
    assert {f"means-{policy.valid_from}.toml" for policy in files.values()} == set(files)
    assert all(means_policy_from(as_content(policy)) == policy for policy in files.values())


def test_the_policy_of_a_day_is_the_last_that_has_begun() -> None:
    later = replace(POLICY, valid_from=date(2026, 4, 6))

    assert policy_on([later, POLICY], date(2026, 4, 5)) == POLICY
    assert policy_on([POLICY, later], date(2026, 4, 6)) == later
    assert policy_on([later, POLICY], date(2025, 4, 6)) is None
