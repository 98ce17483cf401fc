"""Referrals by professionals: what an organisation's program or file may say, and taking each in exactly once."""

import re
from dataclasses import dataclass
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from services.intake.domain.answers import Contact, Need, Referrer, Submission
from services.intake.domain.area import outward_code
from services.intake.domain.codes import (
    AgeBand,
    Channel,
    ClientGroup,
    ContactChannel,
    Danger,
    LegalStage,
    Means,
    Purpose,
    SafeHours,
    Setting,
    Source,
    TherapistGender,
)
from services.intake.domain.links import Links
from services.intake.handlers.receiving import Arrival, receive
from services.intake.store.api_keys import ApiKey, EarlierRequest, earlier_request, remember_request
from shared.kernel.errors import Unprocessable
from shared.kernel.ids import ReferralId
from shared.kernel.money import Pence
from shared.messaging.transaction import Transaction

_EMAIL = re.compile(r"[^@\s<>,;\"]{1,64}@(?:[A-Za-z0-9-]{1,63}\.)+[A-Za-z]{2,63}\Z")
_LANGUAGE = re.compile(r"[a-z]{2,3}\Z")


def _area(typed: str) -> str:
    found = outward_code(typed)
    if found is None:
        raise ValueError("Give the outward half of a postcode, like TQ13.")
    return found


def _email(typed: str) -> str:
    if not _EMAIL.match(typed):
        raise ValueError("Give an e-mail address.")
    return typed


Email = Annotated[str, Field(max_length=254), AfterValidator(_email)]


class ProfessionalReferral(BaseModel):
    """One referral as a professional sends it; nobody is referred without their own agreement."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True, str_strip_whitespace=True)

    source: Source
    referrer_name: str = Field(min_length=1, max_length=200)
    referrer_email: Email
    referrer_phone: str = Field("", max_length=40)
    consent_statement: str = Field(min_length=10, max_length=1000)
    reference: str = Field("", max_length=100)
    consents: tuple[Purpose, ...]

    client_group: ClientGroup | None = None
    age_band: AgeBand
    danger: Danger
    legal_stage: LegalStage | None = None
    outward_code: Annotated[str, Field(max_length=12), AfterValidator(_area)] | None = None
    setting: Setting = "either"
    therapist_gender: TherapistGender = "no-preference"
    languages: tuple[Annotated[str, Field(pattern=_LANGUAGE)], ...] = Field(("en",), min_length=1, max_length=5)
    step_free_access: bool = False
    means: Means = "unsure"
    affordable_per_session: int | None = Field(None, ge=0, le=100_000)

    contact_channel: ContactChannel = "none"
    client_name: str = Field("", max_length=200)
    client_email: Email | None = None
    client_phone: str = Field("", max_length=40)
    may_leave_message: bool = False
    safe_hours: SafeHours = "any"
    words: str = Field("", max_length=4000)

    birth_year: int | None = Field(None, ge=1900, le=2100)
    connected: tuple[Annotated[str, Field(min_length=3, max_length=200)], ...] = Field((), max_length=20)
    files: tuple[Annotated[str, Field(min_length=3, max_length=100)], ...] = Field((), max_length=10)

    @model_validator(mode="after")
    def _fits_together(self) -> "ProfessionalReferral":
        if "referral" not in self.consents:
            raise ValueError("The client must have agreed to the referral: consents must hold 'referral'.")
        if self.outward_code is None and self.setting != "online":
            raise ValueError("Give an outward code, or set the setting to online.")
        if self.contact_channel == "email" and not self.client_email:
            raise ValueError("Give the client's e-mail address, or another channel.")
        if self.contact_channel in ("phone", "text") and not self.client_phone:
            raise ValueError("Give the client's phone number, or another channel.")
        return self


@dataclass(frozen=True, slots=True)
class Received:
    """The referral was taken in now."""

    referral_id: ReferralId


@dataclass(frozen=True, slots=True)
class ReceivedBefore:
    """The very same request was taken in before."""

    referral_id: ReferralId


def submission_of(asked: ProfessionalReferral, channel: Channel, organisation: str) -> Submission:
    """The request in the parts in which it is kept."""
    need = Need(
        asker="professional",
        client_group=asked.client_group,
        age_band=asked.age_band,
        danger=asked.danger,
        legal_stage=asked.legal_stage,
        outward_code=asked.outward_code,
        setting=asked.setting,
        therapist_gender=asked.therapist_gender,
        languages=asked.languages,
        step_free_access=asked.step_free_access,
        means=asked.means,
        affordable_per_session=None if asked.affordable_per_session is None else Pence(asked.affordable_per_session),
    )
    contact = Contact(
        channel=asked.contact_channel,
        name=asked.client_name,
        email=asked.client_email or "",
        phone=asked.client_phone,
        may_leave_message=asked.may_leave_message,
        safe_hours=asked.safe_hours,
    )
    referrer = Referrer(
        name=asked.referrer_name,
        organisation=organisation,
        email=asked.referrer_email,
        phone=asked.referrer_phone,
        consent_statement=asked.consent_statement,
        reference=asked.reference,
    )
    links = Links(asked.birth_year, asked.connected, asked.files)
    return Submission(channel, asked.source, need, contact, asked.consents, asked.words, referrer, links)


async def receive_by_api(
    asked: ProfessionalReferral, key: ApiKey, request_key: str, body: bytes, tx: Transaction
) -> Received | ReceivedBefore:
    """Take in a request once for each idempotency key; raises Unprocessable where it came with another body before."""
    hashed_key = tx.keys.lookup_hash("idempotency-key", request_key)
    hashed_body = tx.keys.lookup_hash("request-body", body.hex())
    earlier = await earlier_request(tx.db, key.api_key_id, hashed_key)
    if earlier is not None:
        if earlier.body_hash != hashed_body:
            raise Unprocessable("idempotency-key-reused", "This Idempotency-Key was used before with another body.")
        return ReceivedBefore(ReferralId(earlier.referral_id))
    referral_id = ReferralId(tx.new_id())
    await receive(submission_of(asked, "api", key.organisation), Arrival(referral_id, api_key_id=key.api_key_id), tx)
    await remember_request(tx.db, key.api_key_id, hashed_key, EarlierRequest(hashed_body, referral_id), tx.now)
    return Received(referral_id)
