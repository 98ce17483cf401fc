"""Who should not see the same person as the client: asked once, turned into codes, and never kept as it was written."""

from typing import Literal

from pydantic import Field, field_validator

from services.intake.domain.links import Links, one_file, one_name
from services.intake.handlers.drafting import APART
from services.intake.store.drafts import Answers
from services.intake.web.answering import Answer, Email, Phone


class Apart(Answer):
    """One other person, by whatever is known of them, and a number that both of them have somewhere."""

    person_name: str = Field("", max_length=200)
    person_email: Email | None = None
    person_phone: Phone | None = None
    shared_file: str = Field("", max_length=100)
    take_away: Literal["yes"] | None = None

    @field_validator("person_name")
    @classmethod
    def _whole_name(cls, typed: str) -> str:
        if typed and not one_name(typed):
            raise ValueError("Enter a first name and a last name, or leave this empty.")
        return typed

    @field_validator("shared_file")
    @classmethod
    def _long_enough(cls, typed: str) -> str:
        if typed and not one_file(typed):
            raise ValueError("Enter the whole number, at least five letters or digits, or leave this empty.")
        return typed

    def links(self) -> Links:
        """What was said, for the codes to be made of."""
        said = (self.person_name, self.person_email or "", self.person_phone or "")
        return Links(connected=tuple(one for one in said if one), files=(self.shared_file,) if self.shared_file else ())


def has_codes(answers: Answers) -> bool:
    """Whether somebody was named."""
    return bool(answers.get(APART, {}).get("codes"))
