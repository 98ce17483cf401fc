"""A whole request on one page, as staff take it down on the phone and professionals send it."""

from dataclasses import replace
from typing import ClassVar, Literal

from pydantic import BaseModel, Field, ValidationInfo, field_validator

from services.intake.domain.answers import Referrer, Submission
from services.intake.domain.codes import Asker, Channel, LegalStage, Source
from services.intake.handlers.drafting import APART
from services.intake.web import answering, questions
from services.intake.web.answering import Email
from services.intake.web.apart import Apart
from shared.kernel.errors import Unprocessable

_NEEDED = {
    "source": "Choose where they work.",
    "referrer_name": "Enter the name of whoever refers.",
    "referrer_organisation": "Enter their organisation.",
    "referrer_email": "Enter their e-mail address.",
    "consent_statement": "Say in a sentence when and how the person agreed to this.",
}


class ByProfessional(BaseModel):
    """Who refers, needed where a professional asks for somebody they work with, and ignored otherwise."""

    source: Source | None = Field(None, validate_default=True)
    referrer_name: str = Field("", max_length=200, validate_default=True)
    referrer_organisation: str = Field("", max_length=200, validate_default=True)
    referrer_email: Email | None = Field(None, validate_default=True)
    referrer_phone: str = Field("", max_length=40)
    reference: str = Field("", max_length=100)
    consent_statement: str = Field("", max_length=1000, validate_default=True)

    @field_validator(*_NEEDED)
    @classmethod
    def _said(cls, typed: object, info: ValidationInfo) -> object:
        if info.data.get("asker") != "professional":
            return typed
        if not typed or (info.field_name == "consent_statement" and len(str(typed)) < 10):
            raise ValueError(_NEEDED[str(info.field_name)])
        if typed in ("self", "family"):
            raise ValueError(_NEEDED["source"])
        return typed


class Whole(
    ByProfessional,
    answering.Agreement,
    answering.OwnWords,
    answering.Cost,
    Apart,
    answering.Wishes,
    answering.Place,
    answering.ContactAnswer,
    answering.Situation,
    answering.Safety,
    answering.Age,
    answering.Help,
    answering.Who,
):
    """Every answer at once; bases further down the list are read first."""

    words: ClassVar[dict[str, str]] = {
        **answering.Who.words,
        **answering.Help.words,
        **answering.Age.words,
        **answering.Safety.words,
        **answering.ContactAnswer.words,
        **answering.Place.words,
        **answering.Cost.words,
        **answering.OwnWords.words,
    }
    legal_stage: LegalStage | Literal["rather-not"] = "rather-not"

    def submission(self, channel: Channel) -> Submission:
        """The finished request."""
        kept = self.kept()
        answers = {
            question.slug: {name: kept[name] for name in question.model.model_fields if name in kept}
            for question in questions.QUESTIONS
        }
        found = questions.submission_of({**answers, APART: {}})
        if not isinstance(found, Submission):
            raise Unprocessable("answer-missing", "One of the answers is missing.")
        found = replace(found, channel=channel, links=self.links())
        if self.asker != "professional":
            return found
        return replace(found, source=self.source or "other", referrer=self._referrer())

    def _referrer(self) -> Referrer:
        return Referrer(
            name=self.referrer_name,
            organisation=self.referrer_organisation,
            email=self.referrer_email or "",
            phone=self.referrer_phone,
            consent_statement=self.consent_statement,
            reference=self.reference,
        )


class ForSomebody(Whole):
    """As a professional sends it: who asks is no question there."""

    asker: Asker = "professional"

    @field_validator("asker", mode="before")
    @classmethod
    def _always(cls, _typed: object) -> str:
        return "professional"
