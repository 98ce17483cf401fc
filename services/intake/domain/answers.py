"""What somebody told us when they asked for help, in the parts in which it is kept."""

from dataclasses import dataclass, field

from services.intake.domain.codes import (
    AgeBand,
    Asker,
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
from shared.kernel.money import Pence


@dataclass(frozen=True, slots=True)
class Need:
    """What help is looked for; None where it was not said. There is an `outward_code`, or the setting is online.

    `conflict_tokens` are keyed hashes of what connects the client with others; what they were made of is not kept.
    """

    asker: Asker
    client_group: ClientGroup | None
    age_band: AgeBand
    danger: Danger
    legal_stage: LegalStage | None = None
    outward_code: str | None = None
    setting: Setting = "either"
    therapist_gender: TherapistGender = "no-preference"
    languages: tuple[str, ...] = ("en",)
    other_language: bool = False
    step_free_access: bool = False
    means: Means = "unsure"
    affordable_per_session: Pence | None = None
    conflict_tokens: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Contact:
    """How the client may be reached, and on which terms."""

    channel: ContactChannel = "none"
    name: str = ""
    email: str = ""
    phone: str = ""
    may_leave_message: bool = False
    safe_hours: SafeHours = "any"


@dataclass(frozen=True, slots=True)
class Referrer:
    """The professional who asks for somebody else, what they say about consent, and their own reference."""

    name: str
    organisation: str
    email: str
    phone: str = ""
    consent_statement: str = ""
    reference: str = ""


@dataclass(frozen=True, slots=True)
class Submission:
    """One request for help, complete."""

    channel: Channel
    source: Source
    need: Need
    contact: Contact
    consents: tuple[Purpose, ...]
    words: str = ""
    referrer: Referrer | None = None
    links: Links = field(default_factory=Links)
