"""The published means test, with changes, and households to whom just so much is left."""

from dataclasses import replace
from datetime import date
from typing import Any

from services.funding.domain.means import Household
from services.funding.domain.means_files import means_policy_from
from shared.kernel.money import Pence

PUBLISHED: dict[str, Any] = {
    "valid_from": date(2025, 4, 7),
    "gross_income_limit": 2657_00,
    "disposable_income_limit": 733_00,
    "allowances": {
        "partner": 0, "child": 0, "employment": 0, "housing_cap": 545_00, "housing_cap_with_family": 5000_00
    },
    "capital": {"ignored": 3000_00, "limit": 8000_00, "spread_months": 0},
    "per_session": {"sessions_a_month": 1, "rounded_down_to": 1},
    "bands": [
        {"name": "free", "from": 0, "until": 315_00, "fixed": 0, "rate_percent": 0, "of_income_above": 0},
        {"name": "A", "from": 315_01, "until": 465_99, "fixed": 0, "rate_percent": 35, "of_income_above": 311_00},
        {"name": "B", "from": 466_00, "until": 616_99, "fixed": 53_90, "rate_percent": 45, "of_income_above": 465_00},
        {"name": "C", "from": 617_00, "until": 733_00, "fixed": 121_85, "rate_percent": 70, "of_income_above": 616_00},
    ],
}  # fmt: skip
"""The shape and the numbers of legal aid in England and Wales from that day, as a check of the arithmetic only."""
POLICY = means_policy_from(PUBLISHED)
ALONE = Household(on_benefits=False)


def changed(**changes: Any) -> dict[str, Any]:
    """The published policy with changes; `band_B={"fixed": 1}` changes one band."""
    content = {**PUBLISHED, **{key: value for key, value in changes.items() if not key.startswith("band_")}}
    for key, fields in changes.items():
        if key.startswith("band_"):
            content["bands"] = [
                {**band, **fields} if band["name"] == key.removeprefix("band_") else band for band in content["bands"]
            ]
    return content


def left_with(disposable: int, **changes: Any) -> Household:
    """Somebody to whom just so much is left."""
    return replace(ALONE, wages=Pence(disposable), **changes)
