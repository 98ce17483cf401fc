"""The forms about a grant: what was agreed, and each instalment, report date and condition."""

from typing import Annotated, ClassVar
from uuid import UUID

from pydantic import BaseModel, BeforeValidator, Field

from services.funding.domain.amounts import pence_from
from services.funding.domain.grants import Grant, Target, TargetKind
from services.funding.web.fund_forms import Day
from shared.kernel.money import Pence

Amount = Annotated[Pence, BeforeValidator(pence_from)]
DAYS = {
    "agreed_on": "Enter the day on which it was agreed.",
    "from_day": "Enter the first day.",
    "last_day": "Enter the last day.",
    "amount.missing": "Enter the amount.",
    "target": "Enter a whole number, or leave it empty.",
    "reason": "Say why, in up to 1,000 characters.",
}


class Agreed(BaseModel):
    """What of a grant may be agreed anew."""

    words: ClassVar[dict[str, str]] = DAYS

    amount: Amount
    agreed_on: Day
    from_day: Day
    last_day: Day
    target_kind: TargetKind = "people"
    target: int | None = Field(None, ge=1, le=1_000_000)

    def as_target(self) -> Target | None:
        """The target, where one was entered."""
        return Target(self.target_kind, self.target) if self.target is not None else None


class NewGrant(Agreed):
    """A grant that is entered; without a funder it is the fund's own."""

    words: ClassVar[dict[str, str]] = {
        **DAYS,
        "fund": "Choose the fund that the money goes to.",
        "funder": "Choose the funder, or leave it as the fund's own.",
        "reference": "Enter the funder's reference, in up to 100 characters.",
    }

    fund: UUID
    funder: UUID | None = None
    reference: str = Field(max_length=100)


class ChangedGrant(Agreed):
    """A grant that was agreed anew."""

    reason: str = Field(max_length=1000)


class NewInstalment(BaseModel):
    """A part of a grant and when it is due."""

    words: ClassVar[dict[str, str]] = {
        "due_on": "Enter the day on which it is due.",
        "amount.missing": "Enter the amount.",
    }

    due_on: Day
    amount: Amount


class NewReportDate(BaseModel):
    """When the funder wants a report about which days; both days are in it."""

    words: ClassVar[dict[str, str]] = {
        "report_due": "Enter the day on which the funder wants it.",
        "report_from": "Enter the first day that it is about.",
        "report_last": "Enter the last day that it is about.",
    }

    report_due: Day
    report_from: Day
    report_last: Day


class NewCondition(BaseModel):
    """What the funder asks for."""

    words: ClassVar[dict[str, str]] = {"condition": "Enter the condition, in up to 1,000 characters."}

    condition: str = Field(max_length=1000)


class MoneyBack(BaseModel):
    """Money that goes back to the funder."""

    words: ClassVar[dict[str, str]] = {
        "back_amount.missing": "Enter the amount.",
        "back_reason": "Say why, in up to 1,000 characters.",
    }

    back_amount: Amount
    back_reason: str = Field(max_length=1000)


def answers_of(grant: Grant) -> dict[str, str]:
    """How the form is filled in for a grant as it is."""
    return {
        "amount": typed(grant.amount),
        "agreed_on": grant.agreed_on.isoformat(),
        "from_day": grant.from_day.isoformat(),
        "last_day": grant.last_day.isoformat(),
        "target_kind": grant.target.kind if grant.target else "people",
        "target": str(grant.target.number) if grant.target else "",
    }


def typed(amount: Pence) -> str:
    """An amount as people type it."""
    return f"{amount // 100}.{amount % 100:02d}" if amount % 100 else str(amount // 100)
