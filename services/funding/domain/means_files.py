"""A file of thresholds, read field by field: amounts are whole pence, and whatever is wrong is said by its place."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from services.funding.domain.amounts import LARGEST
from services.funding.domain.means_policy import Allowances, Band, Capital, MeansPolicy, PerSession
from shared.kernel.money import Pence

MOST_BANDS = 50


def means_policy_in(text: str) -> MeansPolicy:
    """The policy in a TOML file; raises ValueError with a sentence."""
    try:
        read = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ValueError(f"The file is not TOML: {error}.") from error
    return means_policy_from(read)


def means_policy_from(content: Mapping[str, Any]) -> MeansPolicy:
    """The policy in a file or in the stored shape; raises ValueError with a sentence."""
    top = _Fields("The file", content)
    allowances, capital, per_session = (
        _Fields(name.capitalize().replace("_", " "), top.table(name))
        for name in ("allowances", "capital", "per_session")
    )
    policy = MeansPolicy(
        valid_from=top.day("valid_from"),
        gross_limit=top.pence("gross_income_limit"),
        disposable_limit=top.pence("disposable_income_limit"),
        allowances=Allowances(
            **{
                name: allowances.pence(name)
                for name in ("partner", "child", "employment", "housing_cap", "housing_cap_with_family")
            }
        ),
        capital=Capital(capital.pence("ignored"), capital.pence("limit"), capital.number("spread_months", 0, 600)),
        per_session=PerSession(
            per_session.number("sessions_a_month", 1, 31), per_session.number("rounded_down_to", 1, 100_00)
        ),
        bands=tuple(_band(at, one) for at, one in enumerate(top.tables("bands"), 1)),
    )
    for part in (top, allowances, capital, per_session):
        part.nothing_else()
    return policy


def as_content(policy: MeansPolicy) -> dict[str, object]:
    """The stored shape, which is that of the file."""
    allowances, capital, per_session = policy.allowances, policy.capital, policy.per_session
    return {
        "valid_from": policy.valid_from.isoformat(),
        "gross_income_limit": policy.gross_limit,
        "disposable_income_limit": policy.disposable_limit,
        "allowances": {name: getattr(allowances, name) for name in Allowances.__dataclass_fields__},
        "capital": {name: getattr(capital, name) for name in Capital.__dataclass_fields__},
        "per_session": {name: getattr(per_session, name) for name in PerSession.__dataclass_fields__},
        "bands": [
            {
                "name": band.name,
                "from": band.begins,
                "until": band.ends,
                "fixed": band.fixed,
                "rate_percent": band.rate,
                "of_income_above": band.above,
            }
            for band in policy.bands
        ],
    }


@dataclass(frozen=True, slots=True)
class _Fields:
    """The fields in one place of a file, and which of them were asked for."""

    place: str
    typed: Mapping[str, Any]
    known: set[str] = field(default_factory=set)

    def given(self, name: str) -> object:
        self.known.add(name)
        if name not in self.typed:
            raise self.wrong(name, "it is missing")
        return self.typed[name]

    def wrong(self, name: str, why: str) -> ValueError:
        return ValueError(f"{self.place}, field {name}: {why}.")

    def pence(self, name: str) -> Pence:
        value = self.given(name)
        if isinstance(value, float):
            raise self.wrong(name, f"{value} is not whole pence; write pounds and pence together, £315.01 as 315_01")
        if not isinstance(value, int) or isinstance(value, bool):
            raise self.wrong(name, "it must be an amount in whole pence, such as 315_01 for £315.01")
        if value < 0:
            raise self.wrong(name, f"{value} is less than nothing")
        if value > LARGEST:
            raise self.wrong(name, "it is more than anybody has")
        return Pence(value)

    def number(self, name: str, lowest: int, highest: int) -> int:
        value = self.given(name)
        if not isinstance(value, int) or isinstance(value, bool) or not lowest <= value <= highest:
            raise self.wrong(name, f"it must be a whole number from {lowest} to {highest}")
        return value

    def words(self, name: str) -> str:
        value = self.given(name)
        if not isinstance(value, str) or not 0 < len(value.strip()) <= 40:
            raise self.wrong(name, "it must be a word or two")
        return value.strip()

    def day(self, name: str) -> date:
        value = self.given(name)
        try:
            return value if type(value) is date else date.fromisoformat(str(value))
        except ValueError:
            raise self.wrong(name, "it must be a day like 2026-04-01") from None

    def table(self, name: str) -> Mapping[str, Any]:
        value = self.given(name)
        if not isinstance(value, dict):
            raise self.wrong(name, "it must be a table of fields")
        return value

    def tables(self, name: str) -> list[Mapping[str, Any]]:
        value = self.given(name)
        if not isinstance(value, list) or len(value) > MOST_BANDS or not all(isinstance(one, dict) for one in value):
            raise self.wrong(name, f"it must be a list of at most {MOST_BANDS} tables")
        return value

    def nothing_else(self) -> None:
        for name in self.typed:
            if name not in self.known:
                raise self.wrong(name, "this field is not known")


def _band(at: int, typed: Mapping[str, Any]) -> Band:
    name = _Fields(f"Band number {at}", typed).words("name")
    fields = _Fields(f"Band {name}", typed, {"name"})
    band = Band(
        name=name,
        begins=fields.pence("from"),
        ends=fields.pence("until"),
        fixed=fields.pence("fixed"),
        rate=fields.number("rate_percent", 0, 100),
        above=fields.pence("of_income_above"),
    )
    fields.nothing_else()
    return band
