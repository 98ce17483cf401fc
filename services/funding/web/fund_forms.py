"""The form with the terms of a fund, and how its answers become restrictions."""

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any, ClassVar

from pydantic import AfterValidator, BaseModel, BeforeValidator, Field

from services.funding.domain.amounts import pence_from
from services.funding.domain.days import likely_day
from services.funding.domain.funds import Fund, Restrictions
from services.funding.domain.vocabulary import (
    AGE_WORDS,
    GROUP_WORDS,
    KIND_WORDS,
    REGION_WORDS,
    AgeBand,
    ClientGroup,
    FundKind,
)
from shared.kernel.money import Pence
from shared.kernel.regions import Region
from shared.web import Form

Day = Annotated[date, AfterValidator(likely_day)]


class Terms(BaseModel):
    """What of a fund may change."""

    words: ClassVar[dict[str, str]] = {
        "name": "Enter the name of the fund, in up to 120 characters.",
        "available_from": "Enter the first day, or leave it empty.",
        "until": "Enter the last day, or leave it empty.",
        "share_of_fee": "Enter a whole number from 1 to 100, or leave it empty.",
        "kind": "Choose what kind of money it is.",
        "funder": "Enter who gives the money, in up to 120 characters.",
        "reason": "Say why, in up to 1,000 characters.",
    }

    name: str = Field(max_length=120)
    client_groups: list[ClientGroup] = []
    regions: list[Region] = []
    age_bands: list[AgeBand] = []
    available_from: Day | None = None
    until: Day | None = None
    cap_per_client: Annotated[Pence, BeforeValidator(pence_from)] | None = None
    share_of_fee: int | None = Field(None, ge=1, le=100)

    def restrictions(self) -> Restrictions:
        """The terms as the rules know them; raises ValueError where they contradict each other."""
        return Restrictions(
            frozenset(self.client_groups),
            frozenset(self.regions),
            frozenset(self.age_bands),
            self.available_from,
            self.until,
            self.cap_per_client,
            self.share_of_fee,
        )


class NewFund(Terms):
    """A fund that is opened."""

    funder: str = Field(max_length=120)
    kind: FundKind


class ChangedFund(Terms):
    """A fund whose terms change."""

    reason: str = Field(max_length=1000)


class Reason(BaseModel):
    """Why a fund is closed."""

    words: ClassVar[dict[str, str]] = {"reason": "Say why, in up to 1,000 characters."}

    reason: str = Field(max_length=1000)


def answers_of(fund: Fund) -> dict[str, str | tuple[str, ...]]:
    """How the form is filled in for a fund as it is."""
    terms, cap = fund.restrictions, fund.restrictions.cap_per_client
    return {
        "name": fund.name,
        "client_groups": tuple(terms.client_groups),
        "regions": tuple(terms.regions),
        "age_bands": tuple(terms.age_bands),
        "available_from": terms.available_from.isoformat() if terms.available_from else "",
        "until": terms.until.isoformat() if terms.until else "",
        "cap_per_client": f"{cap // 100}.{cap % 100:02d}" if cap is not None else "",
        "share_of_fee": str(terms.share_of_fee) if terms.share_of_fee is not None else "",
    }


def choices_of(form: Form[Any]) -> dict[str, list[dict[str, object]]]:
    """The items of each question with several answers, as they stand."""
    worded: dict[str, Mapping[Any, str]] = {
        "client_groups": GROUP_WORDS,
        "regions": REGION_WORDS,
        "age_bands": AGE_WORDS,
        "kind": KIND_WORDS,
    }
    return {
        name: [
            {"value": code, "text": words[:1].upper() + words[1:], "checked": code in form.chosen(name)}
            for code, words in choices.items()
        ]
        for name, choices in worded.items()
    }
