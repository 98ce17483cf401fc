"""What notifications tells the others."""

from datetime import datetime
from typing import ClassVar, Literal
from uuid import UUID

from shared.events.codes import LetterKind
from shared.events.event import Event, Seals
from shared.events.sealed import StaffProfile
from shared.kernel.ids import DeliveryId, LetterId, ReferralId, StaffId


class StaffSessionOpened(Event):
    """A member of staff signed in; the cookie whose SHA-256 is `session_hash` is accepted until `expires_at`."""

    type: ClassVar = "notifications.staff-session-opened.v1"
    key: ClassVar = "staff_id"
    seals: ClassVar[Seals] = {
        "intake": StaffProfile,
        "matching": StaffProfile,
        "funding": StaffProfile,
    }

    staff_id: StaffId
    session_hash: str
    expires_at: datetime


class StaffSessionClosed(Event):
    """A staff session ended: signed out, revoked, or the account was disabled."""

    type: ClassVar = "notifications.staff-session-closed.v1"
    key: ClassVar = "staff_id"

    staff_id: StaffId
    session_hash: str


class DeliveryGivenUp(Event):
    """A message about a referral could not be delivered; somebody must reach the person another way."""

    type: ClassVar = "notifications.delivery-given-up.v1"
    key: ClassVar = "referral_id"

    referral_id: ReferralId
    delivery_id: DeliveryId
    template: Literal["acknowledgement", "offer"]


class LetterGivenUp(Event):
    """A letter to somebody outside could not be delivered; the register's people must reach them another way."""

    type: ClassVar = "notifications.letter-given-up.v1"
    key: ClassVar = "subject_id"

    subject_id: UUID
    """As in the request: the therapist or the application that the letter is about."""
    letter_id: LetterId
    kind: LetterKind
