"""Questions that one service asks another at the moment it needs the answer, and the answers; sealed both ways."""

from typing import Literal

from pydantic import BaseModel, ConfigDict

from shared.kernel.ids import MatchId, ReferralId, StaffId, TherapistId

Medium = Literal["email", "phone", "text"]
Refusal = Literal["no-channel", "not-this-medium", "consent-missing", "closed", "erased", "unknown"]
SafeHours = Literal["any", "morning", "afternoon", "evening"]
ContactPurpose = Literal["acknowledgement", "message-waiting", "appointment", "evaluation", "means"]


class Ask(BaseModel):
    """A question or an answer; validation errors never repeat what was in it."""

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)


class ResolveContact(Ask):
    """Notifications to intake, at the moment of sending: may this client be reached by this medium, and where."""

    referral_id: ReferralId
    medium: Medium = "email"
    purpose: ContactPurpose


class ContactCard(Ask):
    """Where to reach the client; where `refusal` is set, do not contact them, and there is no address."""

    refusal: Refusal | None = None
    address: str = ""
    may_leave_message: bool = False
    safe_hours: SafeHours = "any"

    @property
    def allowed(self) -> bool:
        """Whether the client may be contacted."""
        return self.refusal is None


class RevealIdentity(Ask):
    """A staff page to intake: who this client is, for a stated reason that goes into the access log."""

    referral_id: ReferralId
    staff_id: StaffId
    reason: str


class Identity(Ask):
    """Who the client is and how they may be reached; show it for no longer than `seconds`."""

    name: str
    channel: Literal["none", "email", "phone", "text"]
    email: str = ""
    phone: str = ""
    may_leave_message: bool = False
    safe_hours: SafeHours = "any"
    seconds: int = 60


class RevealContactToTherapist(Ask):
    """Matching to intake: who the client is whom a signed-in therapist has accepted; it goes into the access log."""

    referral_id: ReferralId
    match_id: MatchId
    therapist_id: TherapistId


class ClientContact(Ask):
    """Who the client is and how they may be reached; where `refusal` is set, nothing is told."""

    refusal: Literal["not-yet", "consent-missing", "closed", "erased", "unknown"] | None = None
    name: str = ""
    channel: Literal["none", "email", "phone", "text"] = "none"
    email: str = ""
    phone: str = ""
    may_leave_message: bool = False
    safe_hours: SafeHours = "any"
    seconds: int = 60


class ResolveTherapist(Ask):
    """Notifications to matching, at the moment of sending: where a therapist can be written to; funding: their name."""

    therapist_id: TherapistId


class TherapistCard(Ask):
    """Where to write; without an address, do not write."""

    name: str = ""
    email: str = ""
