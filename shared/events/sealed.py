"""The shapes inside sealed blocks: what one service needs to know of a person, and nobody on the way may read."""

from typing import Literal

from pydantic import BaseModel, ConfigDict

from shared.events.codes import (
    AgeBand,
    Change,
    ClientGroup,
    ConsentPurpose,
    DesiredOutcome,
    LegalStage,
    Means,
    Measure,
    ReferralSource,
    Setting,
    StaffRole,
    TherapistGender,
)


class Sealed(BaseModel):
    """A block that only its recipient can open; validation errors never repeat what was in it."""

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)


class CardProfile(Sealed):
    """What a card on the live board shows: coarse, and no name."""

    client_group: ClientGroup | Literal["not-said"]
    age_band: AgeBand
    outward_code: str | None = None
    online_only: bool = False
    wants_acknowledgement: bool = False


class NeedProfile(Sealed):
    """What matching needs to find a therapist."""

    client_group: ClientGroup
    age_band: AgeBand
    legal_stage: LegalStage = "none"
    outward_code: str | None = None
    setting: Setting = "either"
    therapist_gender: TherapistGender = "no-preference"
    languages: tuple[str, ...] = ("en",)
    step_free_access: bool = False
    means: Means = "unsure"
    interpreter: bool = False
    """An interpreter will be there, because the client's language is none of the therapists'."""
    affordable_per_session: int | None = None
    """Pence a session that the client says they can pay; absent when unsure."""
    conflict_tokens: tuple[str, ...] = ()
    """Hashes under a key of intake's own: the same in two referrals may be a conflict of interest."""
    consents: tuple[ConsentPurpose, ...] = ()


class MeansProfile(Sealed):
    """What funding needs to choose money for a referral."""

    client_group: ClientGroup
    age_band: AgeBand
    outward_code: str | None = None
    means: Means = "unsure"
    affordable_per_session: int | None = None
    """Pence a session that the client says they can pay; absent when unsure."""
    consents: tuple[ConsentPurpose, ...] = ()
    source: ReferralSource | None = None
    legal_stage: LegalStage | None = None
    """This and the source only where the client agreed to be counted in statistics."""


class OfferLetter(Sealed):
    """Where an offer's mail goes and which link it carries."""

    email: str
    link: str


class Letter(Sealed):
    """Where a letter to a therapist, a referee or a supervisor goes, and the link it carries if it has one."""

    email: str
    link: str | None = None


class EvaluationLink(Sealed):
    """Where a few questions can be answered; the address is asked for at the moment of sending."""

    link: str


class MeansLink(Sealed):
    """Where the client can say what they live on; the address is asked for at the moment of sending."""

    link: str


class ConcernNote(Sealed):
    """What a therapist or a member of staff wrote when somebody may be in danger."""

    words: str


class OutcomeProfile(Sealed):
    """How a finished therapy went, by one measure and by what the client had hoped for."""

    measure: Measure | None = None
    change: Change = "not-scored"
    desired: DesiredOutcome = "not-said"


class TherapistProfile(Sealed):
    """Who a therapist's session belongs to."""

    display_name: str


class StaffProfile(Sealed):
    """Who a staff session belongs to."""

    display_name: str
    roles: tuple[StaffRole, ...]
