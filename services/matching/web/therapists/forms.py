"""The forms of a therapist's page, with a plain sentence for every wrong answer."""

import re
from datetime import date
from decimal import Decimal
from typing import Annotated, ClassVar, Literal
from uuid import UUID

from pydantic import AfterValidator, BaseModel, Field

from services.matching.domain.capacity import MOST_PLACES
from services.matching.domain.credentials import ClearanceLevel
from services.matching.domain.standings import Standing

Pounds = Annotated[Decimal, Field(ge=0, le=500, decimal_places=2)]
_EMAIL = re.compile(r"[^\s@<>,;:\"()]{1,64}@[A-Za-z0-9.-]{1,190}\.[A-Za-z]{2,24}")
_NUMBER = re.compile(r"[A-Za-z0-9][A-Za-z0-9 /-]{2,29}")


def _like(pattern: re.Pattern[str], sentence: str) -> AfterValidator:
    def check(text: str) -> str:
        if not pattern.fullmatch(text):
            raise ValueError(sentence)
        return text

    return AfterValidator(check)


class Places(BaseModel):
    """What a therapist says about their places."""

    words: ClassVar[dict[str, str]] = {
        "maximum": f"Enter places in all, from 0 to {MOST_PLACES}.",
        "available": f"Enter free places, from 0 to {MOST_PLACES}.",
    }

    maximum: int = Field(ge=0, le=MOST_PLACES)
    available: int = Field(ge=0, le=MOST_PLACES)


class Move(BaseModel):
    """Which standing the therapist gets, why, and until when a pause lasts."""

    words: ClassVar[dict[str, str]] = {
        "standing": "Choose what is to change.",
        "until": "Enter a day, or leave it empty.",
        "reason": "Shorten the reason to 500 characters.",
    }

    standing: Standing
    reason: str = Field("", max_length=500)
    until: date | None = None


class NewCredential(BaseModel):
    """What somebody has seen."""

    words: ClassVar[dict[str, str]] = {
        "kind": "Choose what was shown.",
        "issued_on": "Enter the day on the document.",
        "expires_on": "Enter a day, or leave it empty where it does not run out.",
        "amount": "Enter a whole number.",
        "on_this_work": "Enter a whole number.",
        "level": "Choose the level of the clearance.",
        "reference": "Shorten this to 60 characters.",
    }

    kind: Literal[
        "specialist-training", "insurance", "development-hours", "practice-hours", "clearance", "body-membership"
    ]
    issued_on: date
    expires_on: date | None = None
    amount: int | None = Field(None, ge=0, le=100_000_000)
    on_this_work: int | None = Field(None, ge=0, le=10_000)
    level: ClearanceLevel | None = None
    reference: str = Field("", max_length=60)


class NewFee(BaseModel):
    """What a session costs from a day on."""

    words: ClassVar[dict[str, str]] = {
        "valid_from": "Enter the day from which it holds.",
        "session_fee": "Enter the fee for a session in pounds, like 60 or 62.50, up to 500.",
        "concession_fee": "Enter pounds, like 20, or leave it empty where there is no concession.",
    }

    valid_from: date
    session_fee: Pounds
    concession_fee: Pounds | None = None


class SupervisorForm(BaseModel):
    """Who supervises the therapist."""

    words: ClassVar[dict[str, str]] = {
        "supervisor_name": "Enter the supervisor's name, up to 100 characters.",
        "supervisor_email.missing": "Enter the supervisor's e-mail address.",
        "supervisor_registration.missing": "Enter the supervisor's registration number.",
    }

    supervisor_name: str = Field(min_length=1, max_length=100)
    supervisor_email: Annotated[str, _like(_EMAIL, "Enter an e-mail address, like name@example.org.")]
    supervisor_registration: Annotated[
        str, _like(_NUMBER, "Enter the registration number: 3 to 30 letters, digits, strokes or hyphens.")
    ]


class SupervisionForm(BaseModel):
    """A meeting with a supervisor."""

    words: ClassVar[dict[str, str]] = {
        "supervisor": "Choose one of the therapist's supervisors.",
        "held_on": "Enter the day of the meeting.",
        "minutes": "Enter its length in minutes, like 60.",
    }

    supervisor: UUID
    held_on: date
    minutes: int


class Attendance(BaseModel):
    """A training that the therapist attended."""

    words: ClassVar[dict[str, str]] = {
        "training": "Choose the training.",
        "days": "Enter the days attended, from 1 to 20.",
    }

    training: UUID
    days: int = Field(ge=1, le=20)


class SupportGroup(BaseModel):
    """Since when the therapist belongs to the support group."""

    words: ClassVar[dict[str, str]] = {"since": "Enter a day, or leave it empty for somebody who does not belong."}

    since: date | None = None


class NewTraining(BaseModel):
    """A training that the charity held."""

    words: ClassVar[dict[str, str]] = {
        "title": "Enter what it is called, up to 100 characters.",
        "held_on": "Enter its first day.",
        "days": "Enter its days, from 1 to 20.",
    }

    title: str = Field(min_length=1, max_length=100)
    held_on: date
    days: int = Field(ge=1, le=20)


EVERY_FORM: dict[str, type[BaseModel]] = {
    "places": Places,
    "move": Move,
    "credential": NewCredential,
    "fee": NewFee,
    "supervisor": SupervisorForm,
    "supervision": SupervisionForm,
    "attendance": Attendance,
    "support": SupportGroup,
}
