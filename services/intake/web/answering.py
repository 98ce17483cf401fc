"""What may be answered on each page of the public form; an answer that does not fit gets a plain sentence."""

import re
from typing import Annotated, ClassVar, Literal

import phonenumbers
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationInfo, field_validator

from services.intake.domain.area import outward_code
from services.intake.domain.codes import (
    AgeBand,
    Asker,
    ClientGroup,
    ContactChannel,
    Danger,
    LegalStage,
    Means,
    Purpose,
    SafeHours,
    Setting,
    TherapistGender,
)
from services.intake.web.wording import LANGUAGES

_EMAIL = re.compile(r"[^@\s<>,;\"]{1,64}@(?:[A-Za-z0-9-]{1,63}\.)+[A-Za-z]{2,63}\Z")


def email(typed: str) -> str:
    """An address that mail can go to."""
    if not _EMAIL.match(typed):
        raise ValueError("Enter an e-mail address like name@example.org.")
    return typed


def phone(typed: str) -> str:
    """A phone number in the international form."""
    try:
        number = phonenumbers.parse(typed, "GB")
    except phonenumbers.NumberParseException:
        raise ValueError("Enter a phone number like 07700 900 123.") from None
    if not phonenumbers.is_possible_number(number):
        raise ValueError("Enter a phone number like 07700 900 123.")
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


Email = Annotated[str, Field(max_length=254), AfterValidator(email)]
Phone = Annotated[str, Field(max_length=40), AfterValidator(phone)]


class Answer(BaseModel):
    """The answers of one page."""

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)

    def kept(self) -> dict[str, list[str]]:
        """The answers as they are kept in the draft."""
        found: dict[str, list[str]] = {}
        for name, value in self.model_dump().items():
            if isinstance(value, tuple):
                found[name] = [str(one) for one in value]
            elif value:
                found[name] = [str(value)]
        return found


class Who(Answer):
    """Page 3."""

    words: ClassVar[dict[str, str]] = {"asker": "Choose who this is for."}
    asker: Asker


class Help(Answer):
    """Page 4."""

    words: ClassVar[dict[str, str]] = {"client_group": "Choose what comes closest, or that you would rather say it."}
    client_group: ClientGroup | Literal["rather-say"]


class Age(Answer):
    """Page 5."""

    words: ClassVar[dict[str, str]] = {"age_band": "Choose an age."}
    age_band: AgeBand


class Safety(Answer):
    """Page 6."""

    words: ClassVar[dict[str, str]] = {"danger": "Choose yes, no, or that you are not sure."}
    danger: Danger


class Situation(Answer):
    """The legal stage, asked only where it can matter."""

    words: ClassVar[dict[str, str]] = {"legal_stage": "Choose one, or that you would rather not say."}
    legal_stage: LegalStage | Literal["rather-not"]


class ContactAnswer(Answer):
    """Page 7: an address is needed only for the channel that was chosen."""

    words: ClassVar[dict[str, str]] = {"channel": "Choose how we may reach you, or that we should not."}
    channel: ContactChannel
    name: str = Field("", max_length=100)
    email: Email | None = Field(None, validate_default=True)
    phone: Phone | None = Field(None, validate_default=True)
    mobile: Phone | None = Field(None, validate_default=True)
    may_leave_message: Literal["yes", "no"] | None = Field(None, validate_default=True)
    safe_hours: SafeHours = "any"

    @field_validator("email", "phone", "mobile", "may_leave_message", mode="before")
    @classmethod
    def _only_where_chosen(cls, typed: object, info: ValidationInfo) -> object:
        channel, name = info.data.get("channel"), str(info.field_name)
        needed = {"email": "email", "phone": "phone", "mobile": "text", "may_leave_message": "phone"}[name]
        if channel != needed:
            return None
        if typed is None:
            raise ValueError(
                {
                    "email": "Enter your e-mail address.",
                    "phone": "Enter your phone number.",
                    "mobile": "Enter your mobile number.",
                    "may_leave_message": "Say whether we may leave a message.",
                }[name]
            )
        return typed


class Place(Answer):
    """Page 8: the outward code is all that is kept, whatever was typed."""

    words: ClassVar[dict[str, str]] = {"where": "Choose one."}
    where: Literal["near", "online"]
    outward: str = Field("", validate_default=True)

    @field_validator("outward")
    @classmethod
    def _first_half(cls, typed: str, info: ValidationInfo) -> str:
        if info.data.get("where") != "near":
            return ""
        found = outward_code(typed)
        if found is None:
            raise ValueError("Enter the first half of a postcode, like TQ13 or M1.")
        return found


class Wishes(Answer):
    """Page 9."""

    setting: Setting = "either"
    therapist_gender: TherapistGender = "no-preference"
    language: str = "en"
    step_free_access: Literal["yes"] | None = None

    @field_validator("language")
    @classmethod
    def _known(cls, code: str) -> str:
        if code not in LANGUAGES:
            raise ValueError("Choose a language from the list.")
        return code


class Cost(Answer):
    """Page 10."""

    words: ClassVar[dict[str, str]] = {"means": "Choose one. We never turn anybody away for this answer."}
    means: Means
    affordable: str = ""

    @field_validator("affordable")
    @classmethod
    def _pounds(cls, typed: str, info: ValidationInfo) -> str:
        if info.data.get("means") != "part-fee" or not typed:
            return ""
        text = typed.replace("£", "").replace(",", "").strip()
        if not re.fullmatch(r"[0-9]{1,3}(\.[0-9]{2})?", text):
            raise ValueError("Enter an amount in pounds, like 20.")
        return text


class OwnWords(Answer):
    """Page 11."""

    words: ClassVar[dict[str, str]] = {"text.string_too_long": "Please shorten this to 4,000 characters."}
    text: str = Field("", max_length=4000)


class Agreement(Answer):
    """Page 12."""

    purposes: tuple[Purpose, ...] = Field((), validate_default=True)

    @field_validator("purposes")
    @classmethod
    def _first_one(cls, purposes: tuple[Purpose, ...]) -> tuple[Purpose, ...]:
        if "referral" not in purposes:
            raise ValueError(
                "Tick the first one if you would like us to go on. Without it we may not keep your answers."
            )
        return purposes
