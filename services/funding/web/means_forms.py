"""The forms of a means test: what was typed becomes answers, or comes back with a sentence beside each question."""

from collections.abc import Mapping
from typing import ClassVar

from pydantic import BaseModel, Field, field_validator
from starlette.requests import Request

from services.funding.domain.amounts import pence_or_nothing_from
from services.funding.domain.means import Evidence
from services.funding.domain.means_questions import STEPS
from shared.kernel.money import Pence
from shared.web import Form, blank_form
from shared.web.forms import tidy

LONGEST = 40
MOST_FOR_A_SESSION = 1000_00


class Nothing(BaseModel):
    """The questions are data, so no field is known beforehand."""


class Manageable(BaseModel):
    """What somebody can manage for a session, if they say so."""

    manageable: str = Field("", max_length=LONGEST)

    @field_validator("manageable")
    @classmethod
    def an_amount(cls, typed: str) -> str:
        """Refuse what is no amount."""
        return _amount_for_a_session(typed) if typed else typed

    @property
    def amount(self) -> Pence | None:
        """The amount; None where nothing was typed."""
        return pence_or_nothing_from(self.manageable) if self.manageable else None


class Decision(BaseModel):
    """What staff decide: an amount, or that it stays, and why."""

    words: ClassVar[dict[str, str]] = {"reason": "Say why, in up to 500 characters."}

    per_session: str = Field("", max_length=LONGEST)
    reason: str = Field(min_length=1, max_length=500)

    @field_validator("per_session")
    @classmethod
    def an_amount(cls, typed: str) -> str:
        """Refuse what is no amount."""
        return _amount_for_a_session(typed) if typed else typed

    @property
    def amount(self) -> Pence | None:
        """The amount; None where what was worked out stays."""
        return pence_or_nothing_from(self.per_session) if self.per_session else None


class Seen(BaseModel):
    """Which paper staff saw."""

    evidence: Evidence


async def sent_answers(request: Request) -> dict[str, str]:
    """What was typed or chosen for each question that there is."""
    sent = await request.form()
    typed = {one.key: sent.get(one.key) for step in STEPS for one in step.questions}
    return {key: tidy(value)[:LONGEST] for key, value in typed.items() if isinstance(value, str) and tidy(value)}


def filled_in(answers: Mapping[str, str]) -> Form[Nothing]:
    """The form with what was answered so far; amounts are for a month unless somebody says otherwise."""
    return blank_form(Nothing, **{"income_period": "month", "outgoings_period": "month", **answers})


def refused_form(answers: Mapping[str, str], problems: Mapping[str, str]) -> Form[Nothing]:
    """The form with what was sent, and a sentence beside each question that needs an answer, in their order."""
    keys = [one.key for step in STEPS for one in step.questions if one.key in problems]
    return Form(None, {key: (value,) for key, value in answers.items()}, {key: problems[key] for key in keys})


def _amount_for_a_session(typed: str) -> str:
    if pence_or_nothing_from(typed) > MOST_FOR_A_SESSION:
        raise ValueError("This is more than a session costs. Check the amount.")
    return typed
